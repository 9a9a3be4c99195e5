package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The rules, the topology that they have led to, and the effects of the last fact. A
 * server is called by the name of its host; one with a new password by that and an
 * apostrophe.
 */
final class RulesUnderTest {

	static final PoolSigns OPEN = new PoolSigns(true, true, 0, 0, false, false, false);

	final RoleRules rules;

	Topology topology;

	List<Effect> effects = List.of();

	long now = 1_000_000_000L;

	RulesUnderTest(RolePolicy policy) {
		this.rules = new RoleRules(policy);
		this.topology = Topology.empty(this.now, policy);
	}

	static RulesUnderTest create() {
		return create(null);
	}

	static RulesUnderTest create(@Nullable Duration maximumLag) {
		return new RulesUnderTest(new RolePolicy(Duration.ofSeconds(1), Duration.ofSeconds(30), true, maximumLag,
				new PrimaryPolicy(Duration.ofMillis(500), Duration.ofSeconds(5), true), RoleTimes.DEFAULT));
	}

	static ConnectionString connectionString(String name) {
		String host = name.replace("'", "");
		String password = "secret" + (name.length() - host.length());
		return ConnectionString.parse("host=" + host + " port=5432 dbname=notes user=app password=" + password);
	}

	static PgsqlRelation relation(@Nullable String master, String... standbys) {
		return new PgsqlRelation("notes", List.of(), List.of(), null,
				(master != null) ? connectionString(master) : null,
				Arrays.stream(standbys).map(RulesUnderTest::connectionString).toList());
	}

	RulesUnderTest relate(@Nullable String master, String... standbys) {
		return take(new Fact.RelationRead(relation(master, standbys), this.now));
	}

	RulesUnderTest take(Fact fact) {
		Decision decision = this.rules.decide(this.topology, fact, this.now);
		this.topology = decision.topology();
		this.effects = decision.effects();
		return this;
	}

	/**
	 * Have a server say who it is, whether it has been asked or not.
	 */
	RulesUnderTest say(String name, Kind kind, @Nullable ServerIdentity identity) {
		if (!server(name).question().open()) {
			take(new Fact.Suspected(server(name).id()));
		}
		return take(new Fact.Answered(server(name).id(), server(name).question().number(),
				new ProbeAnswer(kind, "", kind.tellsRole() ? "" : "because", identity), OPEN));
	}

	RulesUnderTest answer(String name, Kind kind) {
		return answer(name, kind, OPEN);
	}

	RulesUnderTest answer(String name, Kind kind, PoolSigns signs) {
		ManagedServer server = server(name);
		ProbeAnswer answer = new ProbeAnswer(kind, "", (kind.ordinal() > 1) ? "because" : "");
		return take(new Fact.Answered(server.id(), server.question().number(), answer, signs));
	}

	RulesUnderTest after(Duration pause) {
		this.now += pause.toNanos();
		return this;
	}

	/**
	 * Return the server that the relation names so; otherwise the last one of that name.
	 */
	ManagedServer server(String name) {
		ConnectionString wanted = connectionString(name);
		ServerId named = this.topology.named().get(wanted);
		return Optional.ofNullable(named)
			.map(this.topology.servers()::get)
			.orElseGet(() -> this.topology.servers()
				.values()
				.stream()
				.filter((server) -> server.connectionString().equals(wanted))
				.reduce((first, last) -> last)
				.orElseThrow(() -> new AssertionError("There is no " + name + " in " + this.topology.servers())));
	}

	String states() {
		return this.topology.servers()
			.values()
			.stream()
			.map((server) -> name(server.id()) + " " + server.state())
			.collect(Collectors.joining(", "));
	}

	/**
	 * Return the effects of the last fact, in their order, but for what is logged of
	 * states.
	 */
	List<String> effects() {
		List<String> texts = new ArrayList<>();
		for (Effect effect : this.effects) {
			if (!(effect instanceof PassingEffect.TellState)) {
				texts.add(describe(effect));
			}
		}
		return texts;
	}

	private String describe(Effect effect) {
		if (effect instanceof LastingEffect.Publish published) {
			return "publish " + describe(published.roles());
		}
		if (effect instanceof LastingEffect.TellRoles) {
			return "tell roles";
		}
		if (effect instanceof PassingEffect.TellPrimaryLost lost) {
			return "tell " + lost.cause();
		}
		if (effect instanceof PassingEffect.Tell told) {
			return (told.warning() ? "warn " : "inform ") + told.message();
		}
		if (effect instanceof ProbeEffect.MeasureLag) {
			return "measure lag";
		}
		Map<Class<?>, String> verbs = Map.ofEntries(Map.entry(ProbeEffect.Probe.class, "probe"),
				Map.entry(ProbeEffect.ExpectAnswer.class, "expect"),
				Map.entry(ProbeEffect.ProbeLater.class, "probe later"),
				Map.entry(ProbeEffect.LimitWithdrawn.class, "limit"), Map.entry(ProbeEffect.WarmUp.class, "warm up"),
				Map.entry(LastingEffect.Fence.class, "fence"),
				Map.entry(LastingEffect.GivePrimaryRole.class, "make primary"),
				Map.entry(LastingEffect.GiveReplicaRole.class, "make replica"),
				Map.entry(LastingEffect.ReturnProbeConnection.class, "return"),
				Map.entry(LastingEffect.CloseFenced.class, "close"), Map.entry(LastingEffect.Drain.class, "drain"),
				Map.entry(PassingEffect.InvalidateVerification.class, "verify"),
				Map.entry(PassingEffect.MarkUnresponsive.class, "mark"), Map.entry(PassingEffect.Fill.class, "fill"),
				Map.entry(PassingEffect.Resume.class, "resume"), Map.entry(PassingEffect.Bind.class, "bind"),
				Map.entry(PassingEffect.Share.class, "share"), Map.entry(PassingEffect.TakeAll.class, "take all"),
				Map.entry(ProbeEffect.LookUp.class, "look up"));
		return verbs.get(effect.getClass()) + " " + name(serverOf(effect));
	}

	private String describe(RoleAssignment roles) {
		return ((roles.primary() != null) ? name(roles.primary()) : "none") + "/"
				+ roles.replicas().stream().map(this::name).collect(Collectors.joining("+"));
	}

	static ServerId serverOf(Effect effect) {
		try {
			return (ServerId) effect.getClass().getMethod("server").invoke(effect);
		}
		catch (ReflectiveOperationException ex) {
			throw new AssertionError(effect + " is about no server", ex);
		}
	}

	String name(ServerId id) {
		ManagedServer server = this.topology.servers().get(id);
		String password = (server != null) ? server.connectionString().options().get("password") : "secret0";
		return id.name().replace(":5432", "") + "'".repeat(password.charAt(password.length() - 1) - '0');
	}

}
