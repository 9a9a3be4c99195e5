package io.github.jujupgsql.sample.live;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * One client of the feed. Whoever tells it something does not wait until the client has
 * read it: sending is left to an executor. A client that does not keep up is let go, and
 * gets what it has missed when it connects again.
 */
final class LiveSubscriber {

	private static final MediaType TEXT = new MediaType(MediaType.TEXT_PLAIN, UTF_8);

	private static final int BACKLOG = 256;

	private final SseEmitter emitter;

	private final String run;

	private final Executor sending;

	private final BlockingQueue<List<LiveMessage>> backlog = new LinkedBlockingQueue<>(BACKLOG);

	private final AtomicBoolean busy = new AtomicBoolean();

	private volatile boolean ended;

	/**
	 * Create a subscriber.
	 * @param emitter leads to the client
	 * @param run which life of the service this is
	 * @param sending where the client may be waited for
	 */
	LiveSubscriber(SseEmitter emitter, String run, Executor sending) {
		this.emitter = emitter;
		this.run = run;
		this.sending = sending;
	}

	/**
	 * Have messages sent.
	 * @param messages the messages
	 * @return whether they will be
	 */
	boolean tell(List<LiveMessage> messages) {
		if (this.ended || !this.backlog.offer(messages)) {
			end();
			return false;
		}
		work();
		return true;
	}

	/**
	 * Have the stream ended, after what has been told.
	 */
	void end() {
		this.ended = true;
		work();
	}

	private void work() {
		if (this.busy.compareAndSet(false, true)) {
			this.sending.execute(this::send);
		}
	}

	private void send() {
		try {
			for (List<LiveMessage> next = this.backlog.poll(); next != null; next = this.backlog.poll()) {
				for (LiveMessage message : next) {
					send(message);
				}
			}
			if (this.ended) {
				this.emitter.complete();
				return;
			}
		}
		catch (IOException | IllegalStateException ex) {
			// the client has gone, and the container ends what is left
			this.ended = true;
			return;
		}
		this.busy.set(false);
		if (!this.backlog.isEmpty() || this.ended) {
			work();
		}
	}

	private void send(LiveMessage message) throws IOException {
		SseEmitter.SseEventBuilder event = SseEmitter.event();
		if (message.number() > 0) {
			event.id(this.run + "-" + message.number());
		}
		event.name(message.name()).data(message.json(), TEXT);
		this.emitter.send(event);
	}

}
