package io.github.jujupgsql.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * When writes were answered, and by whom. Safe for use by several threads.
 */
final class WriteGaps {

	private final Map<String, Long> first = new HashMap<>();

	private long last = System.currentTimeMillis();

	private long longest;

	synchronized void answered(String server) {
		long now = System.currentTimeMillis();
		this.longest = Math.max(this.longest, now - this.last);
		this.last = now;
		this.first.putIfAbsent(server, now);
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
