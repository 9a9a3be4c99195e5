package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Facts in any order, by the thousand: what must always hold does, and once the servers
 * are what the relation says, each plays its role. The system property
 * {@code juju.pgsql.test.rounds} says how many runs there are for each number of
 * standbys.
 */
class RandomFactsTests {

	private static final int ROUNDS = Integer.getInteger("juju.pgsql.test.rounds", 200);

	private static final int FACTS = 60;

	private static final String[] NAMES = { "a", "b", "c", "a'", "b'", "c'" };

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	void whateverComesInWhateverOrderTheRulesHoldAndEndWithWhatTheRelationSays(int kinds) {
		for (int seed = 0; seed < ROUNDS; seed++) {
			World world = new World(new Random(1000L * kinds + seed), (seed % 2 == 0) ? null : Duration.ofSeconds(1));
			try {
				for (int i = 0; i < FACTS; i++) {
					world.somethingHappens();
				}
				world.settle();
			}
			catch (RuntimeException | AssertionError ex) {
				throw new AssertionError("Seed " + (1000L * kinds + seed) + " after " + world.history, ex);
			}
		}
	}

	/**
	 * Servers, pools and timers that do what the effects say, when chance has it.
	 */
	private static final class World {

		final List<Fact> history = new ArrayList<>();

		private final Random random;

		private final RulesUnderTest rules;

		private final @Nullable Duration maximumLag;

		private final List<ProbeEffect.Probe> probes = new ArrayList<>();

		private final List<Fact> timers = new ArrayList<>();

		private final Set<ServerId> fenced = new HashSet<>();

		private final Set<ServerId> leaving = new HashSet<>();

		private final Map<ServerId, ServerId> warming = new HashMap<>();

		World(Random random, @Nullable Duration maximumLag) {
			this.random = random;
			this.maximumLag = maximumLag;
			this.rules = RulesUnderTest.create(maximumLag);
		}

		void somethingHappens() {
			this.rules.after(Duration.ofMillis(this.random.nextInt(700)));
			switch (this.random.nextInt(14)) {
				case 0 -> relate();
				case 1, 2, 3, 4 -> answer();
				case 5, 6 -> timer();
				case 7 -> any().ifPresent((server) -> take(new Fact.Suspected(server)));
				case 8 -> any().ifPresent(
						(server) -> take(new Fact.LagMeasured(server, Duration.ofMillis(this.random.nextInt(2000)))));
				case 9 -> see();
				case 10 -> close();
				case 11, 12 -> any().ifPresent(this::lead);
				default -> take(switch (this.random.nextInt(4)) {
					case 0 -> new Fact.Paused();
					case 1 -> new Fact.Recovered();
					default -> new Fact.Resumed();
				});
			}
		}

		private void lead(ServerId server) {
			Kind kind = Kind.values()[this.random.nextInt(2)];
			ServerIdentity other = new ServerIdentity(new ServerInstance("1", String.valueOf(this.random.nextInt(5))),
					null, (kind == Kind.NOT_IN_RECOVERY) ? 1 + this.random.nextInt(3) : 0, 0, this.random.nextInt(3));
			take((this.random.nextInt(10) == 0) ? new Fact.Indistinct(server)
					: new Fact.LedElsewhere(server, new ProbeAnswer(kind, "", "", other), this.random.nextBoolean()));
		}

		private void relate() {
			List<String> names = new ArrayList<>(List.of(NAMES));
			Collections.shuffle(names, this.random);
			String master = (this.random.nextInt(5) > 0) ? names.get(0) : null;
			String[] standbys = names.subList(1, 1 + this.random.nextInt(4)).toArray(String[]::new);
			take(new Fact.RelationRead(RulesUnderTest.relation(master, standbys), this.rules.now));
		}

		private void answer() {
			if (!this.probes.isEmpty()) {
				ProbeEffect.Probe probe = this.probes.remove(this.random.nextInt(this.probes.size()));
				Kind kind = Kind.values()[(this.random.nextInt(3) > 0) ? this.random.nextInt(2)
						: this.random.nextInt(Kind.values().length)];
				answer(probe, kind);
			}
		}

		private void answer(ProbeEffect.Probe probe, Kind kind) {
			take(new Fact.Answered(probe.server(), probe.question(), new ProbeAnswer(kind, "", "because"), signs()));
		}

		private PoolSigns signs() {
			return new PoolSigns(true, this.random.nextBoolean(), this.random.nextInt(9), this.random.nextInt(3),
					this.random.nextBoolean(), this.random.nextBoolean(), this.random.nextBoolean());
		}

		private void timer() {
			if (!this.timers.isEmpty()) {
				take(this.timers.remove(this.random.nextInt(this.timers.size())));
			}
		}

		private void see() {
			Map<ServerId, PoolSigns> signs = new HashMap<>();
			this.rules.topology.inUse().forEach((server) -> signs.put(server, signs()));
			take(new Fact.PoolsSeen(signs));
		}

		private void close() {
			this.leaving.stream().findAny().ifPresent((server) -> {
				this.leaving.remove(server);
				take(new Fact.PoolClosed(server));
			});
		}

		private Optional<ServerId> any() {
			List<ServerId> servers = List.copyOf(this.rules.topology.servers().keySet());
			return servers.isEmpty() ? Optional.empty() : Optional.of(servers.get(this.random.nextInt(servers.size())));
		}

