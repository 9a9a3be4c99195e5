package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.role.RulesUnderTest.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What follows from names that lead to several servers, or to others than before. The
 * relation names {@code p} as the master, where server 1 answers on timeline 1, and
 * {@code r} as a standby, where server 2 answers.
 */
class NameRulesTests {

	private final RulesUnderTest rules = RulesUnderTest.create();

	private final List<String> told = new ArrayList<>();

	NameRulesTests() {
		this.rules.relate("p", "r");
		says(id("p"), Kind.NOT_IN_RECOVERY, "1", 1);
		says(id("r"), Kind.IN_RECOVERY, "2", 0);
	}

	@Test
	void oneMoreServerBehindAStandbysNameServesReadsTooAndHasAPoolOfItsOwn() {
		led(id("r"), Kind.IN_RECOVERY, "3", 0, true);
		assertThat(this.rules.effects()).containsSubsequence("inform r:5432 leads to one more server (3)",
				"probe r (3)");
		says(id("r (3)"), Kind.IN_RECOVERY, "3", 0);
		assertThat(roles()).isEqualTo("p/r+r (3)");
		assertThat(this.rules.effects).contains(new PassingEffect.Share(id("r"), 0, 2),
				new PassingEffect.Share(id("r (3)"), 1, 2));
	}

	@Test
	void aServerThatIsKnownBehindTheNameIsNotTakenTwice() {
		one("3");
		led(id("r"), Kind.IN_RECOVERY, "3", 0, true);
		led(id("r (3)"), Kind.IN_RECOVERY, "2", 0, true);
		assertThat(this.rules.effects()).isEmpty();
		led(id("r"), Kind.IN_RECOVERY, "4", 0, true);
		led(id("r"), Kind.IN_RECOVERY, "4", 0, true);
		assertThat(this.rules.effects()).as("it has not answered yet").isEmpty();
	}

	@Test
	void aStandbyThatHasBeenStartedAgainKeepsItsPool() {
		led(id("r"), Kind.IN_RECOVERY, "2b", 0, false);
		assertThat(this.rules.effects()).containsExactly("bind r", "probe r", "expect r");
		says(id("r"), Kind.IN_RECOVERY, "2b", 0);
		assertThat(roles()).isEqualTo("p/r");
	}

	@Test
	void oneOfSeveralThatHangsIsCutOffAloneAndForgotten() {
		one("3");
		hangs(id("r (3)"));
		assertThat(this.rules.effects()).contains("fence r (3)").doesNotContain("fence r", "probe r (3)");
		assertThat(roles()).isEqualTo("p/r");
		assertThat(this.rules.effects).contains(new PassingEffect.Share(id("r"), 0, 1));
	}

	@Test
	void theFirstOfSeveralThatHangsLeavesTheNameToTheOthers() {
		one("3");
		hangs(id("r"));
		assertThat(this.rules.effects()).contains("fence r").doesNotContain("fence r (3)");
		assertThat(roles()).isEqualTo("p/r (3)");
		led(id("r (3)"), Kind.IN_RECOVERY, "2", 0, true);
		says(id("r (2)"), Kind.IN_RECOVERY, "2", 0);
		assertThat(roles()).isEqualTo("p/r (3)+r (2)");
	}

	@Test
	void oneThatCannotBeReachedByTheNameIsForgotten() {
		one("3");
		this.rules.take(new Fact.Suspected(id("r (3)")));
		answered(id("r (3)"), new ProbeAnswer(Kind.UNREACHABLE, "08001", "its name leads to others"));
		assertThat(roles()).isEqualTo("p/r");
		led(id("r"), Kind.IN_RECOVERY, "4", 0, true);
		answered(id("r (4)"), new ProbeAnswer(Kind.UNREACHABLE, "08001", "its name leads to others"));
		assertThat(this.rules.effects()).contains("drain r (4)");
		assertThat(this.rules.topology.names().further()).isEmpty();
	}

	@Test
	void onePromotedBehindTheStandbysNameServesNoReadsAndIsForgottenOnceTheMastersNameLeadsThere() {
		one("3");
		this.rules.take(new Fact.Suspected(id("r (3)")));
		says(id("r (3)"), Kind.NOT_IN_RECOVERY, "3", 2);
		assertThat(roles()).isEqualTo("p/r");
		ServerId old = id("p");
		led(old, Kind.NOT_IN_RECOVERY, "3", 2, false);
		assertThat(this.rules.effects()).contains("inform p:5432 leads to another server now, on timeline 2 (3)",
				"probe p");
		says(id("p"), Kind.NOT_IN_RECOVERY, "3", 2);
		assertThat(roles()).isEqualTo("p/r");
		assertThat(this.rules.effects).contains(new LastingEffect.Fence(old, "its name leads to another server now"));
		assertThat(this.rules.effects()).containsSubsequence("fence p", "make primary p", "return p", "publish p/r")
			.contains("drain r (3)");
	}

