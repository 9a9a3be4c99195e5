package io.github.jujupgsql.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.DriverProperties;
import io.github.jujupgsql.relation.InvalidRelationException;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzzes {@link RelationReader}. Ten million executions: <pre>
 * mvn test -Pfuzzing -pl autoconfigure -am -Dtest=RelationReaderFuzzing -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dfuzz.duration=12h -Dfuzz.executions=10000000 -Dfuzz.verbosity=1
 * </pre>
 */
@Tag("fuzzing")
class RelationReaderFuzzing {

	private static final String[] MORE = { "{}", "{\"master\": null}", "master: ~\nstandbys:\n",
			"{\"master\": \"host=a user=u\", \"standbys\": \"host=b,c user=u,host=d user=u\\npostgres://u@e\"}",
			"master: 'host=a user=u'\nstandbys: |-\n  host=b user=u\n  host=c user=u\n",
			"# c\n? master\n: >-\n  host=a\n  user=u\nroles: [a, 'b', \"\\u00e9\"]\nversion: 0x1e\n",
			"%YAML 1.1\n---\n&a master: *a\n...\n", "!bb%b",
			"{\"extensions\": [1, true, -2.5e3], \"roles\": \"a,b\", \"master\": \"\"}",
			"{\"endpoints\": \"a:1,None:2,::1:3\", \"username\": \"u\", \"resource\": \"notes\", \"read-only-endpoints\": \"a:1:1\"}",
			"{\"database\": \"no*\", \"prefix-databases\": \"notes,no\", \"uris\": \"postgresql://u:p@h1,h2,[::1]:3/notes\","
					+ " \"read-only-uris\": \"postgresql://u@%2Frun:6432,2001:db8::5:5432:5432/notes_readonly\"}",
			"{\"version\": \"v1\", \"requests\": \"[{\\\"resource\\\": \\\"notes\\\", \\\"username\\\": \\\"u\\\","
					+ " \\\"endpoints\\\": \\\"h:1\\\"}, {\\\"resource\\\": \\\"b\\\", \\\"secret-user\\\": \\\"secret:x\\\"}]\"}",
			"requests: '[[], null, {\"a\": {\"b\": [1]}}]'\n", "requests: [{resource: notes}]\n",
			"ok: \"True\"\nx: {y: {postgresql: {uris: 'postgresql://u@h/d'}}}\n",
			"a/0:\n  relation-info:\n  - {endpoint: db, related-endpoint: db, application-data: {subordinated: \"true\","
					+ " endpoints: h, username: u, database: notes}, related-units: {p/0: {data: {state: ready}}}}\n" };

	private final RelationReader reader = new RelationReader(WantedDatabase.ANY);

	private final RelationReader demandingReader = new RelationReader(
			new WantedDatabase("notes", List.of("citext"), List.of()));

	@MethodSource
	@FuzzTest(maxDuration = "3s")
	void anyContentIsReadOrRefusedInOneWay(byte[] content) {
		try {
			connects(this.reader.read(content).relation());
			connects(this.demandingReader.read(content).relation());
		}
		catch (InvalidRelationException ex) {
			// refused, in the one way in which that may be done
		}
	}

	/**
	 * Whatever is handed on can be used: the pools do not look again.
	 */
	private static void connects(PgsqlRelation relation) {
		if (relation.master() != null) {
			DriverProperties.of(relation.master(), "app");
		}
		for (ConnectionString standby : relation.standbys()) {
			DriverProperties.of(standby, "app");
		}
	}

	static Stream<Arguments> anyContentIsReadOrRefusedInOneWay() {
		Stream<byte[]> more = Stream.of(MORE).map((text) -> text.getBytes(StandardCharsets.UTF_8));
		return Stream.concat(Seeds.relationFiles().stream(), more).map((bytes) -> Arguments.of((Object) bytes));
	}

}
