package io.github.jujupgsql.sample.live;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class TrafficTests {

	private final AtomicLong nanos = new AtomicLong();

	private final Traffic traffic = new Traffic(this.nanos::get);

	@Test
	void ratesAreThoseSinceTheLastSample() {
		this.traffic.count(true, "a:1", 2_000_000, false);
		this.traffic.count(true, "a:1", 2_000_000, false);
		this.traffic.count(false, "b:2", 4_000_000, false);
		this.nanos.set(500_000_000);
		TrafficSample sample = this.traffic.sample();
		assertThat(sample.servers()).containsOnlyKeys("a:1", "b:2");
		assertThat(sample.servers().get("a:1")).isEqualTo(new TrafficSample.Rates(4, 0));
		assertThat(sample.servers().get("b:2")).isEqualTo(new TrafficSample.Rates(0, 2));
		this.nanos.set(1_000_000_000);
		assertThat(this.traffic.sample().servers()).isEmpty();
	}

	@Test
	void failureCountsForNoServerAndIsNeverForgotten() {
		this.traffic.count(true, "a:1", 1, true);
		this.traffic.count(false, null, 1, true);
		this.traffic.count(false, "a:1", 1, false);
		this.nanos.set(1_000_000_000);
		assertThat(this.traffic.sample().servers().get("a:1")).isEqualTo(new TrafficSample.Rates(0, 1));
		TrafficSample later = this.traffic.sample();
		assertThat(later.failed()).isEqualTo(2);
		assertThat(later.requests()).isEqualTo(3);
	}

	@Test
	void latenciesAreInMillisecondsAndOfTheMoment() {
		for (int i = 1; i <= 100; i++) {
			this.traffic.count(true, "a:1", i * 1_000_000L, false);
		}
		TrafficSample sample = this.traffic.sample();
		assertThat(sample.writes().median()).isCloseTo(50, within(1.0));
		assertThat(sample.writes().p99()).isCloseTo(99, within(1.0));
		assertThat(sample.reads()).isNull();
		assertThat(this.traffic.sample().writes()).isNull();
	}

}
