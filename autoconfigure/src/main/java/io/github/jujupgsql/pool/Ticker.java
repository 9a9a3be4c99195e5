package io.github.jujupgsql.pool;

/**
 * Tells the time to what decides by it, so that a test can turn the clock.
 */
@FunctionalInterface
interface Ticker {

	/** The clock of the machine. */
	Ticker SYSTEM = System::nanoTime;

	/**
	 * Return the time.
	 * @return the time, to be compared with others of this ticker as those of
	 * {@link System#nanoTime()} are
	 */
	long nanoTime();

}
