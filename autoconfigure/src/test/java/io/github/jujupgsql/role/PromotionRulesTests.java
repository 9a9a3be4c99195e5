package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.github.jujupgsql.role.RulesUnderTest.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who is the primary when servers and relation differ, as a specification. Each row is a
 * story: what the relation and the servers say in turn, and who is the primary then. A
 * server is {@code out 2} of recovery on timeline 2 ({@code out 2+1}: with a standby that
 * streams from it; {@code out ?}: and does not tell who it is), {@code in} recovery,
 * {@code gone} or {@code silent}. {@code @x} is another cluster. Stories that begin with
 * {@code settled} have {@code a} as the master on timeline 1, and {@code b} and {@code c}
 * in recovery; those that begin with {@code followed} go on from there with {@code b},
 * which was promoted to timeline 2 while {@code a} was gone.
 */
class PromotionRulesTests {

	private static final String SETTLED = "relation a b c; a out 1; b in; c in";

	private static final String FOLLOWED = SETTLED + "; a gone; b out 2";

	private final List<String> told = new ArrayList<>();

	@ParameterizedTest(name = "{0}: {1}")
	@CsvSource(delimiter = '|', textBlock = """
			settled; a gone | a
			settled; a gone; b out 2 | b
			settled; a gone; b in; c out 2 | c
			settled; a gone; wait 3600; c out 2 | c
			settled; a silent; b out 2 | b
			settled; a in | none
			settled; a in; b out 2 | b
			settled; a gone; a out 1; b out 2 | a
			settled; a gone; b out 1 | a
			settled; a gone; b out 2 @x | a
			settled; a gone; b out ? | a
			settled; a out ?; a gone; b out 2 | a
			settled; b out 2 | a
			settled; b out 2; a out 1 | a
			settled; b out 2; a out 1; wait 3600; b out 2 | a
			settled; b out 2; a gone; b out 2 | b
			settled; b out 2; a out 1; a gone; b out 2 | a
			settled; b out 2; a out 1; a gone; b out 2+1 | b
			settled; b out 2+1; a out 1; b out 2+1 | b
			settled; b out 2+1; a out 1+1; b out 2+1 | a
			settled; b out 2+1; a out ?; b out 2+1 | a
			settled; b out 1+1; a out 1; b out 1+1 | a
			settled; b out 2+1 @x; a out 1; b out 2+1 @x | a
			settled; c out 2; a out 1; a gone; b out 3; c out 2+1 | b
			settled; relation none b c; b out 2 | none
			followed; a out 1 | b
			followed; relation a b c; a out 1 | b
			followed; relation a c b; a out 1 | b
			followed; relation c a b | b
			followed; relation c a b; c in | b
			followed; relation c a b; c out 1 | b
			followed; relation c a b; c out 3 | c
			followed; relation b a c | b
			followed; relation b a c; b gone | b
			followed; relation b' a' c'; b' out 2 | b
			followed; relation a' b' c'; b' out 2 | b
			followed; a out 3 | a
			followed; b gone; a out 1 | b
			followed; b gone; a out 1; wait 60; a out 1 | a
			followed; b gone; a out 1; wait 30; b out 2; wait 31; a out 1 | b
			followed; b gone; c out 3 | c
			followed; b gone; relation a c b; a out 1 | a
			followed; relation a c; a out 1 | none
			followed; c in; relation a c; a out 1; c in; a out 1 | a
			followed; relation a c; a gone; c out 3 | c
			followed; relation d b c; d out 1 @x | d
			followed; relation none b c | none
			settled; relation b a c; b out 2; relation a b c; a out 1 | none
			settled; relation b a c; b out 2; relation a b c; a out 1; b out 2 | b
			settled; relation b a c; b out 2; relation a b c; a out 1; b gone; wait 60; a out 1 | a
			settled; relation b a c; b in; a out 1 | none
			settled; relation d b c; d out 1 @x | d
			relation a b c; a gone; b in; c out 2 | c
			relation a b c; a silent; c in; b out 2 | b
			relation a b c; b out 2 | none
			relation a b c; b out 2; c in; a out 1 | a
			relation a b c; a in; c in; b out 1 | b
			relation a b c; a gone; b out 2 | none
			relation a b c; a gone; b out 2; c in; b out 2 | b
			relation a b c; a gone; b out 2; c out 3 | c
			relation a b c; a gone; b out 2; c out 2; b out 2 | none
			relation a b c; a gone; b out 2; c out 2; b out 2+1 | b
			relation a b c; a gone; b out 2; c out 3 @x; b out 2 | none
			relation none b; b out 2 | none
			""")
	void theServersSayWhoIsThePrimary(String story, String primary) {
		assertThat(primaryOf(tell(RulesUnderTest.create(), story))).isEqualTo(primary);
	}

