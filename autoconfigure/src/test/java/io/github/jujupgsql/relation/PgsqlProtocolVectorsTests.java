package io.github.jujupgsql.relation;

import java.util.List;
import java.util.Locale;

import io.github.jujupgsql.event.RelationEventHistory;
import io.github.jujupgsql.relation.PgsqlProtocolVectors.Selection;
import io.github.jujupgsql.relation.PgsqlProtocolVectors.Sequence;
import io.github.jujupgsql.relation.PgsqlProtocolVectors.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the reading of whole relations, and what is told of their changes, against what
 * the charm library makes of them.
 */
class PgsqlProtocolVectorsTests {

	@Test
	void vectorsAreThere() {
		assertThat(selection()).hasSizeGreaterThanOrEqualTo(100);
		assertThat(sequences()).hasSizeGreaterThanOrEqualTo(20);
	}

	@ParameterizedTest
	@MethodSource("selection")
	void whatIsWantedIsSetUp(Selection vector) {
		isSelected(vector.step(), vector.wanted());
	}

	@ParameterizedTest
	@MethodSource("selection")
	void whatIsWantedStandsInOurOwnBag(Selection vector) {
		isSelected(vector.step(), WantedDatabase.ANY);
	}

	@ParameterizedTest
	@MethodSource("sequences")
	void changesAreToldAsTheCharmLibraryTellsThem(Sequence vector) {
		RelationEventHistory history = new RelationEventHistory();
		for (Step step : vector.steps()) {
			isSelected(step, vector.wanted());
			List<String> told = history.next(step.read(vector.wanted()));
			assertThat(told.stream().map(PgsqlProtocolVectorsTests::inTheLibrarysWords))
				.filteredOn((name) -> !name.equals("database_relation_joined"))
				.isEqualTo(step.events());
		}
	}

	@ParameterizedTest
	@MethodSource("sequences")
	void aRelationIsJoinedOnceAndBeforeAnythingElse(Sequence vector) {
		RelationEventHistory history = new RelationEventHistory();
		boolean joined = false;
		for (Step step : vector.steps()) {
			List<String> told = history.next(step.read(vector.wanted()));
			assertThat(told.indexOf("DatabaseRelationJoined")).isEqualTo((step.relation() != null && !joined) ? 0 : -1);
			joined = step.relation() != null;
		}
	}

	private static void isSelected(Step step, WantedDatabase wanted) {
		PgsqlRelation relation = step.read(wanted);
		assertThat(relation.master()).isEqualTo((step.master() != null) ? ConnectionString.parse(step.master()) : null);
		assertThat(relation.standbys()).isEqualTo(step.standbys().stream().map(ConnectionString::parse).toList());
		assertThat(relation.published()).isEqualTo(new PublishedServers(step.master(), step.standbys()));
	}

	private static String inTheLibrarysWords(String event) {
		return event.replaceAll("(?<!^)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
	}

	static List<Selection> selection() {
		return PgsqlProtocolVectors.selection();
	}

	static List<Sequence> sequences() {
		return PgsqlProtocolVectors.sequences();
	}

}