	@Test
	void aPrimaryThatHangsIsCutOffAsSoonAsItsNameLeadsToAnotherServer() {
		ServerId old = id("p");
		silent(old);
		led(old, Kind.NOT_IN_RECOVERY, "9", 2, false);
		assertThat(this.rules.effects()).contains("probe p", "fence p");
		says(id("p"), Kind.NOT_IN_RECOVERY, "9", 2);
		assertThat(this.rules.topology.primary()).isEqualTo(id("p")).isNotEqualTo(old);
	}

	@Test
	void soItIsWhenAnotherMachineGoesOnWithItsData() {
		silent(id("p"));
		led(id("p"), Kind.NOT_IN_RECOVERY, "1b", 1, false);
		assertThat(this.rules.effects()).contains("probe p", "fence p");
	}

	@Test
	void aMasterThatHasYetToSayWhoItIsIsLeftForWhatItsNameLeadsToOnlyIfItDoesNotAnswer() {
		this.rules.relate("n", "r");
		ServerId slow = id("n");
		led(slow, Kind.NOT_IN_RECOVERY, "9", 2, true);
		assertThat(id("n")).isEqualTo(slow);
		assertThat(this.rules.effects()).isEmpty();
		led(slow, Kind.NOT_IN_RECOVERY, "9", 2, false);
		assertThat(id("n")).isNotEqualTo(slow);
		assertThat(this.rules.effects()).contains("probe n");
	}

	@Test
	void aPrimaryThatHangsIsNotLeftForAnOlderOne() {
		says(this.rules.take(new Fact.Suspected(id("p"))), id("p"), Kind.NOT_IN_RECOVERY, "1", 2);
		silent(id("p"));
		led(id("p"), Kind.NOT_IN_RECOVERY, "9", 1, true);
		assertThat(this.rules.effects()).doesNotContain("fence p");
	}

	@Test
	void aPrimaryThatHasBeenStartedAgainKeepsItsPool() {
		led(id("p"), Kind.NOT_IN_RECOVERY, "1b", 1, false);
		assertThat(this.rules.effects()).startsWith("bind p", "probe p").doesNotContain("fence p");
		says(id("p"), Kind.NOT_IN_RECOVERY, "1b", 1);
		assertThat(roles()).isEqualTo("p/r");
	}

	@Test
	void aPrimaryThatAnswersIsAskedButNotLeftForAStandbyBehindItsName() {
		led(id("p"), Kind.IN_RECOVERY, "2", 0, true);
		assertThat(this.rules.effects()).startsWith("probe p").doesNotContain("bind p");
		led(id("p"), Kind.IN_RECOVERY, "1b", 0, false);
		assertThat(this.rules.effects()).as("it has been started again as a standby").contains("bind p");
	}

	@Test
	void aPromotedServerIsThePrimaryUnderTheStandbysNameUntilTheMastersLeadsThere() {
		one("3");
		this.rules.take(new Fact.Suspected(id("p")));
		answered(id("p"), new ProbeAnswer(Kind.UNREACHABLE, "08001", "gone"));
		says(id("r (3)"), Kind.NOT_IN_RECOVERY, "3", 2);
		assertThat(roles()).isEqualTo("r (3)/r");
		assertThat(this.rules.topology.roles().aheadOfRelation()).isTrue();
		says(id("p"), Kind.NOT_IN_RECOVERY, "3", 2);
		assertThat(roles()).isEqualTo("p/r");
		assertThat(this.rules.effects()).contains("drain r (3)").doesNotContain("fence r (3)");
	}

	@Test
	void namesAreLookedUpNoMoreOftenThanIsUseful() {
		assertThat(lookUps(Duration.ofSeconds(10))).as("nothing is known of several").isEmpty();
		one("3");
		assertThat(lookUps(Duration.ofSeconds(10))).as("two at most, and only while reads go there").hasSize(5);
		silent(id("p"));
		assertThat(lookUps(Duration.ofSeconds(1))).filteredOn("look up p"::equals).hasSize(4);
	}

	@Test
	void theMastersNameIsNotLookedUpWhileTheFirstLoginTakesItsTime() {
		this.rules.relate("q", "r");
		assertThat(lookUps(Duration.ofMillis(450))).isEmpty();
		assertThat(lookUps(Duration.ofMillis(500))).containsOnly("look up q").hasSize(2);
	}

