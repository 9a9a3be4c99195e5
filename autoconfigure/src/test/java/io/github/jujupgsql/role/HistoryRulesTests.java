package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.Map;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Standbys that have been ahead of the server that was promoted, as a specification. The
 * relation names {@code a} as the master, and {@code b} and {@code c} as standbys.
 */
class HistoryRulesTests {

	private static final String STRAY = "warn Standby c:5432 serves no reads: it has replayed what the primary has never"
			+ " written";

	private final RulesUnderTest rules = RulesUnderTest.create();

	@BeforeEach
	void relate() {
		this.rules.relate("a", "b", "c");
		this.rules.say("a", Kind.NOT_IN_RECOVERY, at("a", 1, 100));
		in("b", 100);
		in("c", 100);
		assertThat(roles()).isEqualTo("a/b+c");
	}

	@Test
	void aStandbyThatHasReplayedNoMoreThanIsKnownToBeWrittenNeedsNoProof() {
		assertThat(this.rules.effects()).doesNotContain("probe a");
	}

	@Test
	void thePrimaryIsAskedOnceForAStandbyThatIsFurtherThanItWasTheLastTime() {
		this.rules.after(Duration.ofSeconds(1)).relate("a", "b", "c", "d");
		in("d", 120);
		assertThat(this.rules.effects()).contains("probe a");
		writes("a", 1, 130);
		assertThat(roles()).isEqualTo("a/b+c+d");
		this.rules.after(Duration.ofSeconds(1));
		in("d", 140);
		assertThat(this.rules.effects()).doesNotContain("probe a");
		in("c", 140);
		assertThat(this.rules.effects()).doesNotContain("probe a");
	}

	@Test
	void afterAPromotionEachStandbyIsAskedAgain() {
		promoteB(90);
		look();
		assertThat(this.rules.effects()).contains("probe c");
		in("c", 90);
		look();
		assertThat(this.rules.effects()).doesNotContain("probe c", "probe b");
		assertThat(roles()).isEqualTo("b/c");
	}

	@Test
	void aStandbyThatHasBeenAheadOfThePromotedOneIsLeftOut() {
		promoteB(90);
		in("c", 100);
		assertThat(this.rules.effects()).contains("probe b");
		assertThat(roles()).isEqualTo("b/c");
		writes("b", 2, 95);
		assertThat(this.rules.effects()).contains("publish b/", STRAY);
		assertThat(this.rules.server("c").state()).isEqualTo(ServerState.EXCLUDED);
	}

	@Test
	void itStaysLeftOutWhenThePrimaryHasWrittenAsMuch() {
		strayC();
		writes("b", 2, 500);
		in("c", 100);
		assertThat(roles()).isEqualTo("b/");
		assertThat(this.rules.effects()).doesNotContain(STRAY);
	}

	@Test
	void itServesAgainWhenItHasBeenMadeAnewAndIsAnotherInstance() {
		strayC();
		this.rules.say("c", Kind.IN_RECOVERY, at("c again", 0, 92));
		assertThat(roles()).isEqualTo("b/c");
	}

	@Test
	void itIsJudgedAnewWhenAnotherServerIsPromoted() {
		strayC();
		this.rules.relate("c", "b");
		this.rules.say("c", Kind.NOT_IN_RECOVERY, at("c", 3, 110));
		this.rules.relate("c", "b", "a");
		assertThat(this.rules.server("c").seen().history()).isNotEqualTo(Sighting.History.STRAY);
		assertThat(roles()).startsWith("c/");
	}

	@Test
	void aStandbyThatHasFollowedMeanwhileIsNot() {
		promoteB(90);
		in("c", 100);
		writes("b", 2, 110);
		assertThat(roles()).isEqualTo("b/c");
	}

	@Test
	void anAnswerToAQuestionThatWasAskedBeforeProvesNothing() {
		promoteB(90);
		this.rules.take(new Fact.Suspected(this.rules.server("b").id()));
		in("c", 100);
		assertThat(this.rules.effects()).doesNotContain("probe b");
		writes("b", 2, 95);
		assertThat(roles()).isEqualTo("b/c");
		assertThat(this.rules.effects()).contains("probe b");
		writes("b", 2, 96);
		assertThat(roles()).isEqualTo("b/");
	}

	@Test
	void forSeveralStandbysThePrimaryIsAskedOnce() {
		promoteB(90);
		this.rules.relate("a", "b", "c", "d");
		this.rules.take(new Fact.Suspected(this.rules.server("b").id()));
		in("c", 100);
		in("d", 100);
		writes("b", 2, 95);
		assertThat(this.rules.effects()).containsOnlyOnce("probe b");
		writes("b", 2, 96);
		assertThat(roles()).isEqualTo("b/");
	}

	@Test
	void whatItReplaysWhileThePrimaryIsAskedProvesNothing() {
		promoteB(90);
		in("c", 91);
		in("c", 200);
		writes("b", 2, 95);
		assertThat(roles()).isEqualTo("b/c");
	}

	@Test
	void ofAServerThatDoesNotTellHowFarItIsNothingIsKnown() {
		promoteB(0);
		look();
		assertThat(this.rules.effects()).doesNotContain("probe c");
		in("c", 100);
		assertThat(this.rules.effects()).doesNotContain("probe b");
	}

	private void strayC() {
		promoteB(90);
		in("c", 100);
		writes("b", 2, 95);
		assertThat(roles()).isEqualTo("b/");
		this.rules.after(Duration.ofSeconds(10));
	}

	private void promoteB(long position) {
		this.rules.after(Duration.ofSeconds(10)).say("a", Kind.UNREACHABLE, null);
		in("c", 100);
		this.rules.after(Duration.ofMillis(10));
		this.rules.say("b", Kind.NOT_IN_RECOVERY, at("b", 2, position));
		assertThat(roles()).isEqualTo("b/c");
		this.rules.after(Duration.ofMillis(10));
	}

	private void in(String name, long position) {
		this.rules.say(name, Kind.IN_RECOVERY, at(name, 0, position));
	}

	/**
	 * Have the primary answer what it owes, if anything.
	 */
	private void writes(String name, long timeline, long position) {
		this.rules.say(name, Kind.NOT_IN_RECOVERY, at(name, timeline, position));
	}

	private void look() {
		this.rules.after(Duration.ofMillis(25))
			.take(new Fact.PoolsSeen(Map.of(this.rules.server("c").id(),
					new PoolSigns(true, true, this.rules.now, 0, false, false, false))));
	}

	private static ServerIdentity at(String instance, long timeline, long position) {
		return new ServerIdentity(new ServerInstance("1", instance), instance, timeline, 0, position);
	}

	private String roles() {
		RoleAssignment roles = this.rules.topology.roles();
		StringBuilder text = new StringBuilder((roles.primary() != null) ? this.rules.name(roles.primary()) : "none");
		text.append('/');
		text.append(String.join("+", roles.replicas().stream().map(this.rules::name).toList()));
		return text.toString();
	}

}
