package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.role.PrimaryCause;
import io.github.jujupgsql.role.ServerIdentity;
import io.github.jujupgsql.role.ServerInstance;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is told of switches of the primary where a name leads to another server.
 */
class MovedNamesTests {

	private final List<PrimaryChange> told = new ArrayList<>();

	private final PrimaryChanges changes = new PrimaryChanges(this.told::add, Ticker.SYSTEM);

	@Test
	void thatANameLeadsToAPromotedServerIsASwitchAndBothAreCalledByTheirAddresses() {
		tell("10.1.0.6:5432", 1);
		tell("10.1.0.7:5432", 2);
		assertThat(this.told).last()
			.returns("primary:5432 (10.1.0.6:5432)", PrimaryChange::previous)
			.returns("primary:5432 (10.1.0.7:5432)", PrimaryChange::primary);
	}

	@Test
	void thatItIsStartedAgainIsNoSwitch() {
		tell("10.1.0.6:5432", 1);
		tell("10.1.0.8:5432", 1);
		assertThat(this.told).singleElement().returns("primary:5432", PrimaryChange::primary);
	}

	private void tell(String address, int timeline) {
		ServerConnections connections = new ServerConnections("primary:5432", new Properties(), Duration.ofSeconds(30),
				Set.of(), PoolTimes.DEFAULT, Ticker.SYSTEM);
		ServerPool pool = new ServerPool("primary:5432", "pool", connections, (opened) -> new HikariConfig(),
				new IgnoringListener());
		pool.setIdentity(new ServerIdentity(new ServerInstance("1", address), address, timeline, 0, 0));
		this.changes.tell(pool, PrimaryCause.RELATION, Ticker.SYSTEM.nanoTime());
	}

}
