package io.github.jujupgsql.relation;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BagForm}.
 */
class BagFormTests {

	private static final String MASTER = "host=a user=u";

	@Test
	void onlyMasterAndStandbysLeadToServers() {
		RelationReadResult reading = RelationTexts.read("""
				{"host": "other", "port": "1", "user": "other", "password": "s3cret", "state": "master"}""");
		RelationTexts.assertServers(reading, null);
		assertThat(reading.relation().joined()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "\\n", ",", "\\r\\n" })
	void standbysAreSeparatedByLinesOrByCommas(String separator) {
		RelationTexts.assertServers(
				RelationTexts.read("{\"state\": \"master\", \"standbys\": \"dbname=notes host=b user=u" + separator
						+ "dbname=notes host=c user=u" + separator + "postgresql://u@d/notes\"}"),
				null, "dbname=notes host=b user=u", "dbname=notes host=c user=u", "postgresql://u@d/notes");
	}

	@Test
	void aCommaWithinAConnectionStringDoesNotSeparate() {
		RelationTexts.assertServers(
				RelationTexts.read("{\"state\": \"master\", \"standbys\": \"host=a,b password='x,host=y' user=u\"}"),
				null, "host=a,b password='x,host=y' user=u");
	}

	@Test
	void aBagBeforeTheServerHasSaidAnythingHasNoServers() {
		RelationTexts.assertServers(RelationTexts.read("""
				{"egress-subnets": "10.0.0.5/32", "ingress-address": "10.0.0.5", "private-address": "10.0.0.5"}"""),
				null);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					database   | {"state": "master", "master": "host=a user=u", "extensions": "a,b", "roles": "r"}
					database   | {"state": "master", "master": "host=a user=u", "database": "x", "extensions": "a,b", "roles": "r"}
					extensions | {"state": "master", "master": "host=a user=u", "database": "notes", "roles": "r"}
					extensions | {"state": "master", "master": "host=a user=u", "database": "notes", "extensions": "a", "roles": "r"}
					roles      | {"state": "master", "master": "host=a user=u", "database": "notes", "extensions": "b, a"}
					""")
	void whatIsWantedAndNotMirroredIsWaitedFor(String key, String bag) {
		WantedDatabase wanted = new WantedDatabase("notes", List.of("a", "b"), List.of("r"));
		RelationReadResult reading = RelationTexts.read(wanted, bag);
		RelationTexts.assertServers(reading, null);
		assertThat(reading.waitingFor()).contains("'" + key + "'", "juju.pgsql." + key);
	}

	@Test
	void absentEqualsEmpty() {
		RelationReadResult reading = RelationTexts.read(new WantedDatabase("", List.of(), List.of()),
				"{\"state\": \"master\", \"database\": \"any\", \"master\": \"" + MASTER + "\"}");
		RelationTexts.assertServers(reading, MASTER);
	}

	@Test
	void whatIsNotWantedIsNotCompared() {
		RelationTexts.assertServers(
				RelationTexts.read("{\"state\": \"master\", \"extensions\": \"x\", \"master\": \"" + MASTER + "\"}"),
				MASTER);
	}

}
