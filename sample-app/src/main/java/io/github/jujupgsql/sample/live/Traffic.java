package io.github.jujupgsql.sample.live;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Counts requests by the database server that answered, and how long they took. Counting
 * is safe for use by several threads, and takes no lock.
 */
class Traffic {

	private static final long LONGEST_MICROS = 120_000_000;

	private final LongSupplier nanos;

	private final Map<String, Counts> servers = new ConcurrentHashMap<>();

	private final LongAdder requests = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final Latencies writes = new Latencies();

	private final Latencies reads = new Latencies();

	private long sampledAt;

	/**
	 * Create what counts.
	 * @param nanos tells the time, in nanoseconds from whenever
	 */
	Traffic(LongSupplier nanos) {
		this.nanos = nanos;
		this.sampledAt = nanos.getAsLong();
	}

	/**
	 * Count a request.
	 * @param write whether it was to change something
	 * @param server the database server that answered, or {@code null} if none did
	 * @param nanoseconds how long it took
	 * @param failure whether the service could not do what was asked
	 */
	void count(boolean write, @Nullable String server, long nanoseconds, boolean failure) {
		this.requests.increment();
		if (failure) {
			this.failed.increment();
		}
		else if (server != null) {
			Counts counts = this.servers.computeIfAbsent(server, (name) -> new Counts());
			(write ? counts.writes : counts.reads).increment();
		}
		(write ? this.writes : this.reads).record(nanoseconds);
	}

	/**
	 * Return what was counted since this was asked for the last time.
	 * @return the sample
	 */
	synchronized TrafficSample sample() {
		long now = this.nanos.getAsLong();
		double seconds = Math.max(1, now - this.sampledAt) / 1e9;
		this.sampledAt = now;
		Map<String, TrafficSample.Rates> rates = new TreeMap<>();
		this.servers.forEach((server, counts) -> {
			long written = counts.writes.sumThenReset();
			long read = counts.reads.sumThenReset();
			if (written + read > 0) {
				rates.put(server, new TrafficSample.Rates(written / seconds, read / seconds));
			}
		});
		return new TrafficSample(System.currentTimeMillis(), rates, this.requests.sum(), this.failed.sum(),
				this.writes.sample(), this.reads.sample());
	}

	private static final class Counts {

		private final LongAdder writes = new LongAdder();

		private final LongAdder reads = new LongAdder();

	}

	/**
	 * How long requests of one kind took.
	 */
	private static final class Latencies {

		private final Recorder recorder = new Recorder(LONGEST_MICROS, 2);

		private @Nullable Histogram spare;

		void record(long nanoseconds) {
			this.recorder.recordValue(Math.min(nanoseconds / 1000, LONGEST_MICROS));
		}

		TrafficSample.@Nullable Latency sample() {
			Histogram interval = this.recorder.getIntervalHistogram(this.spare);
			this.spare = interval;
			return (interval.getTotalCount() > 0) ? new TrafficSample.Latency(interval.getValueAtPercentile(50) / 1e3,
					interval.getValueAtPercentile(99) / 1e3) : null;
		}

	}

}
