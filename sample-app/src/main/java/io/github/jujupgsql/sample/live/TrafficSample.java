package io.github.jujupgsql.sample.live;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The requests of a moment.
 *
 * @param at the end of the moment, in milliseconds of the epoch
 * @param servers answered requests a second, by the server that answered
 * @param requests how many requests there were since the service started
 * @param failed how many of them failed since the service started
 * @param writes how long writes took, or {@code null} if none ended
 * @param reads how long reads took, or {@code null} if none ended
 */
record TrafficSample(long at, Map<String, Rates> servers, long requests, long failed, @Nullable Latency writes,
		@Nullable Latency reads) {

	/**
	 * Requests a second.
	 */
	record Rates(double writes, double reads) {

	}

	/**
	 * How long requests took, in milliseconds.
	 */
	record Latency(double median, double p99) {

	}

}
