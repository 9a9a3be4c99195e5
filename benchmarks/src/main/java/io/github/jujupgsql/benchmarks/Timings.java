package io.github.jujupgsql.benchmarks;

import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * How long something took, each time. Several threads may add.
 */
final class Timings {

	private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();

	void add(long duration) {
		this.nanos.add(duration);
	}

	boolean isEmpty() {
		return this.nanos.isEmpty();
	}

	/**
	 * Return the smallest duration that a share of all does not exceed.
	 * @param share from 0 to 1
	 * @return the duration in nanoseconds
	 */
	long percentile(double share) {
		long[] sorted = this.nanos.stream().mapToLong(Long::longValue).sorted().toArray();
		return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
	}

	String percentileInMillis(double share) {
		return String.format(Locale.ROOT, "%.2f ms", percentile(share) / (double) TimeUnit.MILLISECONDS.toNanos(1));
	}

	String ratioTo(Timings peer, double share) {
		return String.format(Locale.ROOT, "%.2f×", percentile(share) / (double) peer.percentile(share));
	}

}
