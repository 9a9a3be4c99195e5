package io.github.jujupgsql.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * When writes were answered and by whom, and by whom reads were. Safe for use by several
 * threads.
 */
final class Answers {

	private final Map<String, Long> first = new HashMap<>();

	private final Map<String, Integer> reads = new TreeMap<>();

	private long last = System.currentTimeMillis();

	private long longest;

	synchronized void write(String server) {
		long now = System.currentTimeMillis();
		this.longest = Math.max(this.longest, now - this.last);
		this.last = now;
		this.first.putIfAbsent(server, now);
	}

	synchronized void read(String server) {
		this.reads.merge(server, 1, Integer::sum);
	}

	/**
	 * Return how many reads each server answered.
	 */
	synchronized String reads() {
		return this.reads.entrySet()
			.stream()
			.map((server) -> "%,d by %s".formatted(server.getValue(), server.getKey()))
			.collect(Collectors.joining(", "));
	}

	/**
	 * Return for how long no write was answered, at the worst.
	 * @return milliseconds
	 */
	synchronized long longest() {
		return Math.max(this.longest, System.currentTimeMillis() - this.last);
	}

	/**
	 * Return when a server answered its first write.
	 * @return milliseconds of the epoch
	 */
	synchronized OptionalLong firstBy(String server) {
		Long at = this.first.get(server);
		return (at != null) ? OptionalLong.of(at) : OptionalLong.empty();
	}

}
