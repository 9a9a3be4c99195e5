package io.github.jujupgsql.relation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RelationReader}.
 */
class RelationReaderTests {

	private static final String MASTER = "dbname=notes host=10.0.0.5 password=s3cret port=5432 user=juju_notes";

	private static final String STANDBY = "postgresql://juju_notes:s3cret@10.0.0.6:5432/notes";

	private final RelationReader reader = new RelationReader(WantedDatabase.ANY);

	@Test
	void readsConnectionsInJson() {
		PgsqlRelation relation = read("""
				{"database": "notes", "extensions": ["citext"], "roles": [], "version": "14.11",
				 "master": "%s", "standbys": ["%s"]}""".formatted(MASTER, STANDBY));
		assertThat(relation).isEqualTo(new PgsqlRelation(true, null, "notes", List.of("citext"), List.of(), "14.11",
				ConnectionString.parse(MASTER), List.of(ConnectionString.parse(STANDBY)),
				new PublishedServers(MASTER, List.of(STANDBY))));
	}

	@Test
	void readsConnectionsInYaml() {
		PgsqlRelation relation = read("""
				# by the charm
				database: notes
				extensions: citext, hstore
				version: 14.10
				master: %s
				standbys:
				- %s
				""".formatted(MASTER, STANDBY));
		assertThat(relation).isEqualTo(new PgsqlRelation(true, null, "notes", List.of("citext", "hstore"), List.of(),
				"14.10", ConnectionString.parse(MASTER), List.of(ConnectionString.parse(STANDBY)),
				new PublishedServers(MASTER, List.of(STANDBY))));
	}

	@Test
	void readsYamlInFlowStyle() {
		assertThat(read("{database: notes, master: '" + MASTER + "'}").master())
			.isEqualTo(ConnectionString.parse(MASTER));
	}

	@Test
	void readsTheNamesOfTheCharmLibrarysExample() {
		PgsqlRelation relation = read("db_conn_str: " + MASTER
				+ "\ndb_uri: postgresql://other@other/other\ndb_ro_uris:\n- " + STANDBY + "\n");
		assertThat(relation.master()).isEqualTo(ConnectionString.parse(MASTER));
		assertThat(relation.standbys()).containsExactly(ConnectionString.parse(STANDBY));
	}

	@Test
	void readsStandbysInOneText() {
		assertThat(read("{\"standbys\": \"" + MASTER + "," + MASTER + "\\n" + STANDBY + "\"}").standbys()).hasSize(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"master\": null}", "{\"master\": \"\", \"standbys\": []}", "master: ~",
			"master:\nstandbys: null\n" })
	void understandsThatThereIsNoServer(String content) {
		assertThat(read(content)).isEqualTo(new PgsqlRelation(null, List.of(), List.of(), null, null, List.of()))
			.isNotEqualTo(PgsqlRelation.NONE);
	}

	@Test
	void yamlScalarsStayWhatTheyAre() {
		PgsqlRelation relation = read("{master: null}".replace("{", "").replace("}", "")
				+ "\ndatabase: 0123\nversion: 1e3\nextensions: [no, yes]\n");
		assertThat(relation.database()).isEqualTo("0123");
		assertThat(relation.version()).isEqualTo("1e3");
		assertThat(relation.extensions()).containsExactly("no", "yes");
	}

