package io.github.jujupgsql.standin;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the names of pools that come to nothing.
 */
class PoolNamesTests {

	private final AtomicInteger configured = new AtomicInteger();

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().hikari((config) -> {
		if (this.configured.incrementAndGet() == 2) {
			throw new IllegalStateException("the second pool cannot be configured, once");
		}
	}).start();

	@Test
	void whenARelationCannotBeFollowedAtOnceThenItsPoolsGetTheirNamesAllTheSame() {
		this.application.relate(this.master, this.standby);
		this.application.awaitPrimary(this.master);
		this.application.awaitReplicas(this.standby);
		assertThat(this.configured).hasValueGreaterThan(2);
		assertThat(this.application.roles().primary()).asString().endsWith(name(this.master));
		assertThat(this.application.roles().replicas()).singleElement().asString().endsWith(name(this.standby));
	}

	private static String name(StandInServer server) {
		return server.address().replace(':', '-') + "-notes";
	}

}
