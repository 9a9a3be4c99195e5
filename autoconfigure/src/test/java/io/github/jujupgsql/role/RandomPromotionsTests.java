package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.role.RulesUnderTest.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A cluster that fails over again and again, with a high availability manager that is in
 * no hurry to tell the relation: masters die, hang, come back as they were or as
 * standbys, standbys are promoted by chance as well, and the relation says something old
 * now and then. By seed; {@code juju.pgsql.test.rounds} says how many. Whatever happens
 * in whatever order, no server is made the primary that is on a lower timeline than the
 * last one, unless that has been away for a minute or the relation has changed since; and
 * in the end, when all is well, the newest one is the primary.
 */
class RandomPromotionsTests {

	private static final int ROUNDS = Integer.getInteger("juju.pgsql.test.rounds", 200);

	private static final int EVENTS = 120;

	private static final Duration WAY_BACK = RoleTimes.DEFAULT.promotion().wayBack();

	@Test
	void aHigherTimelineIsNeverLeftForALowerOneAndTheNewestIsFollowed() {
		for (int seed = 0; seed < ROUNDS; seed++) {
			World world = new World(seed);
			try {
				for (int i = 0; i < EVENTS; i++) {
					world.somethingHappens();
				}
				world.settle();
			}
			catch (RuntimeException | AssertionError ex) {
				throw new AssertionError("Seed " + seed + " after " + world.history, ex);
			}
		}
	}

	private static final class Server {

		boolean alive = true;

		boolean standby = true;

		long timeline = 1;

		int start;

		@Nullable String upstream = "a";

	}

	private static final class World {

		final List<String> history = new ArrayList<>();

		private final Random random;

		private final RulesUnderTest rules = RulesUnderTest.create();

		private final Map<String, Server> servers = new LinkedHashMap<>();

		private final List<ProbeEffect.Probe> probes = new ArrayList<>();

		private final List<Fact> timers = new ArrayList<>();

		private final Set<ServerId> fenced = new HashSet<>();

		/** Whom the last failover has made the master. */
		private String leader = "a";

		private long highest = 1;

		private long lastServed;

		private long relationChanged;

		private String named = "a";

		World(long seed) {
			this.random = new Random(seed);
			for (String name : List.of("a", "b", "c")) {
				this.servers.put(name, new Server());
			}
			Server master = this.servers.get("a");
			master.standby = false;
			master.upstream = null;
			relate("a");
		}

		void somethingHappens() {
			pass(Duration.ofMillis((this.random.nextInt(20) == 0) ? 70_000 : this.random.nextInt(700)));
			switch (this.random.nextInt(12)) {
				case 0 -> kill(this.random.nextInt(3) > 0 ? this.leader : any());
				case 1 -> failOver();
				case 2 -> restart(any());
				case 3 -> rejoin(any());
				case 4 -> relate((this.random.nextInt(3) > 0) ? this.leader : any());
				case 5 -> {
					ManagedServer server = this.rules.server(any());
					take(new Fact.Suspected(server.id()));
				}
				case 6, 7 -> timer();
				default -> answer();
			}
		}

		private String any() {
			return List.copyOf(this.servers.keySet()).get(this.random.nextInt(this.servers.size()));
		}

		private void pass(Duration time) {
			if (isServed()) {
				this.lastServed = this.rules.now;
			}
			this.rules.after(time);
		}

		private boolean isServed() {
			return this.servers.values()
				.stream()
				.anyMatch((server) -> server.alive && !server.standby && server.timeline >= this.highest);
		}

		private void kill(String name) {
			this.history.add("kill " + name);
			pass(Duration.ZERO);
			this.servers.get(name).alive = false;
		}

		/**
		 * The manager promotes a standby if the master is gone, and has the others
		 * follow.
		 */
		private void failOver() {
			Server old = this.servers.get(this.leader);
			List<String> standbys = this.servers.entrySet()
				.stream()
				.filter((entry) -> entry.getValue().alive && entry.getValue().standby
						&& entry.getValue().timeline == old.timeline)
				.map(Map.Entry::getKey)
				.toList();
			if (old.alive || standbys.isEmpty()) {
				return;
			}
			String next = standbys.get(this.random.nextInt(standbys.size()));
			this.history.add("promote " + next);
			Server promoted = this.servers.get(next);
			promoted.standby = false;
			promoted.upstream = null;
			promoted.timeline = old.timeline + 1;
			this.leader = next;
			this.servers.values().stream().filter((server) -> server.alive && server.standby).forEach(this::follow);
		}

		private void follow(Server standby) {
			standby.upstream = this.leader;
			standby.timeline = this.servers.get(this.leader).timeline;
		}

		private void restart(String name) {
			this.history.add("restart " + name);
			Server server = this.servers.get(name);
			server.alive = true;
			server.start++;
		}