	private List<String> lookUps(Duration during) {
		List<String> lookUps = new ArrayList<>();
		for (long i = 0; i < during.toMillis() / 50; i++) {
			PoolSigns read = new PoolSigns(true, true, ++this.rules.now, 0, false, false, false);
			this.rules.after(Duration.ofMillis(50)).take(new Fact.PoolsSeen(Map.of(id("r"), read)));
			this.rules.effects().stream().filter((effect) -> effect.startsWith("look up")).forEach(lookUps::add);
		}
		return lookUps;
	}

	@Test
	void serversThatCannotBeToldApartAreTakenForOneAndThatIsToldOnce() {
		one("3");
		ServerId second = id("r (3)");
		this.rules.take(new Fact.Indistinct(second));
		assertThat(this.rules.effects()).contains("drain r")
			.filteredOn(
					(effect) -> effect.startsWith("warn Connections to r:5432 (3) lead to one server after the other"))
			.hasSize(1);
		assertThat(roles()).isEqualTo("p/r (3)");
		this.rules.take(new Fact.Indistinct(second));
		assertThat(this.rules.effects()).isEmpty();
		led(second, Kind.IN_RECOVERY, "4", 0, true);
		assertThat(this.rules.effects()).containsExactly("take all r (3)");
		hangs(second);
		led(id("r"), Kind.IN_RECOVERY, "5", 0, true);
		assertThat(this.rules.effects()).as("so it is with a fresh pool").containsExactly("take all r");
	}

	@Test
	void aNameThatIsNotThereAnyMoreIsForgottenWithAllServersBehindIt() {
		one("3");
		this.rules.relate("p", "q");
		assertThat(this.rules.topology.names()).isEqualTo(SharedNames.NONE);
		this.told.addAll(this.rules.effects());
		says(id("q"), Kind.IN_RECOVERY, "2", 0);
		assertThat(roles()).isEqualTo("p/q");
		assertThat(this.rules.effects()).doesNotContain("drain q");
		assertThat(this.told).contains("drain r (3)");
	}

	@Test
	void theMastersNameLeadsToOneServerAtATime() {
		one("3");
		this.rules.relate("r", "p");
		assertThat(this.rules.topology.names().further()).isEmpty();
	}

	private void one(String instance) {
		led(id("r"), Kind.IN_RECOVERY, instance, 0, true);
		says(id("r (" + instance + ")"), Kind.IN_RECOVERY, instance, 0);
	}

	private void led(ServerId server, Kind kind, String instance, int timeline, boolean answering) {
		this.rules.after(Duration.ofMillis(1))
			.take(new Fact.LedElsewhere(server, new ProbeAnswer(kind, "", "", identity(instance, timeline)),
					answering));
		this.told.addAll(this.rules.effects());
	}

	private void says(ServerId server, Kind kind, String instance, int timeline) {
		answered(server, new ProbeAnswer(kind, "", "", identity(instance, timeline)));
	}

	private void says(RulesUnderTest asked, ServerId server, Kind kind, String instance, int timeline) {
		assertThat(asked).isSameAs(this.rules);
		says(server, kind, instance, timeline);
	}

	private void answered(ServerId server, ProbeAnswer answer) {
		this.rules.after(Duration.ofMillis(1)).take(new Fact.Answered(server, question(server), answer, OPEN));
		this.told.addAll(this.rules.effects());
	}

	private void hangs(ServerId server) {
		this.rules.take(new Fact.Suspected(server)).after(Duration.ofSeconds(1));
		this.rules.take(new Fact.ProbeOverdue(server, question(server), 0, false, false, OPEN));
	}

	private void silent(ServerId server) {
		hangs(server);
		assertThat(this.rules.topology.succession().doubtedSince()).isNotNull();
	}

	private long question(ServerId server) {
		ManagedServer asked = this.rules.topology.servers().get(server);
		assertThat(asked).isNotNull();
		return asked.question().number();
	}

	private static ServerIdentity identity(String instance, int timeline) {
		return new ServerIdentity(new ServerInstance("x", instance), instance, timeline, 0, 0);
	}

	private String roles() {
		RoleAssignment roles = this.rules.topology.roles();
		StringBuilder text = new StringBuilder();
		ServerId primary = roles.primary();
		text.append((primary != null) ? this.rules.name(primary) : "none").append('/');
		return text + String.join("+", roles.replicas().stream().map(this.rules::name).toList());
	}

	private ServerId id(String name) {
		return this.rules.topology.namedIds()
			.stream()
			.filter((id) -> this.rules.name(id).equals(name))
			.findFirst()
			.orElseThrow(() -> new AssertionError("There is no " + name + " in " + this.rules.topology));
	}

}
