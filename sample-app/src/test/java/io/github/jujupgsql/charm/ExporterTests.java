package io.github.jujupgsql.charm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.jujupgsql.programs.InstalledPrograms;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.DriverProperties;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReadResult;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The charm's exporter writes what the starter reads: a bag of each provider is exported
 * by {@code python3}, and the file is read as the starter reads it.
 */
class ExporterTests {

	private static final Path CHARM = Path.of("charm").toAbsolutePath();

	private static final Path BAGS = CHARM.resolve("tests/bags");

	@TempDir
	Path directory;

	@BeforeAll
	static void pythonIsThere() {
		assumeTrue(InstalledPrograms.find("python3").isPresent(), "There is no python3 on the PATH");
	}

	@Test
	void theExportersOwnTestsPass() throws Exception {
		Run tests = python("-W", "error::ResourceWarning", "-m", "unittest");
		assertThat(tests.exitValue).as(tests.output).isZero();
		assertThat(tests.output).containsPattern("Ran \\d\\d+ tests");
	}

	@ParameterizedTest
	@MethodSource
	void whatIsExportedLeadsToTheServersThatTheProviderPublished(Provider provider) throws Exception {
		RelationReadResult reading = read(export(BAGS.resolve(provider.bag + ".json")));
		PgsqlRelation relation = reading.relation();
		assertThat(relation.database()).isEqualTo("notes");
		assertThat(relation.id()).isEqualTo(provider.id);
		assertThat(addressOf(relation.master())).isEqualTo(provider.master);
		assertThat(relation.standbys()).extracting(relation::nameOf).containsExactlyElementsOf(provider.standbys);
		assertThat(servers(relation)).isNotEmpty().allSatisfy((server) -> {
			assertThat(server.user()).isEqualTo(provider.user);
			assertThat(server.options().get("password")).isEqualTo("PgsqlTestSecret-" + provider.password);
			Properties driver = DriverProperties.of(server, "notes").toProperties();
			assertThat(isVerified(driver)).isEqualTo(provider.tls);
		});
		assertThat(reading.warnings()).isEmpty();
	}

	static Stream<Provider> whatIsExportedLeadsToTheServersThatTheProviderPublished() {
		String primary = "postgresql-k8s-primary.prod.svc.cluster.local:5432";
		String replicas = "postgresql-k8s-replicas.prod.svc.cluster.local:5432";
		String pgbouncer = "pgbouncer-k8s.prod.svc.cluster.local:6432";
		return Stream.of(
				provider("postgresql-14-machines-pgsql").as("4", "relation-4", "14")
					.at("10.0.0.5:5432", "10.0.0.6:5432", "10.0.0.7:5432"),
				provider("postgresql-14-machines").as("5", "relation-5", "14c")
					.at("10.0.0.5:5432", "10.0.0.6:5432", "10.0.0.7:5432"),
				provider("postgresql-14-machines-juju-2").as("6", "relation-6", "14d")
					.at("10.0.0.5:5432", "10.0.0.5:5432"),
				provider("postgresql-16-machines").as("7", "relation-7", "16")
					.withTls()
					.at("10.0.0.5:5432", "10.0.0.6:5432", "10.0.0.7:5432"),
				provider("postgresql-16-machines-without-leader").as("7", "relation-7", "16")
					.at(null, "10.0.0.6:5432", "10.0.0.7:5432"),
				provider("postgresql-16-kubernetes").as("8", "relation_id_8", "k8s").withTls().at(primary, replicas),
				provider("postgresql-16-kubernetes-one-unit").as("9", "relation_id_9", "k8s1").at(primary, primary),
				provider("pgbouncer-machines").as("10", "relation_id_10", "pgb")
					.at("localhost:6432", "localhost:6432/notes_readonly"),
				provider("pgbouncer-machines-pgsql").as("11", "pgbouncer_user_11", "pgb11").at("localhost:6432"),
				provider("pgbouncer-kubernetes").as("12", "relation_id_12", "pgbk")
					.at(pgbouncer, pgbouncer + "/notes_readonly"),
				provider("data-interfaces-v1").as("13", "relation-13", "v1")
					.withTls()
					.at("10.0.0.5:5432", "10.0.0.6:5432"));
	}

