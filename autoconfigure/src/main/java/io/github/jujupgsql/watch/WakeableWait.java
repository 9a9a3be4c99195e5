package io.github.jujupgsql.watch;

import org.jspecify.annotations.Nullable;

/**
 * Lets any thread end the wait of another. What ends it is an interrupt, as nothing else
 * ends a wait for the events of a file system but closing what is waited for. The other
 * thread is interrupted only while it waits, and the interrupt does not outlive the wait:
 * it would close the file that is read next.
 * <p>
 * While other code interrupts the thread that waits, the two cannot be told apart if they
 * come together. So this is for a thread of our own.
 */
final class WakeableWait {

	private boolean woken;

	private @Nullable Thread waiting;

	/**
	 * End the wait that is under way or, if none is, the next one. Returns at once.
	 */
	synchronized void wake() {
		this.woken = true;
		if (this.waiting != null) {
			this.waiting.interrupt();
		}
	}

	/**
	 * Wait until woken, or for as long as the wait takes.
	 * @param wait the wait, which does nothing but wait
	 * @throws InterruptedException if the thread was interrupted, but not to wake it
	 */
	void await(Wait wait) throws InterruptedException {
		if (!begin()) {
			return;
		}
		boolean wakened = false;
		InterruptedException interrupt = null;
		try {
			wait.await();
		}
		catch (InterruptedException ex) {
			interrupt = ex;
		}
		finally {
			wakened = end();
		}
		if (interrupt != null && !wakened) {
			throw interrupt;
		}
	}

	private synchronized boolean begin() {
		if (this.woken) {
			this.woken = false;
			return false;
		}
		this.waiting = Thread.currentThread();
		return true;
	}

	private synchronized boolean end() {
		this.waiting = null;
		if (!this.woken) {
			return false;
		}
		this.woken = false;
		// it was meant for what has just ended
		Thread.interrupted();
		return true;
	}

	/**
	 * Something that takes time and can be interrupted.
	 */
	interface Wait {

		void await() throws InterruptedException;

	}

}
