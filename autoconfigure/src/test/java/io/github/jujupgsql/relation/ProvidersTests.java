package io.github.jujupgsql.relation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the charms of today publish over {@code postgresql_client}, as a bag with its
 * secrets resolved, and within a whole relation.
 */
class ProvidersTests {

	private static final String AUTHORITY = TestAuthority.certificateOf("provider");

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void leadsToItsServers(String provider, Published bag, @Nullable String master, String... standbys) {
		for (String file : new String[] { bag.json(), RelationTexts.yaml(bag.json()), bag.withinTheRelation() }) {
			RelationReadResult reading = RelationTexts.read(file);
			RelationTexts.assertServers(reading, (master != null) ? bag.connection(master) : null,
					Stream.of(standbys).map(bag::connection).toArray(String[]::new));
			if (master != null) {
				assertThat(reading.relation().database()).isEqualTo("notes");
			}
			assertThat(reading.warnings()).isEmpty();
			assertThat(reading.waitingFor() == null).isEqualTo(master != null);
			assertThat(reading.toString()).doesNotContain("s3cret");
		}
	}

	static Stream<Arguments> leadsToItsServers() {
		String k8s = ".prod.svc.cluster.local";
		Published machines = new Published().with("endpoints", "10.0.0.5:5432").with("version", "14.20");
		Published machines16 = machines.with("version", "16.13").with("uris", uri("10.0.0.5:5432", "notes"));
		Published pods = new Published().with("endpoints", "postgresql-k8s-primary" + k8s + ":5432")
			.with("uris", uri("postgresql-k8s-primary" + k8s + ":5432", "notes"));
		String primaryPod = "host=postgresql-k8s-primary" + k8s + " port=5432";
		String replicaPods = "host=postgresql-k8s-replicas" + k8s + " port=5432";
		Published proxy = new Published().with("version", "14.17");
		Published besideUs = proxy.with("subordinated", "true");
		return Stream.of(
				arguments("PostgreSQL 14 on machines, one unit", machines.with("read-only-endpoints", "10.0.0.5:5432"),
						"host=10.0.0.5 port=5432", "host=10.0.0.5 port=5432"),
				arguments("PostgreSQL 14 on machines, three units",
						machines.with("read-only-endpoints", "10.0.0.6:5432,10.0.0.7:5432"), "host=10.0.0.5 port=5432",
						"host=10.0.0.6 port=5432", "host=10.0.0.7 port=5432"),
				arguments("PostgreSQL 16 on machines, one unit",
						machines16.with("read-only-endpoints", "10.0.0.5:5432")
							.with("read-only-uris", uri("10.0.0.5:5432", "notes")),
						"host=10.0.0.5 port=5432", "host=10.0.0.5 port=5432"),
				arguments("PostgreSQL 16 on machines, three units",
						machines16.with("read-only-endpoints", "10.0.0.6:5432,10.0.0.7:5432")
							.with("read-only-uris", uri("10.0.0.6,10.0.0.7:5432", "notes")),
						"host=10.0.0.5 port=5432", "host=10.0.0.6 port=5432", "host=10.0.0.7 port=5432"),
				arguments("PostgreSQL 16 on machines, three units, its URIs alone",
						new Published().with("uris", uri("10.0.0.5:5432", "notes"))
							.with("read-only-uris", uri("10.0.0.6,10.0.0.7:5432", "notes")),
						"host=10.0.0.5 port=5432", "host=10.0.0.6 port=5432", "host=10.0.0.7 port=5432"),
				arguments("PostgreSQL 16 on machines, without a leader",
						new Published().with("uris", uri("", "notes"))
							.with("read-only-endpoints", "10.0.0.6:5432,10.0.0.7:5432")
							.with("read-only-uris", uri("10.0.0.6,10.0.0.7:5432", "notes")),
						null, "host=10.0.0.6 port=5432", "host=10.0.0.7 port=5432"),
				arguments("PostgreSQL 16 on machines, without a member",
						new Published().with("uris", uri("", "notes")).with("read-only-uris", uri(":5432", "notes")),
						null),
				arguments("PostgreSQL on Kubernetes, one unit",
						pods.with("read-only-endpoints", "postgresql-k8s-primary" + k8s + ":5432"), primaryPod,
						primaryPod),
				arguments("PostgreSQL on Kubernetes, three units",
						pods.with("read-only-endpoints", "postgresql-k8s-replicas" + k8s + ":5432")
							.with("read-only-uris", uri("postgresql-k8s-replicas" + k8s + ":5432:5432", "notes")),
						primaryPod, replicaPods),
				arguments("pgbouncer on machines, TCP",
						besideUs.with("endpoints", "localhost:6432")
							.with("read-only-endpoints", "localhost:6432")
							.with("uris", uri("localhost:6432", "notes"))
							.with("read-only-uris", uri("localhost:6432", "notes_readonly")),
						"host=localhost port=6432", "host=localhost port=6432 dbname=notes_readonly"),
				arguments("pgbouncer on machines, exposed",
						besideUs.with("endpoints", "10.0.0.1:6432,10.0.0.2:6432")
							.with("read-only-endpoints", "10.0.0.1:6432,10.0.0.2:6432")
							.with("read-only-uris", uri("10.0.0.1,10.0.0.2:6432", "notes_readonly")),
						"host=10.0.0.1,10.0.0.2 port=6432,6432 target_session_attrs=read-write",
						"host=10.0.0.1 port=6432 dbname=notes_readonly",
						"host=10.0.0.2 port=6432 dbname=notes_readonly"),
				arguments("pgbouncer on machines, virtual IP",
						besideUs.with("endpoints", "10.0.0.100:6432")
							.with("read-only-endpoints", "10.0.0.1:6432,10.0.0.2:6432")
							.with("read-only-uris", uri("10.0.0.1,10.0.0.2:6432", "notes_readonly")),
						"host=10.0.0.100 port=6432", "host=10.0.0.1 port=6432 dbname=notes_readonly",
						"host=10.0.0.2 port=6432 dbname=notes_readonly"),
				arguments("pgbouncer on Kubernetes, Service",
						proxy.with("endpoints", "pgbouncer-k8s" + k8s + ":6432")
							.with("read-only-endpoints", "pgbouncer-k8s" + k8s + ":6432")
							.with("read-only-uris", uri("pgbouncer-k8s" + k8s + ":6432", "notes_readonly")),
						"host=pgbouncer-k8s" + k8s + " port=6432",
						"host=pgbouncer-k8s" + k8s + " port=6432 dbname=notes_readonly"),
				arguments("pgbouncer on Kubernetes, NodePort",
						proxy.with("endpoints", "node1:30432,node2:30432")
							.with("read-only-endpoints", "node1:30432,node2:30432")
							.with("uris", uri("node1:30432,node2:30432", "notes"))
							.with("read-only-uris", uri("node1:30432,node2:30432", "notes_readonly")),
						"host=node1,node2 port=30432,30432 target_session_attrs=read-write",
						"host=node1 port=30432 dbname=notes_readonly", "host=node2 port=30432 dbname=notes_readonly"),
				arguments("pgbouncer on Kubernetes, load balancer",
						proxy.with("endpoints", "203.0.113.7:6432")
							.with("read-only-endpoints", "203.0.113.7:6432")
							.with("read-only-uris", uri("203.0.113.7:6432", "notes_readonly")),
						"host=203.0.113.7 port=6432", "host=203.0.113.7 port=6432 dbname=notes_readonly"),
				arguments("TLS without an authority", machines.with("tls", "True").with("tls-ca", ""),
						"host=10.0.0.5 port=5432 sslmode=require"),
				arguments("TLS with an authority",
						machines.with("tls", "true")
							.with("tls-ca", AUTHORITY)
							.with("read-only-endpoints", "10.0.0.6:5432"),
						"host=10.0.0.5 port=5432 sslmode=verify-ca sslrootcert='" + AUTHORITY + "'",
						"host=10.0.0.6 port=5432 sslmode=verify-ca sslrootcert='" + AUTHORITY + "'"),
				arguments("TLS off", machines.with("tls", "False").with("tls-ca", AUTHORITY),
						"host=10.0.0.5 port=5432"));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void leadsNowhereAndSaysWhy(String provider, Published bag, String... reasons) {
		for (String file : new String[] { bag.json(), bag.withinTheRelation() }) {
			assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(() -> RelationTexts.read(file))
				.satisfies((ex) -> assertThat(ex.getMessage()).contains(reasons).doesNotContain("s3cret"));
		}
	}

	static Stream<Arguments> leadsNowhereAndSaysWhy() {
		String folder = "/var/snap/charmed-pgbouncer/current/run/pgbouncer/pgbouncer/instance_0";
		return Stream.of(
				refused("pgbouncer on machines, socket",
						new Published().with("endpoints", folder + ":6432").with("subordinated", "true"), "endpoints'",
						"local_connection_type"),
				refused("pgbouncer on machines, socket, URIs alone",
						new Published().with("uris", uri(folder.replace("/", "%2F") + ":6432", "notes")), "uris'",
						"local_connection_type"),
				refused("a secret that was not resolved",
						new Published().without("username", "password")
							.with("endpoints", "10.0.0.5:5432")
							.with("secret-user", "secret:s3cret"),
						"secret-user'", "have the charm export"),
				refused("a bag without a database",
						new Published().without("database").with("endpoints", "10.0.0.5:5432"), "database'",
						"'resource'", "juju.pgsql.database"));
	}

	@ParameterizedTest
	@MethodSource("withoutDatabase")
	void whereTheBagNamesNoDatabaseTheOneThatIsWantedIsUsed(Published bag) {
		RelationReadResult reading = RelationTexts.read(new WantedDatabase("notes", null, null), bag.json());
		RelationTexts.assertServers(reading, "host=a port=1 dbname=notes user=relation-4 password=s3cret");
		assertThat(reading.relation().database()).isEqualTo("notes");
	}

	static Stream<Published> withoutDatabase() {
		Published bag = new Published().without("database");
		return Stream.of(bag.with("endpoints", "a:1"), bag.with("endpoints", "a:1").with("resource", "notes"),
				bag.with("uris", "postgresql://relation-4:s3cret@a:1"), bag.with("uris", uri("a:1", "notes")));
	}

	private static Arguments arguments(String provider, Published bag, @Nullable String master, String... standbys) {
		return Arguments.of(provider, bag, master, standbys);
	}

	private static Arguments refused(String provider, Published bag, String... reasons) {
		return Arguments.of(provider, bag, reasons);
	}

	private static String uri(String hosts, String database) {
		return "postgresql://relation-4:s3cret@" + hosts + "/" + database;
	}

	/**
	 * A bag with credentials and a database.
	 */
	private record Published(Map<String, String> values) {

		Published() {
			this(Map.of("database", "notes", "username", "relation-4", "password", "s3cret", "data",
					"{\"database\": \"notes\", \"requested-secrets\": \"[\\\"username\\\"]\"}"));
		}

		Published with(String key, String value) {
			Map<String, String> copy = new LinkedHashMap<>(this.values);
			copy.put(key, value);
			return new Published(copy);
		}

		Published without(String... keys) {
			Map<String, String> copy = new LinkedHashMap<>(this.values);
			Stream.of(keys).forEach(copy::remove);
			return new Published(copy);
		}

		String json() {
			return JsonMapper.shared().writeValueAsString(this.values);
		}

		String withinTheRelation() {
			return "{\"notes/0\": {\"relation-info\": [{\"relation-id\": 7, \"endpoint\": \"database\", \"application-data\": "
					+ json()
					+ ", \"related-units\": {\"server/0\": {\"in-scope\": true, \"data\": {\"state\": \"ready\"}}}}]}}";
		}

		/**
		 * Complete a connection string by what the bag says.
		 */
		String connection(String server) {
			return "dbname=notes user=relation-4 password=s3cret " + server;
		}

	}

}