	@Test
	void everyBagIsTried() throws Exception {
		try (Stream<Path> bags = Files.list(BAGS)) {
			assertThat(bags.map((bag) -> bag.getFileName().toString().replace(".json", "")))
				.containsExactlyInAnyOrderElementsOf(
						whatIsExportedLeadsToTheServersThatTheProviderPublished().map(Provider::bag).toList());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "it's", "say \"so\"", "two words", " at both ends ", "back\\slash", "\\", "\\'\\\\'",
			"a=b,c=d host=elsewhere", "postgresql://u:p@elsewhere/db?x=%20", "Gänsefüßchen „“ 密码 🔑",
			"two\nlines\tand a tab", "\u2028\u007f", "null", "{}", "%00%" })
	void anUnusualPasswordIsReadAsItWasPublished(String password) throws Exception {
		Path bag = this.directory.resolve("bag.json");
		JsonMapper.shared()
			.writeValue(bag, Map.of("interface", "postgresql_client", "database", "notes", "relation-id", 7, "bags",
					Map.of("postgresql",
							Map.of("database", "notes", "endpoints", "10.0.0.5:5432", "secret-user", "secret:u")),
					"secrets", Map.of("secret:u", Map.of("username", "relation-7", "password", password))));
		PgsqlRelation relation = read(export(bag)).relation();
		assertThat(relation.master()).isNotNull();
		assertThat(relation.master().options()).containsEntry("password", password).containsEntry("host", "10.0.0.5");
	}

	@Test
	void aServerWithoutMasterAndStandbysIsNoFault() throws Exception {
		Path bag = this.directory.resolve("bag.json");
		JsonMapper.shared()
			.writeValue(bag, Map.of("interface", "pgsql", "database", "notes", "relation-id", 4, "extensions",
					List.of(), "egress-subnets", "", "bags", Map.of("postgresql/0", Map.of("database", "notes"))));
		PgsqlRelation relation = read(export(bag)).relation();
		assertThat(relation.joined()).isTrue();
		assertThat(servers(relation)).isEmpty();
	}

	@Test
	void aRelationThatIsBrokenHasNoServers() throws Exception {
		Path file = this.directory.resolve("pgsql.json");
		Run gone = python("-c", "import sys; sys.path.insert(0, 'src'); import pgsql_relation_file as exporter;"
				+ " exporter.write_file(sys.argv[1], exporter.GONE)", file.toString());
		assertThat(gone.exitValue).as(gone.output).isZero();
		assertThat(servers(read(file).relation())).isEmpty();
	}

	private Path export(Path bag) throws Exception {
		Path file = this.directory.resolve("pgsql.json");
		Run run = python("-m", "tests.export_bag", bag.toString(), file.toString());
		assertThat(run.exitValue).as(run.output).isZero();
		assertThat(run.output).isEmpty();
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
		return file;
	}

	private static RelationReadResult read(Path file) throws IOException {
		return new RelationReader(WantedDatabase.ANY).read(Files.readAllBytes(file));
	}

	private Run python(String... arguments) throws Exception {
		List<String> command = new ArrayList<>(List.of("python3", "-B"));
		command.addAll(Arrays.asList(arguments));
		Path output = this.directory.resolve("python.log");
		Process process = new ProcessBuilder(command).directory(CHARM.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
			return new Run(process.exitValue(), Files.readString(output));
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static List<ConnectionString> servers(PgsqlRelation relation) {
		return Stream.concat(Stream.ofNullable(relation.master()), relation.standbys().stream()).toList();
	}

	private static String addressOf(ConnectionString server) {
		return (server != null) ? server.address() : null;
	}

	private static boolean isVerified(Properties driver) {
		return String.valueOf(driver.get("sslmode")).startsWith("verify-");
	}

	private static Provider provider(String bag) {
		return new Provider(bag, "", "", "", false, null, List.of());
	}

	private record Run(int exitValue, String output) {

	}

	private record Provider(String bag, String id, String user, String password, boolean tls, String master,
			List<String> standbys) {

		Provider as(String id, String user, String password) {
			return new Provider(this.bag, id, user, password, this.tls, this.master, this.standbys);
		}

		Provider withTls() {
			return new Provider(this.bag, this.id, this.user, this.password, true, this.master, this.standbys);
		}

		Provider at(String master, String... standbys) {
			return new Provider(this.bag, this.id, this.user, this.password, this.tls, master, List.of(standbys));
		}

		@Override
		public String toString() {
			return this.bag;
		}

	}

}