	@ParameterizedTest(name = "{0}: {1}")
	@CsvSource(delimiter = '|', textBlock = """
			settled; a gone; b out 2 | a
			settled; a in; b out 2 | none
			settled; b out 2+1; a out 1; b out 2+1 | a
			settled; relation b a c; b out 2; relation a b c; a out 1 | a
			relation a b c; a in; c in; b out 1 | none
			""")
	void ifPromotionsAreNotFollowedTheRelationAloneSays(String story, String primary) {
		RulesUnderTest rules = new RulesUnderTest(new RolePolicy(Duration.ofSeconds(1), Duration.ofSeconds(30), true,
				null, new PrimaryPolicy(Duration.ofMillis(500), Duration.ofSeconds(5), false), RoleTimes.DEFAULT));
		assertThat(primaryOf(tell(rules, story))).isEqualTo(primary);
	}

	@Test
	void theFormerPrimaryIsFencedBeforeTheRoleIsGivenAndItIsToldOnce() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "settled; a gone; b out 2");
		assertThat(rules.effects()).containsExactly("publish none/b+c", "fence a", "make primary b", "return b",
				"publish b/c",
				"inform b:5432 has been promoted to timeline 2 and is the primary from now on; the relation still calls "
						+ "a:5432 the master",
				"tell roles", "close a", "fill b", "probe a");
	}

	@ParameterizedTest(name = "{0}: {1}, {2}")
	@CsvSource(delimiter = '|', textBlock = """
			settled | RELATION | false
			settled; relation b a c; b out 1 | RELATION | false
			settled; a gone; b out 2 | PROMOTION | true
			settled; a in; b out 2 | PROMOTION | true
			settled; b out 2+1; a out 1; b out 2+1 | PROMOTION | true
			relation a b c; a gone; b in; c out 2 | PROMOTION | true
			followed; relation a b | PROMOTION | true
			followed; relation b' a' c' | RELATION | false
			followed; relation b a c | RELATION | false
			followed; a out 3 | RELATION | false
			followed; relation c a b; c out 3 | RELATION | false
			followed; relation none b c | RELATION | false
			""")
	void itIsToldWhyAServerIsThePrimaryAndWhetherTheRelationSaysSo(String story, PrimaryCause cause, boolean ahead) {
		RulesUnderTest rules = tell(RulesUnderTest.create(), story);
		assertThat(rules.topology.roles().aheadOfRelation()).isEqualTo(ahead);
		assertThat(rules.effects).filteredOn(LastingEffect.TellRoles.class::isInstance)
			.singleElement(InstanceOfAssertFactories.type(LastingEffect.TellRoles.class))
			.returns(cause, LastingEffect.TellRoles::cause)
			.returns(rules.topology.roles(), LastingEffect.TellRoles::roles);
	}

	@Test
	void aPromotedServerThatIsGivenUpIsNotAheadOfTheRelationWhileThereIsNoPrimary() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "followed; b gone; wait 60; b gone");
		assertThat(primaryOf(rules)).isEqualTo("none");
		assertThat(rules.topology.roles().aheadOfRelation()).isFalse();
		assertThat(rules.effects()).contains("tell SILENCE").doesNotContain("tell roles");
		tell(rules, "b out 2");
		assertThat(rules.topology.roles().aheadOfRelation()).isTrue();
	}

	@Test
	void thatThePrimaryHasGoneIsToldSinceItWasInDoubtAndOnceThoughItGoesOnToBeGone() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "settled; a gone");
		long doubted = rules.now;
		tell(rules, "wait 60; a gone");
		assertThat(rules.effects).contains(new PassingEffect.TellPrimaryLost(PrimaryCause.SILENCE, doubted));
		tell(rules, "a gone");
		assertThat(rules.effects()).doesNotContain("tell SILENCE");
	}

	@Test
	void aPromotionThatIsFollowedAtOnceIsNotToldAsALoss() {
		tell(RulesUnderTest.create(), "settled; a gone; b out 2");
		assertThat(this.told).doesNotContain("tell SILENCE", "tell DEMOTION");
	}

	@Test
	void whileThePrimaryIsInDoubtTheOthersAreAskedAtOnceThenOftenThenRarely() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "settled; a gone");
		assertThat(rules.effects()).contains("probe b", "probe c");
		rules.say("b", Kind.IN_RECOVERY, identity("b", 0, 0, "1"));
		assertThat(rules.effects).contains(later(rules, Duration.ofMillis(20)));
		rules.take(new Fact.ProbeDue(rules.server("b").id(), rules.server("b").question().number()));
		assertThat(rules.effects()).contains("probe b");
		rules.after(Duration.ofMinutes(5)).say("b", Kind.IN_RECOVERY, identity("b", 0, 0, "1"));
		assertThat(rules.effects).contains(later(rules, Duration.ofSeconds(1)));
		tell(rules, "a out 1");
		rules.take(new Fact.ProbeDue(rules.server("b").id(), rules.server("b").question().number()));
		assertThat(rules.effects()).as("the primary answers").isEmpty();
	}

	private static Effect later(RulesUnderTest rules, Duration pause) {
		ManagedServer server = rules.server("b");
		return new ProbeEffect.ProbeLater(server.id(), server.question().number(), pause);
	}

	@Test
	void twoThatAnswerAreToldOfAsAWarning() {
		tell(RulesUnderTest.create(), "settled; b out 2; a out 1; b out 2");
		assertThat(this.told).contains("warn Standby b:5432 serves no reads: it has been promoted to timeline 2, and "
				+ "the primary answers on 1; until a standby follows it, or the relation names it, writes stay");
	}

	@Test
	void aLowerTimelineIsToldOfAsAWarning() {
		tell(RulesUnderTest.create(), "followed; b gone; a out 1; wait 60; a out 1");
		assertThat(this.told).contains("warn a:5432 is made the primary on timeline 1, as the relation says, although "
				+ "the last one wrote on 2: what was written there since is not here");
	}

	@Test
	void theSameIsToldWhenTheRelationDoesNotNameThePromotedServerAnyMore() {
		tell(RulesUnderTest.create(), "followed; c in; relation a c; a out 1; c in; a out 1");
		assertThat(this.told).anyMatch((told) -> told.startsWith("warn a:5432 is made the primary on timeline 1"));
	}

	@Test
	void aStandbyOfAnotherClusterServesNoReads() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "relation a b c; a out 1; b in @x; c in");
		assertThat(rules.topology.roles().replicas()).containsExactly(rules.server("c").id());
		assertThat(this.told)
			.contains("warn Standby b:5432 serves no reads: it belongs to another cluster than the primary");
		tell(rules, "b in");
		assertThat(rules.topology.roles().replicas()).contains(rules.server("b").id());
	}

	@Test
	void aStandbyThatAnsweredBeforeThePrimaryIsLeftOutOnceThatBelongsToAnotherCluster() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "relation a b; b in @x");
		assertThat(rules.topology.roles().replicas()).hasSize(1);
		tell(rules, "a out 1");
		assertThat(rules.topology.roles().replicas()).isEmpty();
	}

	@Test
	void aMasterOfAnotherClusterTakesTheStandbysOfTheLastOneWithIt() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "settled; relation d b c; d out 1 @x");
		assertThat(rules.topology.roles().replicas()).isEmpty();
		assertThat(this.told).contains("warn The primary d:5432 belongs to another cluster than the last one: other "
				+ "data is read and written from now on");
	}

	@Test
	void twoNamesOfOneStandbyAreOneServer() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "relation a b c; a out 1");
		rules.say("b", Kind.IN_RECOVERY, identity("b", 0, 0, "1")).say("c", Kind.IN_RECOVERY, identity("b", 0, 0, "1"));
		assertThat(rules.topology.roles().replicas()).containsExactly(rules.server("b").id());
		assertThat(rules.topology.roles().excluded()).singleElement()
			.extracting(RoleAssignment.Exclusion::reason)
			.isEqualTo("it is the same server as another standby");
	}

	@Test
	void aSecondNameOfThePrimaryIsNoRival() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "relation a b; a out 2+1");
		rules.say("b", Kind.NOT_IN_RECOVERY, identity("a", 2, 1, "1"));
		assertThat(rules.effects()).contains("warn Standby b:5432 serves no reads: not in recovery")
			.doesNotContain("probe a");
	}

	@Test
	void onceTheRelationsMasterLeadsToThePrimaryItselfItIsUsedAgainAndNothingIsCutOff() {
		RulesUnderTest rules = tell(RulesUnderTest.create(), "followed");
		rules.say("a", Kind.NOT_IN_RECOVERY, identity("b", 2, 0, "1"));
		assertThat(primaryOf(rules)).isEqualTo("a");
		assertThat(rules.effects()).contains("drain b").doesNotContain("fence b");
	}

	private RulesUnderTest tell(RulesUnderTest rules, String story) {
		for (String step : story.replace("followed", FOLLOWED).replace("settled", SETTLED).split("; ")) {
			rules.after(Duration.ofMillis(1));
			take(rules, step.split(" "));
			this.told.addAll(rules.effects());
		}
		return rules;
	}

	private static void take(RulesUnderTest rules, String[] words) {
		switch (words[0]) {
			case "relation" -> rules.relate(words[1].equals("none") ? null : words[1],
					List.of(words).subList(2, words.length).toArray(String[]::new));
			case "wait" -> rules.after(Duration.ofSeconds(Long.parseLong(words[1])));
			default -> answer(rules, words[0], words[1], List.of(words).subList(2, words.length));
		}
	}

	private static void answer(RulesUnderTest rules, String name, String what, List<String> words) {
		String cluster = words.contains("@x") ? "x" : "1";
		switch (what) {
			case "in" -> rules.say(name, Kind.IN_RECOVERY, identity(name, 0, 0, cluster));
			case "out" -> rules.say(name, Kind.NOT_IN_RECOVERY, writer(name, words.get(0), cluster));
			case "gone" -> rules.say(name, Kind.UNREACHABLE, null);
			case "silent" -> {
				if (!rules.server(name).question().open()) {
					rules.take(new Fact.Suspected(rules.server(name).id()));
				}
				ManagedServer server = rules.after(Duration.ofMillis(500)).server(name);
				rules.take(new Fact.ProbeOverdue(server.id(), server.question().number(), 0, false, false, OPEN));
			}
			default -> throw new IllegalArgumentException(what);
		}
	}

	private static @Nullable ServerIdentity writer(String name, String timeline, String cluster) {
		String[] parts = timeline.split("\\+");
		return timeline.equals("?") ? null : identity(name, Integer.parseInt(parts[0]), parts.length - 1, cluster);
	}

	private static ServerIdentity identity(String name, int timeline, int walSenders, String cluster) {
		return new ServerIdentity(new ServerInstance(cluster, name.replace("'", "")), name, timeline, walSenders, 0);
	}

	private static String primaryOf(RulesUnderTest rules) {
		ServerId primary = rules.topology.primary();
		return (primary != null) ? rules.name(primary) : "none";
	}

}