	@Test
	void jsonNumbersStayWhatTheyAre() {
		assertThat(read("{\"version\": 14.10, \"master\": null}").version()).isEqualTo("14.10");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "  \n", "# nothing\n", "{\"master\": \"host=a us", "{\"masters\": \"s3cret\"}", "[]",
			"s3cret", "{\"master\": [\"s3cret\"]}", "{\"master\": \"s3cret\"}", "{\"master\": \"host=s3cret=x\"}",
			"{\"master\": \"host=h user=u\", \"master\": \"host=s3cret user=u\"}", "{} s3cret", "master: [s3cret",
			"master: !!java.net.URL [s3cret]", "master: a\nmaster: s3cret\n", "a: &a [x]\nmaster: *a\n",
			"{\"standbys\": {\"s3cret\": 1}}", "{\"standbys\": [null]}",
			"{\"master\": \"host=h user=u service=s3cret\"}", "{\"master\": \"host=/s3cret user=u\"}" })
	void refusesWhatIsNoRelationWithoutRepeatingIt(String content) {
		assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(() -> read(content))
			.satisfies((ex) -> assertThat(ex.getMessage()).isNotBlank().doesNotContain("s3cret"))
			.withNoCause();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"state\": \"master\", \"master\": {\"host\": \"s3cret\"}}",
			"{\"state\": \"master\", \"master\": \"host=h user=u pasword=s3cret\"}",
			"{\"state\": \"master\", \"master\": \"host=h user=u sslmode=s3cret\"}",
			"{\"state\": \"master\", \"standbys\": [[\"s3cret\"]]}", "{\"related-units\": \"s3cret\"}",
			"{\"related-units\": [\"s3cret\"]}", "{\"related-units\": {\"p/0\": \"s3cret\"}}",
			"{\"related-units\": {\"p/0\": {\"data\": \"s3cret\"}}}", "{\"local-unit\": [\"s3cret\"]}",
			"{\"related-units\": {\"p/0\": {\"data\": {\"master\": \"host=h user=u service=s3cret\"}}}}",
			"{\"application-data\": {\"master\": [\"s3cret\"]}}", "{\"relation-id\": [\"s3cret\"], \"master\": null}",
			"{\"notes/0\": {\"relation-info\": \"s3cret\"}}", "{\"notes/0\": {\"relation-info\": [\"s3cret\"]}}",
			"{\"notes/0\": {\"s3cret\": []}}", "{\"endpoints\": {\"s3cret\": 1}}", "{\"uris\": \"s3cret\"}",
			"{\"uris\": \"postgresql://u:s3cret@h/d?s3cret=1\"}", "{\"uris\": \"postgresql://s3cret/d\"}",
			"{\"tls\": [\"s3cret\"], \"uris\": \"postgresql://u@h/d\"}",
			"{\"application-data\": {\"secret-user\": \"s3cret\", \"endpoints\": \"h\"}}" })
	void refusesWhatCannotBeUsedInAnyFormAndNamesTheKey(String content) {
		for (String notation : List.of(content, RelationTexts.yaml(content))) {
			assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(() -> read(notation))
				.satisfies((ex) -> assertThat(ex.getMessage()).isNotBlank().doesNotContain("s3cret"))
				.withNoCause();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "connections.json", "bag-charmed-postgresql-14.json", "postgresql-client.json" })
	void refusesJsonThatIsCutShortAnywhere(String file) throws IOException {
		try (InputStream stream = getClass().getResourceAsStream("/relation-files/" + file)) {
			String whole = new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8).strip();
			for (int end = 0; end < whole.length(); end++) {
				String part = whole.substring(0, end);
				assertThatExceptionOfType(InvalidRelationException.class).as(part).isThrownBy(() -> read(part));
			}
			read(whole);
		}
	}

	@Test
	void refusesWhatIsNotUtf8() {
		byte[] latin1 = "database: caf\u00e9".getBytes(StandardCharsets.ISO_8859_1);
		assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(() -> this.reader.read(latin1))
			.withMessage("is not UTF-8");
	}

	@Test
	void refusesMoreThanOneMebibyte() {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("{\"master\": \"" + "x".repeat(RelationReader.MAXIMUM_SIZE) + "\"}"))
			.withMessage("is larger than 1 MiB");
	}

	@Test
	void refusesDeepNesting() {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("{\"master\":" + "[".repeat(100_000)));
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("master: " + "[".repeat(100_000)));
	}

	@Test
	void leavesOutAnInvalidStandbyWithAWarning() {
		RelationReadResult reading = this.reader
			.read(("{\"master\": \"" + MASTER + "\", \"standbys\": [\"host=h s3cret=\", \"" + STANDBY + "\"]}")
				.getBytes(StandardCharsets.UTF_8));
		assertThat(reading.relation().master()).isNotNull();
		assertThat(reading.relation().standbys()).containsExactly(ConnectionString.parse(STANDBY));
		assertThat(reading.warnings()).singleElement().asString().contains("standbys[0]").doesNotContain("s3cret");
	}

	@Test
	void namesNoServerUntilTheRelationMirrorsWhatIsWanted() {
		RelationReader wanting = new RelationReader(new WantedDatabase("notes", List.of("citext"), null));
		RelationReadResult other = wanting
			.read(("database: other\nmaster: " + MASTER).getBytes(StandardCharsets.UTF_8));
		assertThat(other.relation().master()).isNull();
		assertThat(other.waitingFor()).contains("database");
		RelationReadResult granted = wanting
			.read(("database: notes\nextensions: citext\nmaster: " + MASTER).getBytes(StandardCharsets.UTF_8));
		assertThat(granted.relation().master()).isNotNull();
		assertThat(granted.waitingFor()).isNull();
	}

	private PgsqlRelation read(String content) {
		return this.reader.read(content.getBytes(StandardCharsets.UTF_8)).relation();
	}

}
