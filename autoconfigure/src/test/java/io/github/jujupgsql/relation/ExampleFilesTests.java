package io.github.jujupgsql.relation;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An example of each form, as JSON and as YAML.
 */
class ExampleFilesTests {

	private static final String REST = " password=s3cret port=5432 ";

	@ParameterizedTest
	@MethodSource("notations")
	void connections(UnaryOperator<String> notation) {
		RelationReadResult reading = RelationTexts.read(notation.apply(RelationTexts.file("connections.json")));
		namesTheServers(reading, "juju_notes");
		assertThat(reading.relation().id()).isNull();
		assertThat(reading.relation().extensions()).containsExactly("citext");
	}

	@ParameterizedTest
	@MethodSource("notations")
	void connectionsAsTheCharmLibrarysExampleStoresThem(UnaryOperator<String> notation) {
		RelationReadResult reading = RelationTexts.read(notation.apply(RelationTexts.file("stored-state.yaml")));
		RelationTexts.assertServers(reading, "dbname=notes user=juju_notes host=10.0.0.5" + REST,
				"dbname=notes user=juju_notes host=10.0.0.6" + REST,
				"dbname=notes user=juju_notes host=10.0.0.7" + REST);
	}

	@ParameterizedTest
	@MethodSource("notations")
	void oneBag(UnaryOperator<String> notation) {
		RelationReadResult reading = RelationTexts.read(new WantedDatabase("notes", List.of("citext"), List.of()),
				notation.apply(RelationTexts.file("bag-charmed-postgresql-14.json")));
		namesTheServers(reading, "relation-4");
		assertThat(reading.relation().extensions()).containsExactly("citext");
	}

	@ParameterizedTest
	@MethodSource("notations")
	void wholeUnit(UnaryOperator<String> notation) {
		RelationReadResult reading = RelationTexts.read(notation.apply(RelationTexts.file("show-unit.yaml")));
		namesTheServers(reading, "juju_notes");
		assertThat(reading.relation().id()).isEqualTo("7");
		assertThat(RelationTexts.read(WantedDatabase.ANY, "db", notation.apply(RelationTexts.file("show-unit.yaml"))))
			.isEqualTo(reading);
	}

	@ParameterizedTest
	@MethodSource("notations")
	void postgresqlClient(UnaryOperator<String> notation) {
		namesTheServers(RelationTexts.read(notation.apply(RelationTexts.file("postgresql-client.json"))), "relation-4");
	}

	private static void namesTheServers(RelationReadResult reading, String user) {
		String rest = "dbname=notes user=" + user + REST;
		RelationTexts.assertServers(reading, rest + "host=10.0.0.5", rest + "host=10.0.0.6", rest + "host=10.0.0.7");
		assertThat(reading.relation().joined()).isTrue();
		assertThat(reading.relation().database()).isEqualTo("notes");
		assertThat(reading.relation().version()).isEqualTo("14.11");
		assertThat(reading.warnings()).isEmpty();
		assertThat(reading.waitingFor()).isNull();
		assertThat(reading.toString()).doesNotContain("s3cret");
	}

	static Stream<Named<UnaryOperator<String>>> notations() {
		return Stream.of(Named.of("as it is", UnaryOperator.identity()), Named.of("JSON", RelationTexts::json),
				Named.of("YAML", RelationTexts::yaml));
	}

}
