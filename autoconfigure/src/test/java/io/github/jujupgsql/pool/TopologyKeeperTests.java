package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.role.PrimaryPolicy;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.role.Effect;
import io.github.jujupgsql.role.Fact;
import io.github.jujupgsql.role.LastingEffect;
import io.github.jujupgsql.role.ManagedServer;
import io.github.jujupgsql.role.PoolSigns;
import io.github.jujupgsql.role.ProbeAnswer;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import io.github.jujupgsql.role.ProbeEffect;
import io.github.jujupgsql.role.RolePolicy;
import io.github.jujupgsql.role.RoleRules;
import io.github.jujupgsql.role.RoleTimes;
import io.github.jujupgsql.role.ServerId;
import io.github.jujupgsql.role.Topology;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TopologyKeeper}: an effect throws, each in turn, while the primary
 * role moves from one server to another.
 */
class TopologyKeeperTests {

	private static final ConnectionString ONE = server("one");

	private static final ConnectionString TWO = server("two");

	/** More than a switch has. */
	private static final int EFFECTS = 20;

	private final RoleEventLoop loop = new RoleEventLoop(new DaemonThreads("roles-under-test"));

	private final ServerPoolFactory factory = new ServerPoolFactory(HikariConfig::new, "");

	private final RolePolicy policy = new RolePolicy(Duration.ofSeconds(1), Duration.ofSeconds(30), true, null,
			new PrimaryPolicy(Duration.ofSeconds(1), Duration.ofSeconds(30), true), RoleTimes.DEFAULT);

	private final List<Effect> performed = new ArrayList<>();

	private final PoolRegistry pools = new PoolRegistry(this.factory, (server) -> new IgnoringListener());

	private TopologyKeeper keeper = keeper(Integer.MAX_VALUE);

	private boolean thrown;

	private static ConnectionString server(String host) {
		return ConnectionString.parse("host=" + host + " dbname=notes user=app password=secret");
	}

	private TopologyKeeper keeper(int throwsAt) {
		this.performed.clear();
		this.thrown = false;
		TopologyKeeper keeper = new TopologyKeeper(new RoleRules(this.policy),
				Topology.empty(System.nanoTime(), this.policy), this.loop, this.pools, Ticker.SYSTEM);
		keeper.performBy(FaultyPerformer.create(this.performed::add, () -> {
			if (!this.thrown && this.performed.size() == throwsAt) {
				this.thrown = true;
				throw new IllegalStateException("effect " + throwsAt);
			}
		}));
		return keeper;
	}

	@AfterEach
	void releaseNames() throws Exception {
		this.pools.all().forEach(this.factory::release);
		this.loop.end(() -> true, Duration.ofSeconds(5));
	}

	@Test
	void whicheverEffectThrowsTheRolesArePublishedAfterTheFormerPrimaryIsFenced() {
		int faults = 0;
		for (int point = 0; point < EFFECTS; point++) {
			this.keeper = keeper(point);
			relate(ONE, TWO);
			answer(ONE, Kind.NOT_IN_RECOVERY);
			answer(TWO, Kind.IN_RECOVERY);
			ServerId former = this.keeper.topology().primary();
			relate(TWO, ONE);
			answer(TWO, Kind.NOT_IN_RECOVERY);
			// whatever comes next, what has failed comes first
			take(new Fact.Suspected(id(TWO)));
			faults += this.thrown ? 1 : 0;
			assertThat(this.keeper.topology().primary()).as("effect %s", point).isEqualTo(id(TWO));
			assertThat(indexOfFence(former)).as("effect %s", point).isBetween(0, indexOfPublished(id(TWO)));
			assertThat(this.performed).as("effect %s", point)
				.filteredOn(LastingEffect.GivePrimaryRole.class::isInstance)
				.contains(new LastingEffect.GivePrimaryRole(id(TWO)));
			assertThat(this.performed)
				.filteredOn((effect) -> effect instanceof ProbeEffect.Probe probe && probe.server().equals(id(ONE)))
				.as("effect %s", point)
				.isNotEmpty();
		}
		assertThat(faults).as("effects that threw").isGreaterThan(10);
	}

	@Test
	void ifAPoolCannotBeMadeTheTopologyBeforeStandsAndTheRelationIsFollowedLater() {
		List<String> followed = new ArrayList<>();
		boolean[] broken = { true };
		ServerPoolFactory once = new ServerPoolFactory(() -> {
			if (broken[0]) {
				throw new IllegalStateException("cannot be configured");
			}
			return new HikariConfig();
		}, "");
		PoolRegistry registry = new PoolRegistry(once, (server) -> new IgnoringListener());
		TopologyKeeper failing = new TopologyKeeper(new RoleRules(this.policy),
				Topology.empty(System.nanoTime(), this.policy), this.loop, registry, Ticker.SYSTEM);
		failing.performBy(FaultyPerformer.create(this.performed::add, () -> {
		}));
		assertThatIllegalStateException()
			.isThrownBy(() -> failing.take(new Fact.RelationRead(relation(ONE, TWO), 0), () -> followed.add("first")));
		assertThat(failing.topology().servers()).isEmpty();
		assertThat(followed).isEmpty();
		broken[0] = false;
		failing.take(new Fact.RelationRead(relation(TWO, ONE), 0), () -> followed.add("second"));
		assertThat(failing.topology().named()).containsOnlyKeys(TWO, ONE);
		assertThat(followed).containsExactly("first", "second");
		registry.all().forEach(once::release);
	}

	private void relate(ConnectionString master, ConnectionString standby) {
		take(new Fact.RelationRead(relation(master, standby), System.nanoTime()));
	}

	private static PgsqlRelation relation(ConnectionString master, ConnectionString standby) {
		return new PgsqlRelation("notes", List.of(), List.of(), null, master, List.of(standby));
	}

	private void answer(ConnectionString server, Kind kind) {
		ManagedServer asked = this.keeper.topology().servers().get(id(server));
		this.performed.stream()
			.filter((effect) -> effect instanceof ProbeEffect.Probe probe && probe.server().equals(asked.id()))
			.map(ProbeEffect.Probe.class::cast)
			.reduce((before, last) -> last)
			.ifPresent((probe) -> take(
					new Fact.Answered(probe.server(), probe.question(), ProbeAnswer.of(kind), PoolSigns.NONE)));
	}

	private ServerId id(ConnectionString server) {
		return this.keeper.topology().named().get(server);
	}

	private void take(Fact fact) {
		try {
			this.keeper.take(fact);
		}
		catch (IllegalStateException ex) {
			// the loop would have it tried again soon
			this.keeper.take(new Fact.Resumed());
		}
	}

	private int indexOfFence(ServerId former) {
		for (int i = 0; i < this.performed.size(); i++) {
			if (this.performed.get(i) instanceof LastingEffect.Fence fence && fence.server().equals(former)) {
				return i;
			}
		}
		throw new AssertionError("never fenced");
	}

	private int indexOfPublished(ServerId primary) {
		for (int i = 0; i < this.performed.size(); i++) {
			if (this.performed.get(i) instanceof LastingEffect.Publish published
					&& primary.equals(published.roles().primary())) {
				return i;
			}
		}
		throw new AssertionError("never published");
	}

}
