package io.github.jujupgsql.relation;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What charms, and people with typing errors, have really put into the file.
 */
class FieldFilesTests {

	private static final String U4 = " user=relation-4 password=pw";

	private static final String U7 = " user=relation_id_7 password=pw";

	private static final String LANDSCAPE = "dbname=landscape-server password=removed port=5432 user=relation-10 host=";

	@ParameterizedTest
	@MethodSource
	void leadsToServers(HostList expected) {
		RelationReadResult reading = expected.file.read();
		RelationTexts.assertServers(reading, expected.master, expected.standbys);
		assertThat(reading.warnings()).isEmpty();
		if (expected.master != null) {
			assertThat(reading.waitingFor()).isNull();
		}
	}

	static Stream<HostList> leadsToServers() {
		return Stream.of(
				servers(file("v1.yaml"), "host=10.0.0.5 port=5432 dbname=app user=u password=p",
						"host=10.0.0.6 port=5432 dbname=app user=u password=p"),
				servers(file("v1.yaml").wanting("app"), "host=10.0.0.5 port=5432 dbname=app user=u password=p",
						"host=10.0.0.6 port=5432 dbname=app user=u password=p"),
				servers(file("pg16-noleader.json"), null, "host=10.0.0.6 port=5432 dbname=app" + U4,
						"host=10.0.0.7 port=5432 dbname=app" + U4),
				servers(file("pg14-none.json"), null, "host=10.0.0.6 port=5432 dbname=app" + U4,
						"host=10.0.0.7 port=5432 dbname=app" + U4),
				servers(file("pgb-local.json"), "host=localhost port=6432 dbname=app" + U7,
						"host=localhost port=6432 dbname=app_readonly" + U7),
				servers(file("pgb-exposed-uris.json"),
						"host=10.0.0.1,10.0.0.2,10.0.0.3 port=6432,6432,6432 dbname=app"
								+ " target_session_attrs=read-write" + U7,
						"host=10.0.0.2 port=6432 dbname=app_readonly" + U7,
						"host=10.0.0.3 port=6432 dbname=app_readonly" + U7,
						"host=10.0.0.1 port=6432 dbname=app_readonly" + U7),
				servers(file("pgb-legacy.json"),
						"host=localhost dbname=cli port=6432 user=pgbouncer_user_6_test password=secretsecret"
								+ " fallback_application_name=psql"),
				servers(file("ipv6.json"), "host=2001:db8::5 port=5432 dbname=app" + U4,
						"host=2001:db8::6 port=5432 dbname=app" + U4, "host=2001:db8::7 port=5432 dbname=app" + U4),
				servers(file("ipv6-legacy.json"), "host=2001:db8::5 port=5432 dbname=app" + U4,
						"host=2001:db8::6 port=5432 dbname=app" + U4, "host=2001:db8::7 port=5432 dbname=app" + U4),
				servers(file("prefix.json"), "host=10.0.0.5 port=5432 dbname=trino_a" + U4,
						"host=10.0.0.6 port=5432 dbname=trino_a" + U4),
				servers(file("prefix.json").wanting("trino_b"), "host=10.0.0.5 port=5432 dbname=trino_b" + U4,
						"host=10.0.0.6 port=5432 dbname=trino_b" + U4),
				servers(file("prefix.json").wanting("trino*"), "host=10.0.0.5 port=5432 dbname=trino_a" + U4,
						"host=10.0.0.6 port=5432 dbname=trino_a" + U4),
				landscape("landscape363.yaml"), landscape("landscape363ext.yaml"), landscape("landscape363roles.yaml"),
				servers(file("ghost.yaml").at("db"), "host=10.0.0.5 dbname=notes port=5432 user=u password=p"),
				servers(file("ghost.yaml"), "host=10.0.0.5 dbname=notes port=5432 user=u password=p"));
	}

	private static HostList landscape(String name) {
		return servers(file(name), LANDSCAPE + "10.0.20.58", LANDSCAPE + "10.0.20.54", LANDSCAPE + "10.0.20.92");
	}

	@ParameterizedTest
	@MethodSource
	void hasNoMasterNowAndSaysForWhatIsWaited(Waiting expected) {
		RelationReadResult reading = expected.file.read();
		assertThat(reading.relation().master()).isNull();
		assertThat(reading.waitingFor()).isEqualTo(expected.text);
	}

