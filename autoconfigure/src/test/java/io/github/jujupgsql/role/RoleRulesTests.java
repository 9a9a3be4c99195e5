package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.github.jujupgsql.role.RulesUnderTest.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What follows from each fact, as a specification: given a situation, a fact leads to
 * states and to effects, in this order. {@code a} is the master to begin with, {@code b}
 * and {@code c} are standbys, {@code a'} is {@code a} with a new password.
 */
class RoleRulesTests {

	private static final Map<String, Supplier<RulesUnderTest>> SITUATIONS = Map.ofEntries(
			Map.entry("nothing", RulesUnderTest::create),
			Map.entry("named", () -> RulesUnderTest.create().relate("a", "b")),
			Map.entry("primary alone",
					() -> RulesUnderTest.create().relate("a", "b").answer("a", Kind.NOT_IN_RECOVERY)),
			Map.entry("settled", RoleRulesTests::settled), Map.entry("switching", () -> settled().relate("b", "a")),
			Map.entry("new master's old words", () -> settled().relate("b", "a").answer("b", Kind.IN_RECOVERY)),
			Map.entry("demoted", () -> settled().take(suspected("a")).answer("a", Kind.IN_RECOVERY)),
			Map.entry("rotating", () -> settled().relate("a'", "b'")),
			Map.entry("withdrawn", () -> settled().relate(null, "b")),
			Map.entry("withdrawn, for a new master", () -> settled().relate("c", "b")),
			Map.entry("asked replica", () -> settled().take(suspected("b"))),
			Map.entry("asked primary", () -> settled().take(suspected("a"))),
			Map.entry("doubted primary", () -> doubted(Duration.ofMillis(400))),
			Map.entry("primary doubted for long", () -> doubted(Duration.ofSeconds(5))),
			Map.entry("standby refused",
					() -> RulesUnderTest.create()
						.relate("a", "b")
						.answer("a", Kind.NOT_IN_RECOVERY)
						.answer("b", Kind.REFUSED)
						.take(due("b"))));

	private static RulesUnderTest settled() {
		return RulesUnderTest.create().relate("a", "b").answer("a", Kind.NOT_IN_RECOVERY).answer("b", Kind.IN_RECOVERY);
	}

	private static RulesUnderTest doubted(Duration duration) {
		RulesUnderTest rules = settled().take(suspected("a")).answer("a", Kind.UNREACHABLE);
		return rules.after(duration)
			.take(new Fact.ProbeDue(rules.server("a").id(), rules.server("a").question().number()));
	}

	private static Fact suspected(String name) {
		return new Fact.Suspected(new ServerId(number(name), name + ":5432"));
	}

	/** Servers get their numbers in the order in which they are named. */
	private static long number(String name) {
		return name.equals("a") ? 1 : 2;
	}

	private static Fact due(String name) {
		return new Fact.ProbeDue(new ServerId(number(name), name + ":5432"), 4);
	}

	@ParameterizedTest(name = "{0}: {1}")
	@CsvSource(delimiter = '|',
			textBlock = """
					nothing | relation a, b | a NEW, b NEW | probe a, publish none/, expect a, probe b
					named | a NOT_IN_RECOVERY | a PRIMARY, b NEW | make primary a, return a, publish a/, tell roles, fill a
					named | a IN_RECOVERY | a REPLICA, b NEW | make replica a, publish none/a, inform Waiting for a:5432 to leave recovery; then it is the primary, probe later a
					named | a UNREACHABLE | a EXCLUDED, b NEW | publish none/, warn The relation's master a:5432 cannot be the primary yet: because, probe later a
					named | a CREDENTIALS_REFUSED | a EXCLUDED, b NEW | publish none/, warn The relation's master a:5432 cannot be the primary yet: because, probe later a
					named | b IN_RECOVERY | a NEW, b REPLICA | make replica b, publish none/b
					named | b NOT_IN_RECOVERY | a NEW, b EXCLUDED | publish none/, warn Standby b:5432 serves no reads: not in recovery, probe later b
					named | b SET_UP_REFUSED | a NEW, b EXCLUDED | publish none/, warn Standby b:5432 serves no reads: because, probe later b
					primary alone | b IN_RECOVERY | a PRIMARY, b REPLICA | make replica b, publish a/b, tell roles
					standby refused | b REFUSED | a PRIMARY, b EXCLUDED | probe later b
					standby refused | b UNREACHABLE | a PRIMARY, b EXCLUDED | warn Standby b:5432 serves no reads: because, probe later b
					standby refused | b IN_RECOVERY | a PRIMARY, b REPLICA | make replica b, publish a/b, tell roles
					settled | suspect b | a PRIMARY, b REPLICA | probe b, expect b
					settled | suspect a | a PRIMARY, b REPLICA | probe a, expect a
					settled | relation a, b, c | a PRIMARY, b REPLICA, c NEW | publish a/b, tell roles, probe c
					settled | relation a | a PRIMARY, b DRAINING | publish a/, tell roles, drain b
					settled | relation b, a | a STEPPING_DOWN, b REPLICA | probe b, publish none/b, expect b, limit a
					settled | relation none, b | a DRAINING, b REPLICA | publish none/b, tell roles, drain a
					settled | relation a', b' | a PRIMARY, b REPLICA, a' NEW, b' NEW | probe a', expect a', probe b'
					asked replica | b UNREACHABLE | a PRIMARY, b FENCED, b EXCLUDED | publish a/, fence b, warn Standby b:5432 serves no reads: because, tell roles, close b, probe later b
					asked replica | b REFUSED | a PRIMARY, b REPLICA |
					asked replica | b NOT_IN_RECOVERY | a PRIMARY, b EXCLUDED | publish a/, warn Standby b:5432 serves no reads: not in recovery, tell roles, probe later b
					asked replica | b IN_RECOVERY | a PRIMARY, b REPLICA |
					asked primary | a UNREACHABLE | a PRIMARY, b REPLICA | inform The primary a:5432 does not answer: because, probe b, expect b, probe later a
					asked primary | a REFUSED | a PRIMARY, b REPLICA |
					doubted primary | a NOT_IN_RECOVERY | a PRIMARY, b REPLICA | inform The primary a:5432 answers again after 400 ms
					doubted primary | a REFUSED | a PRIMARY, b REPLICA | inform The primary a:5432 answers again after 400 ms
					doubted primary | a UNREACHABLE | a PRIMARY, b REPLICA | probe later a
					primary doubted for long | a UNREACHABLE | a FENCED, b REPLICA, a EXCLUDED | publish none/b, fence a, tell SILENCE, warn The relation's master a:5432 cannot be the primary yet: because, close a, probe later a
					asked primary | a IN_RECOVERY | a EXCLUDED, b REPLICA | verify a, publish none/b, warn The primary a:5432 is in recovery although the relation calls it the master; writes wait, tell DEMOTION, inform Waiting for a:5432 to leave recovery; then it is the primary, probe b, expect b, probe later a
					demoted | a due | a EXCLUDED, b REPLICA | probe a, expect a
					demoted | relation b, a | a STEPPING_DOWN, b REPLICA | publish none/b, limit a
					switching | b IN_RECOVERY | a STEPPING_DOWN, b REPLICA | publish none/b, inform Waiting for b:5432 to leave recovery; then it is the primary, probe later b
					switching | b NOT_IN_RECOVERY | a FENCED, b PRIMARY, a NEW | fence a, make primary b, return b, publish b/, tell roles, close a, fill b, probe a
					switching | relation a, b | a NEW, b REPLICA | probe a, publish none/b, expect a
					switching | a limit | a FENCED, b REPLICA, a NEW | publish none/b, fence a, close a, probe a
					new master's old words | b due | a STEPPING_DOWN, b REPLICA | probe b, expect b
					withdrawn | relation c, b | a DRAINING, b REPLICA, c NEW | probe c, publish none/b, expect c
					withdrawn | closed a | b REPLICA |
					withdrawn, for a new master | c NOT_IN_RECOVERY | a FENCED, b REPLICA, c PRIMARY | fence a, make primary c, return c, publish c/b, tell roles, close a, fill c
					withdrawn, for a new master | relation none, b | a DRAINING, b REPLICA, c DRAINING | publish none/b, tell roles, drain a, drain c
					rotating | a' CREDENTIALS_REFUSED | a PRIMARY, b REPLICA, a' EXCLUDED, b' NEW | warn New connections to a:5432 cannot be opened as the relation says now, so work goes on with those that are open: because, probe later a'
					rotating | a' NOT_IN_RECOVERY | a PRIMARY, b REPLICA, a' WARMING, b' NEW | warm up a'
					rotating | b' IN_RECOVERY | a PRIMARY, b REPLICA, a' NEW, b' WARMING | warm up b'
					rotating | warm a' | a DRAINING, b REPLICA, a' PRIMARY, b' NEW | make primary a', return a', publish a'/b, tell roles, drain a, fill a'
					rotating | warm b' | a PRIMARY, b DRAINING, a' NEW, b' REPLICA | make replica b', publish a/b', tell roles, drain b
					rotating | not warm a' | a PRIMARY, b REPLICA, a' WARMING, b' NEW | probe later a'
					rotating | relation a, b | a PRIMARY, b REPLICA, a' DRAINING, b' DRAINING | drain a', drain b'
					""")
	void fromAFactFollowStatesAndEffects(String situation, String fact, String states, String effects) {
		RulesUnderTest rules = SITUATIONS.get(situation).get();
		take(rules, fact);
		assertThat(rules.states()).isEqualTo(states);
		assertThat(String.join(", ", rules.effects())).isEqualTo((effects != null) ? effects : "");
	}

	private static void take(RulesUnderTest rules, String fact) {
		String[] words = fact.split("[ ,]+");
		switch (words[0]) {
			case "relation" -> rules.relate(words[1].equals("none") ? null : words[1],
					List.of(words).subList(2, words.length).toArray(String[]::new));
			case "suspect" -> rules.take(new Fact.Suspected(rules.server(words[1]).id()));
			case "closed" -> rules.take(new Fact.PoolClosed(rules.server(words[1]).id()));
			case "warm" -> warm(rules, words[1], true);
			case "not" -> warm(rules, words[2], false);
			default -> {
				ManagedServer server = rules.server(words[0]);
				switch (words[1]) {
					case "due" -> rules.take(new Fact.ProbeDue(server.id(), server.question().number()));
					case "limit" -> rules.take(new Fact.WithdrawalDue(server.id(), server.withdrawal()));
					default -> rules.answer(words[0], Kind.valueOf(words[1]));
				}
			}
		}
	}

	private static void warm(RulesUnderTest rules, String name, boolean ready) {
		rules.answer(name, name.startsWith("a") ? Kind.NOT_IN_RECOVERY : Kind.IN_RECOVERY);
		ProbeEffect.WarmUp warmUp = (ProbeEffect.WarmUp) rules.effects.get(rules.effects.size() - 1);
		rules.take(new Fact.WarmedUp(warmUp.server(), warmUp.former(), ready));
	}

	@Test
	void aPromotionFencesGivesTheRoleReturnsTheConnectionAndPublishesInThisOrder() {
		RulesUnderTest rules = RulesUnderTest.create()
			.relate("a", "b", "c")
			.answer("a", Kind.NOT_IN_RECOVERY)
			.answer("b", Kind.IN_RECOVERY)
			.relate("b", "a", "c")
			.answer("c", Kind.IN_RECOVERY)
			.answer("b", Kind.NOT_IN_RECOVERY);
		assertThat(rules.effects()).containsExactly("fence a", "make primary b", "return b", "publish b/c",
				"tell roles", "close a", "fill b", "probe a");
	}

	@Test
	void anAnswerToAnOlderQuestionIsNotHeard() {
		RulesUnderTest rules = RulesUnderTest.create().relate("a");
		Fact old = new Fact.Answered(rules.server("a").id(), rules.server("a").question().number(),
				ProbeAnswer.of(Kind.NOT_IN_RECOVERY), OPEN);
		rules.answer("a", Kind.UNREACHABLE).take(new Fact.ProbeDue(rules.server("a").id(), 2));
		assertThat(rules.effects()).containsExactly("probe a", "expect a");
		rules.take(old);
		assertThat(rules.states()).isEqualTo("a EXCLUDED");
		assertThat(rules.effects()).isEmpty();
	}

	@Test
	void aServerThatOwesAnAnswerIsNotAskedAgain() {
		RulesUnderTest rules = RulesUnderTest.create().relate("a");
		rules.take(new Fact.Suspected(rules.server("a").id()));
		assertThat(rules.effects()).isEmpty();
	}

	@Test
	void whilePausedNoServerIsAskedAndAfterwardsThoseWithoutARoleAre() {
		RulesUnderTest rules = RulesUnderTest.create().take(new Fact.Paused()).relate("a", "b");
		assertThat(rules.effects()).containsExactly("publish none/");
		rules.take(new Fact.Resumed());
		assertThat(rules.effects()).containsExactly("probe a", "resume a", "resume b", "expect a", "probe b");
	}

	@Test
	void afterSecondsOfRefusedCredentialsThatHaveNeverWorkedWaitingIsOfNoUse() {
		RulesUnderTest rules = RulesUnderTest.create().relate("a");
		refuse(rules, PoolSigns.NONE);
		refuse(rules.after(Duration.ofSeconds(1)), PoolSigns.NONE);
		assertThat(rules.topology.roles().failFast()).isFalse();
		refuse(rules.after(Duration.ofSeconds(1)), PoolSigns.NONE);
		assertThat(rules.topology.roles().failFast()).isTrue();
		assertThat(rules.topology.roles().readsFailFast()).isTrue();
	}

	@Test
	void refusedCredentialsThatHaveWorkedBeforeMayWorkAgain() {
		RulesUnderTest rules = RulesUnderTest.create().relate("a");
		refuse(rules, OPEN);
		refuse(rules.after(Duration.ofSeconds(10)), OPEN);
		assertThat(rules.topology.roles().failFast()).isFalse();
	}

	private static void refuse(RulesUnderTest rules, PoolSigns signs) {
		if (!rules.server("a").question().open()) {
			rules.take(new Fact.ProbeDue(rules.server("a").id(), rules.server("a").question().number()));
		}
		rules.answer("a", Kind.CREDENTIALS_REFUSED, signs);
	}

	@Test
	void anAnswerThatIsOverdueMakesAReplicaSickUnlessThereIsAnExcuse() {
		RulesUnderTest rules = settled();
		rules.take(suspected("b"));
		rules.take(overdue(rules, 2, true, false, OPEN));
		assertThat(rules.effects()).as("the timer was late").containsExactly("expect b");
		rules.take(overdue(rules, 2, false, true, OPEN));
		assertThat(rules.effects()).as("reads have come back").containsExactly("expect b");
		PoolSigns loggingIn = new PoolSigns(true, true, 0, 1, false, false, true);
		rules.take(overdue(rules, 2, false, false, loggingIn));
		assertThat(rules.effects).as("a login is under way")
			.containsExactly(new ProbeEffect.ExpectAnswer(rules.server("b").id(), rules.server("b").question().number(),
					Duration.ofSeconds(1), 1));
		rules.take(overdue(rules, 0, false, false, loggingIn));
		assertThat(rules.effects()).contains("fence b", "close b",
				"warn Standby b:5432 serves no reads: no answer within 1000 ms");
	}

	private static Fact overdue(RulesUnderTest rules, int excuses, boolean late, boolean reads, PoolSigns signs) {
		return overdue(rules.server("b"), excuses, late, reads, signs);
	}

	private static Fact overdue(ManagedServer server, int excuses, boolean late, boolean reads, PoolSigns signs) {
		return new Fact.ProbeOverdue(server.id(), server.question().number(), excuses, late, reads, signs);
	}

	@Test
	void aPrimaryWithWorkInFlightFromWhichNothingComesIsAsked() {
		RulesUnderTest rules = settled().after(Duration.ofSeconds(1));
		PoolSigns busy = new PoolSigns(true, true, 7, 1, false, false, false);
		see(rules, "a", busy);
		assertThat(rules.effects()).as("something has come").isEmpty();
		see(rules, "a", new PoolSigns(true, true, 7, 0, false, false, false));
		assertThat(rules.effects()).as("it is idle").isEmpty();
		see(rules, "a", busy);
		assertThat(rules.effects()).as("nothing has come").containsExactly("probe a", "expect a");
		rules.after(Duration.ofMillis(500));
		see(rules, "a", busy);
		assertThat(rules.effects()).as("it owes an answer").isEmpty();
	}

	@Test
	void poolsAreLookedAtAsOftenAsThePrimaryNeedsAlsoWhereReplicasMayTakeTheirTime() {
		RolePolicy patient = new RolePolicy(Duration.ofSeconds(20), Duration.ofSeconds(30), true, null,
				new PrimaryPolicy(Duration.ofMillis(400), Duration.ofSeconds(5), true), RoleTimes.DEFAULT);
		RoleRules rules = new RoleRules(patient);
		assertThat(rules.pauseBetweenLooks(Topology.empty(0, patient), 0)).isEqualTo(Duration.ofMillis(100));
	}

	@Test
	void aPrimaryThatOwesAnAnswerForAsLongAsABorrowerWaitsIsGivenUp() {
		RulesUnderTest rules = settled().take(suspected("a")).after(Duration.ofMillis(500));
		rules.take(overdue(rules.server("a"), 0, false, true, OPEN));
		assertThat(rules.effects()).as("something has come").containsExactly("expect a");
		rules.after(Duration.ofMillis(500)).take(overdue(rules.server("a"), 0, false, false, OPEN));
		assertThat(rules.effects()).containsExactly(
				"inform The primary a:5432 does not answer: no answer within 500 ms", "probe b", "expect b",
				"expect a");
		assertThat(rules.states()).isEqualTo("a PRIMARY, b REPLICA");
		rules.after(Duration.ofSeconds(3)).take(overdue(rules.server("a"), 0, false, false, OPEN));
		assertThat(rules.effects()).containsExactly("expect a");
		rules.after(Duration.ofSeconds(1)).take(overdue(rules.server("a"), 0, false, false, OPEN));
		assertThat(rules.states()).isEqualTo("a FENCED, b REPLICA, a EXCLUDED");
		assertThat(rules.effects()).startsWith("publish none/b", "fence a");
	}

	@Test
	void aReplicaFromWhichNoReadComesBackIsAskedAndThenAvoided() {
		RulesUnderTest rules = settled().after(Duration.ofSeconds(1));
		seeB(rules, new PoolSigns(true, true, 0, 0, false, false, false));
		assertThat(rules.effects()).as("it is idle").containsExactly("verify b");
		seeB(rules, new PoolSigns(true, true, 7, 1, false, false, false));
		assertThat(rules.effects()).as("reads come back").isEmpty();
		seeB(rules, new PoolSigns(true, true, 7, 1, false, false, false));
		assertThat(rules.effects()).as("none has come back").containsExactly("verify b", "probe b", "expect b");
		seeB(rules.after(Duration.ofMillis(101)), new PoolSigns(true, true, 7, 1, false, false, false));
		assertThat(rules.effects()).as("it owes an answer").containsExactly("mark b", "verify b");
		rules.answer("b", Kind.IN_RECOVERY);
		assertThat(rules.effects()).containsExactly("mark b");
	}

	private static void seeB(RulesUnderTest rules, PoolSigns signs) {
		see(rules, "b", signs);
	}

	private static void see(RulesUnderTest rules, String name, PoolSigns signs) {
		rules.take(new Fact.PoolsSeen(Map.of(rules.server(name).id(), signs)));
	}

	@Test
	void aStandbyServesReadsOnceItsLagIsKnownToBeSmallEnough() {
		RulesUnderTest rules = RulesUnderTest.create(Duration.ofSeconds(5))
			.relate("a", "b")
			.answer("a", Kind.NOT_IN_RECOVERY)
			.answer("b", Kind.IN_RECOVERY);
		assertThat(rules.states()).isEqualTo("a PRIMARY, b EXCLUDED");
		assertThat(rules.effects()).containsExactly("publish a/", "tell roles", "measure lag");
		rules.take(new Fact.LagMeasured(rules.server("b").id(), Duration.ofSeconds(5)));
		assertThat(rules.states()).isEqualTo("a PRIMARY, b REPLICA");
		rules.take(new Fact.LagMeasured(rules.server("b").id(), Duration.ofSeconds(6)));
		assertThat(rules.states()).isEqualTo("a PRIMARY, b EXCLUDED");
		assertThat(rules.effects()).contains("publish a/", "inform Standby b:5432 serves no reads: it lags by 6000 ms");
	}

	@Test
	void aPoolWithNewCredentialsTakesOverWhenItHasHadLongEnough() {
		RulesUnderTest rules = settled().relate("a'", "b").answer("a'", Kind.NOT_IN_RECOVERY);
		ProbeEffect.WarmUp warmUp = (ProbeEffect.WarmUp) rules.effects.get(rules.effects.size() - 1);
		rules.after(Duration.ofSeconds(3)).take(new Fact.WarmedUp(warmUp.server(), warmUp.former(), false));
		assertThat(rules.states()).isEqualTo("a DRAINING, b REPLICA, a' PRIMARY");
	}

	@Test
	void afterAFailureEverythingThatLastsIsRepeated() {
		RulesUnderTest rules = settled().relate("b", "a").answer("b", Kind.NOT_IN_RECOVERY);
		rules.take(new Fact.Recovered());
		assertThat(rules.effects()).containsExactly("fence a", "make primary b", "publish b/", "tell roles", "close a");
	}

	@Test
	void aPrimaryThatIsNamedAsAStandbyTooWithItsFormerPasswordStepsDownWhenItIsInRecovery() {
		RulesUnderTest rules = settled().relate("a'", "a");
		assertThat(rules.states()).contains("a PRIMARY");
		rules.take(suspected("a")).answer("a", Kind.IN_RECOVERY);
		assertThat(rules.topology.primary()).isNull();
		rules.take(suspected("a")).answer("a", Kind.UNREACHABLE);
		assertThat(rules.topology.roles().replicas()).doesNotContain(new ServerId(1, "a:5432"));
	}

	@Test
	void aServerMakesNoStepThatItsLifeDoesNotKnow() {
		ManagedServer server = settled().server("a").moveTo(ServerState.FENCED, 0);
		assertThatIllegalStateException().isThrownBy(() -> server.moveTo(ServerState.PRIMARY, 0))
			.withMessageContaining("FENCED to PRIMARY");
	}

	@Test
	void ifADecisionThrowsTheTopologyBeforeStands() {
		RulesUnderTest rules = settled();
		Topology before = rules.topology;
		assertThat(before.servers()).isUnmodifiable();
		rules.rules.decide(before, new Fact.RelationRead(RulesUnderTest.relation("c"), 0), 0);
		assertThat(rules.topology).isEqualTo(settled().topology);
	}

}