		private void rejoin(String name) {
			if (name.equals(this.leader)) {
				return;
			}
			this.history.add("rejoin " + name);
			Server server = this.servers.get(name);
			server.alive = true;
			server.standby = true;
			server.start++;
			follow(server);
		}

		private void relate(String master) {
			if (!master.equals(this.named)) {
				this.relationChanged = this.rules.now;
				this.named = master;
			}
			this.history.add("relate " + master);
			String[] standbys = this.servers.keySet()
				.stream()
				.filter((name) -> !name.equals(master))
				.toArray(String[]::new);
			this.rules.relate(master, standbys);
			perform();
		}

		private void timer() {
			if (!this.timers.isEmpty()) {
				take(this.timers.remove(this.random.nextInt(this.timers.size())));
			}
		}

		private void answer() {
			if (!this.probes.isEmpty()) {
				answer(this.probes.remove(this.random.nextInt(this.probes.size())));
			}
		}

		private void answer(ProbeEffect.Probe probe) {
			String name = probe.server().name().replace(":5432", "");
			Server server = this.servers.get(name);
			Kind kind = !server.alive ? Kind.UNREACHABLE : server.standby ? Kind.IN_RECOVERY : Kind.NOT_IN_RECOVERY;
			int walSenders = (int) this.servers.values()
				.stream()
				.filter((other) -> other.alive && other.standby && name.equals(other.upstream))
				.count();
			ServerIdentity identity = new ServerIdentity(new ServerInstance("1", name + server.start), name,
					server.standby ? 0 : server.timeline, server.standby ? 0 : walSenders, 0);
			this.history.add(name + " " + kind);
			take(new Fact.Answered(probe.server(), probe.question(),
					new ProbeAnswer(kind, "", kind.tellsRole() ? "" : "because", server.alive ? identity : null),
					OPEN));
		}

		private void take(Fact fact) {
			this.rules.take(fact);
			perform();
		}

		private void perform() {
			for (Effect effect : this.rules.effects) {
				if (effect instanceof ProbeEffect.Probe probe) {
					this.probes.add(probe);
				}
				else if (effect instanceof ProbeEffect.ProbeLater later) {
					this.timers.add(new Fact.ProbeDue(later.server(), later.question()));
				}
				else if (effect instanceof ProbeEffect.ExpectAnswer expected) {
					this.timers.add(new Fact.ProbeOverdue(expected.server(), expected.question(), expected.excuses(),
							false, false, OPEN));
				}
				else if (effect instanceof LastingEffect.Fence fence) {
					this.fenced.add(fence.server());
				}
				else if (effect instanceof LastingEffect.GivePrimaryRole given) {
					checkTimeline(given.server());
				}
				else if (effect instanceof LastingEffect.Publish published) {
					checkFences(published.roles());
				}
			}
		}

		private void checkTimeline(ServerId id) {
			ServerIdentity identity = this.rules.topology.servers().get(id).seen().identity();
			long timeline = (identity != null) ? identity.timeline() : 0;
			if (timeline < this.highest) {
				boolean longAgo = this.rules.now - this.lastServed >= WAY_BACK.toNanos();
				boolean changed = this.relationChanged >= this.lastServed;
				assertThat(longAgo || changed).as("%s is on %s, below %s", id, timeline, this.highest).isTrue();
			}
			this.highest = timeline;
		}

		private void checkFences(RoleAssignment roles) {
			ServerId primary = roles.primary();
			if (primary == null) {
				return;
			}
			for (ManagedServer server : this.rules.topology.servers().values()) {
				boolean deposed = server.heldPrimary() && !server.id().equals(primary);
				assertThat(!deposed || this.fenced.contains(server.id())).as("%s is fenced", server).isTrue();
			}
		}

		/**
		 * From now on the leader is alive and every other server follows it. The relation
		 * says so in the end, too: one that calls a standby the master is waited for.
		 */
		void settle() {
			restart(this.leader);
			this.servers.keySet().forEach(this::rejoin);
			relate(this.leader);
			for (int i = 0; i < 1000 && !isSettled(); i++) {
				this.rules.after(Duration.ofMillis(100));
				List<ProbeEffect.Probe> asked = List.copyOf(this.probes);
				this.probes.clear();
				asked.forEach(this::answer);
				List<Fact> due = List.copyOf(this.timers);
				this.timers.clear();
				due.forEach(this::take);
				ServerId primary = this.rules.topology.primary();
				if (primary != null && i % 10 == 0) {
					take(new Fact.Suspected(primary));
				}
			}
			assertThat(isSettled()).as("the primary is %s in %s", this.leader, this.rules.topology).isTrue();
		}

		private boolean isSettled() {
			ServerId primary = this.rules.topology.primary();
			return primary != null && this.rules.name(primary).equals(this.leader);
		}

	}

}