	static Stream<Waiting> hasNoMasterNowAndSaysForWhatIsWaited() {
		String either = "no servers yet; waiting for the server to publish 'master' (pgsql) or 'endpoints'"
				+ " (postgresql_client)";
		return Stream.of(new Waiting(file("pg16-noleader.json"), "no master now; waiting for 'endpoints' to name one"),
				new Waiting(file("pg14-none.json"), "no master now; waiting for 'endpoints' to name one"),
				new Waiting(file("pg16-nomember.json"), "no servers yet; waiting for 'endpoints'"),
				new Waiting(file("initial.json"), "no servers yet; waiting for 'endpoints'"),
				new Waiting(file("initial2.json"), "no servers yet; waiting for 'endpoints'"),
				new Waiting(file("juju3unit.json"), either), new Waiting(file("juju4unit.json"), either),
				new Waiting(file("prefix.json").wanting("trino_c"), "no servers yet; waiting for 'prefix-databases'"),
				new Waiting(file("v1.yaml").wanting("other"), "no servers yet; waiting for 'database'"),
				new Waiting(file("subord.yaml"), "no master yet; waiting for 'state' of pgbouncer/1 to be ready"),
				new Waiting(file("juju405.yaml"),
						"no master yet; waiting for 'related-units', which Juju 4.0 leaves out of what 'juju show-unit'"
								+ " prints: have the charm export what the server has published"));
	}

	@ParameterizedTest
	@MethodSource
	void isRefusedWithAReason(Refused expected) {
		assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(expected.file::read)
			.satisfies(
					(ex) -> assertThat(ex.getMessage()).contains(expected.reasons).doesNotContain("pw", "relation_id"));
	}

	static Stream<Refused> isRefusedWithAReason() {
		return Stream.of(refused(file("typo.json"), "says nothing of servers", "'master'", "'endpoints'"),
				refused(file("juju4.yaml"), "'notes/0.relation-info[0].application-data'", "what a client asks for",
						"Juju 4"),
				refused(file("getcred.yaml"), "what lies under 'data-integrator/0.results.postgresql'"),
				refused(file("getcred2.yaml"), "what lies under 'postgresql'"),
				refused(file("pgb-uds.json"), "'endpoints'", "Unix socket", "local_connection_type"));
	}

	@Test
	void aPortThatIsGivenTwiceIsReadAsGivenOnce() {
		RelationReadResult reading = file("k8s-double-port.json").read();
		String server = "host=postgresql-k8s-primary.prod.svc.cluster.local port=5432 dbname=app user=relation_id_4"
				+ " password=pw";
		RelationTexts.assertServers(reading, server, server);
		assertThat(reading.warnings())
			.containsExactly("'read-only-uris': gives a port twice (host:5432:5432); it is read as given once");
	}

	@Test
	void theEndpointsOfAProxyForReadsLeadToThePrimaryAndThatIsSaid() {
		RelationReadResult reading = file("pgb-hacluster.json").read();
		RelationTexts.assertServers(reading, "host=10.205.193.35 port=6432 dbname=test_database" + U7,
				"host=10.205.193.80 port=6432 dbname=test_database" + U7,
				"host=10.205.193.98 port=6432 dbname=test_database" + U7);
		assertThat(reading.warnings()).singleElement()
			.asString()
			.startsWith("'read-only-endpoints': are those of the proxy")
			.contains("have the charm ask for 'read-only-uris'");
	}

	private static HostList servers(FieldFile file, @Nullable String master, String... standbys) {
		return new HostList(file, master, standbys);
	}

	private static Refused refused(FieldFile file, String... reasons) {
		return new Refused(file, reasons);
	}

	private static FieldFile file(String name) {
		return new FieldFile(name, WantedDatabase.ANY, null);
	}

	private record FieldFile(String name, WantedDatabase wanted, @Nullable String endpoint) {

		FieldFile wanting(String database) {
			return new FieldFile(this.name, new WantedDatabase(database, null, null), this.endpoint);
		}

		FieldFile at(String newEndpoint) {
			return new FieldFile(this.name, this.wanted, newEndpoint);
		}

		RelationReadResult read() {
			return RelationTexts.read(this.wanted, this.endpoint, RelationTexts.file("field/" + this.name));
		}

		@Override
		public String toString() {
			return this.name + ((this.wanted.database() != null) ? " wanting " + this.wanted.database() : "")
					+ ((this.endpoint != null) ? " at " + this.endpoint : "");
		}

	}

	private record HostList(FieldFile file, @Nullable String master, String... standbys) {

		@Override
		public String toString() {
			return this.file.toString();
		}

	}

	private record Waiting(FieldFile file, String text) {

		@Override
		public String toString() {
			return this.file.toString();
		}

	}

	private record Refused(FieldFile file, String... reasons) {

		@Override
		public String toString() {
			return this.file.toString();
		}

	}

}