		private void take(Fact fact) {
			this.history.add(fact);
			this.rules.take(fact);
			List.copyOf(this.rules.effects).forEach(this::perform);
			check();
			// at once, as it is done
			Map<ServerId, ServerId> warmed = Map.copyOf(this.warming);
			this.warming.clear();
			warmed.forEach((server, former) -> take(new Fact.WarmedUp(server, former, this.random.nextBoolean())));
		}

		private void perform(Effect effect) {
			if (effect instanceof ProbeEffect.Probe probe) {
				this.probes.add(probe);
			}
			else if (effect instanceof ProbeEffect.ProbeLater later) {
				this.timers.add(new Fact.ProbeDue(later.server(), later.question()));
			}
			else if (effect instanceof ProbeEffect.ExpectAnswer expected) {
				this.timers.add(new Fact.ProbeOverdue(expected.server(), expected.question(), expected.excuses(),
						this.random.nextInt(4) == 0, this.random.nextInt(4) == 0, signs()));
			}
			else if (effect instanceof ProbeEffect.LimitWithdrawn limit) {
				this.timers.add(new Fact.WithdrawalDue(limit.server(), limit.withdrawal()));
			}
			else if (effect instanceof ProbeEffect.WarmUp warmUp) {
				this.warming.put(warmUp.server(), warmUp.former());
			}
			else if (effect instanceof LastingEffect.Fence fence) {
				this.fenced.add(fence.server());
			}
			else if (effect instanceof LastingEffect.CloseFenced closing) {
				require(this.fenced.contains(closing.server()), "fenced before it is closed", closing);
				this.leaving.add(closing.server());
			}
			else if (effect instanceof LastingEffect.Drain drain) {
				this.leaving.add(drain.server());
			}
			else if (effect instanceof LastingEffect.Publish published) {
				checkPublished(published.roles());
			}
		}

		/**
		 * No commit may be acknowledged by a former primary once there is another, and no
		 * borrower may be sent where it cannot go.
		 */
		private void checkPublished(RoleAssignment roles) {
			Map<ServerId, ManagedServer> servers = this.rules.topology.servers();
			ManagedServer primary = (roles.primary() != null) ? servers.get(roles.primary()) : null;
			for (ManagedServer server : servers.values()) {
				boolean deposed = primary != null && server.heldPrimary() && !server.isSameServerAs(primary);
				require(!deposed || this.fenced.contains(server.id()), "fenced before another is the primary", server);
			}
			for (ServerId id : roles.replicas()) {
				ManagedServer replica = servers.get(id);
				require(!this.fenced.contains(id) && replica.inRecovery() && !replica.lagging(), "fit for reads",
						replica);
			}
		}

		private void check() {
			Topology topology = this.rules.topology;
			for (ManagedServer server : topology.servers().values()) {
				boolean primary = server.id().equals(topology.primary());
				require(primary == (server.state() == ServerState.PRIMARY), "the primary, if it is called so", server);
				require(!server.state().hasLeft() || this.leaving.contains(server.id()), "on its way out", server);
			}
			require(Objects.equals(topology.roles().primary(), topology.primary()), "published", topology);
			if (!topology.paused()) {
				topology.namedIds().forEach(this::checkIsAskedAgain);
			}
		}

		private static void require(boolean holds, String what, Object subject) {
			if (!holds) {
				throw new AssertionError("Not " + what + ": " + subject);
			}
		}

		/**
		 * A server without its role is asked, or will be.
		 */
		private void checkIsAskedAgain(ServerId id) {
			ManagedServer server = this.rules.topology.servers().get(id);
			boolean master = server.connectionString().equals(this.rules.topology.relation().master());
			boolean settled = master ? id.equals(this.rules.topology.primary()) : server.inRecovery();
			boolean deposed = server.heldPrimary() && !master;
			if (!settled && !deposed && !this.warming.containsKey(id)) {
				boolean asked = server.question().open() && this.probes.stream()
					.anyMatch((probe) -> probe.server().equals(id) && probe.question() == server.question().number());
				boolean willBe = this.timers.contains(new Fact.ProbeDue(id, server.question().number()));
				require(asked || willBe, "asked again", server);
			}
		}

		/**
		 * From now on each server is what the relation says.
		 */
		void settle() {
			take(new Fact.Resumed());
			take(new Fact.RelationRead(RulesUnderTest.relation("b", "a", "c"), this.rules.now));
			// each name leads to one server
			List.copyOf(this.rules.topology.named().values()).forEach((server) -> take(new Fact.Indistinct(server)));
			for (int i = 0; i < 200 && !isSettled(); i++) {
				this.rules.after(Duration.ofMillis(100));
				for (ProbeEffect.Probe probe : List.copyOf(this.probes)) {
					this.probes.remove(probe);
					answer(probe, isB(probe.server()) ? Kind.NOT_IN_RECOVERY : Kind.IN_RECOVERY);
				}
				for (Fact due : List.copyOf(this.timers)) {
					this.timers.remove(due);
					if (!(due instanceof Fact.ProbeOverdue)) {
						take(due);
					}
				}
				this.rules.topology.inRecovery().forEach((server) -> take(new Fact.LagMeasured(server, Duration.ZERO)));
				close();
			}
			assertThat(this.rules.states()).contains("b PRIMARY", "a REPLICA", "c REPLICA");
			assertThat(this.rules.topology.servers()).as("all others have gone").hasSize(3);
		}

		private boolean isSettled() {
			return this.rules.topology.servers().size() == 3
					&& this.rules.topology.servers().values().stream().noneMatch((server) -> server.question().open());
		}

		private static boolean isB(ServerId server) {
			return server.name().startsWith("b");
		}

	}

}
