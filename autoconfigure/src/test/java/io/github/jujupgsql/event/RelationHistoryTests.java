package io.github.jujupgsql.event;

import java.nio.charset.StandardCharsets;

import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RelationHistory}, beyond what the charm library's vectors say.
 */
class RelationHistoryTests {

	private final RelationEventHistory history = new RelationEventHistory();

	@Test
	void aRelationThatNamesNoServerIsJoined() {
		assertThat(this.history.next(read("{}"))).containsExactly("DatabaseRelationJoined");
		assertThat(this.history.next(PgsqlRelation.NONE)).containsExactly("DatabaseRelationBroken");
		assertThat(this.history.next(PgsqlRelation.NONE)).isEmpty();
	}

	@Test
	void theSameSaidInOtherWordsHasChanged() {
		this.history
			.next(read("{\"master\": \"host=a user=u\", \"standbys\": [\"host=b user=u\", \"host=c user=u\"]}"));
		assertThat(this.history
			.next(read("{\"master\": \"user=u host=a\", \"standbys\": [\"host=b user=u\", \"host=c user=u\"]}")))
			.containsExactly("MasterChanged", "DatabaseChanged");
		assertThat(this.history
			.next(read("{\"master\": \"user=u host=a\", \"standbys\": [\"host=c user=u\", \"host=b user=u\"]}")))
			.containsExactly("StandbyChanged", "DatabaseChanged");
		assertThat(this.history.next(read("""
				standbys:
				- host=c user=u
				- host=b user=u
				master: user=u host=a
				version: 15
				"""))).isEmpty();
	}

	@Test
	void anotherRelationIsJoinedOnceTheFirstIsToldBroken() {
		this.history.next(read("{\"relation-id\": 7, \"master\": \"host=a user=u\"}"));
		assertThat(this.history.next(read("{\"relation-id\": 8, \"master\": \"host=a user=u\"}"))).containsExactly(
				"MasterChanged", "MasterGone", "DatabaseChanged", "DatabaseGone", "DatabaseRelationBroken",
				"DatabaseRelationJoined", "MasterAvailable", "MasterChanged", "DatabaseAvailable", "DatabaseChanged");
	}

	@Test
	void aRelationThatNamesNoServerForAWhileIsBrokenOnceAnotherOneHasTakenItsPlace() {
		this.history.next(read("{\"relation-id\": 7, \"master\": \"host=a user=u\"}"));
		assertThat(this.history.next(read("{}"))).containsExactly("MasterChanged", "MasterGone", "DatabaseChanged",
				"DatabaseGone");
		assertThat(this.history.next(read("{\"relation-id\": 8, \"master\": \"host=a user=v\"}"))).containsExactly(
				"DatabaseRelationBroken", "DatabaseRelationJoined", "MasterAvailable", "MasterChanged",
				"DatabaseAvailable", "DatabaseChanged");
	}

	@Test
	void aRelationThatNamesNoServerForAWhileIsTheSameAfterwards() {
		this.history.next(read("{\"relation-id\": 7, \"master\": \"host=a user=u\"}"));
		this.history.next(read("{}"));
		assertThat(this.history.next(read("{\"relation-id\": 7, \"master\": \"host=a user=u\"}")))
			.containsExactly("MasterAvailable", "MasterChanged", "DatabaseAvailable", "DatabaseChanged");
	}

	@Test
	void aRelationThatIsBrokenIsNotToldSoOnceMoreWhenAnotherOneIsJoined() {
		this.history.next(read("{\"relation-id\": 7, \"master\": \"host=a user=u\"}"));
		assertThat(this.history.next(PgsqlRelation.NONE)).endsWith("DatabaseGone", "DatabaseRelationBroken");
		assertThat(this.history.next(read("{\"relation-id\": 8, \"master\": \"host=a user=v\"}")))
			.startsWith("DatabaseRelationJoined", "MasterAvailable");
	}

	@Test
	void aRelationThatBeginsToSayItsIdIsTheSame() {
		this.history.next(read("{\"master\": \"host=a user=u\"}"));
		assertThat(this.history.next(read("{\"relation-id\": 8, \"master\": \"host=a user=u\"}"))).isEmpty();
	}

	private static PgsqlRelation read(String content) {
		return new RelationReader(WantedDatabase.ANY).read(content.getBytes(StandardCharsets.UTF_8)).relation();
	}

}
