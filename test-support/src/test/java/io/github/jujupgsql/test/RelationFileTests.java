package io.github.jujupgsql.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link RelationFile}.
 */
@PgsqlClusterTest(standbys = 2)
class RelationFileTests {

	private final PgsqlCluster cluster;

	private final RelationFile file;

	private final List<PgsqlServer> standbys;

	private final PgsqlServer master;

	@TempDir
	private Path tempDir;

	RelationFileTests(PgsqlCluster cluster, RelationFile file) {
		this.cluster = cluster;
		this.file = file;
		this.master = cluster.master();
		this.standbys = cluster.standbys();
	}

	@ParameterizedTest
	@EnumSource
	void connectionsNameTheServers(RelationFileFormat format) throws Exception {
		Map<String, Object> content = written(this.file.format(format).extensions(List.of("citext")));
		assertThat(content).containsOnly(entry("database", "notes"), entry("extensions", List.of("citext")),
				entry("roles", List.of()), entry("version", this.cluster.version()),
				entry("master", this.master.connectionString()), entry("standbys", connectionStrings()));
		assertThat(written(this.file.format(format).uris())).contains(entry("master", this.master.uri()),
				entry("standbys", this.standbys.stream().map(PgsqlServer::uri).toList()));
	}

	@ParameterizedTest
	@EnumSource
	void storedStateNamesTheServers(RelationFileFormat format) throws Exception {
		assertThat(written(this.file.format(format).form(RelationFileForm.STORED_STATE))).containsOnly(
				entry("db_conn_str", this.master.connectionString()), entry("db_uri", this.master.uri()),
				entry("db_ro_uris", this.standbys.stream().map(PgsqlServer::uri).toList()));
	}

	@ParameterizedTest
	@EnumSource
	void bagNamesTheServers(RelationFileFormat format) throws Exception {
		RelationFile bag = this.file.format(format).form(RelationFileForm.BAG);
		assertThat(written(bag)).contains(entry("master", this.master.connectionString()),
				entry("standbys", String.join("\n", connectionStrings())), entry("database", "notes"),
				entry("user", "juju_notes"), entry("port", Integer.toString(this.master.port())));
		assertThat(written(bag.standbySeparator(",")))
			.contains(entry("standbys", String.join(",", connectionStrings())));
	}

	@ParameterizedTest
	@EnumSource
	void relationHasReadyBags(RelationFileFormat format) throws Exception {
		RelationFile relation = this.file.format(format)
			.form(RelationFileForm.RELATION)
			.extensions(List.of("citext", "hstore"))
			.roles(List.of("reader"))
			.endpoint("database")
			.relationId(12);
		checkRelation(written(relation));
	}

	@ParameterizedTest
	@EnumSource
	void showUnitHoldsTheRelationAndAnother(RelationFileFormat format) throws Exception {
		RelationFile showUnit = this.file.format(format)
			.form(RelationFileForm.SHOW_UNIT)
			.extensions(List.of("citext", "hstore"))
			.roles(List.of("reader"))
			.endpoint("database")
			.relationId(12);
		List<?> relations = (List<?>) map(written(showUnit).get("notes/0")).get("relation-info");
		checkRelation(map(relations.get(0)));
		assertThat(map(relations.get(1))).contains(entry("relation-id", 13), entry("endpoint", "ingress"));
	}

	private void checkRelation(Map<String, Object> relation) {
		assertThat(relation).contains(entry("relation-id", 12), entry("endpoint", "database"));
		Map<String, Object> own = map(map(relation.get("local-unit")).get("data"));
		Map<String, Object> units = map(relation.get("related-units"));
		assertThat(units).containsOnlyKeys(this.cluster.servers().stream().map(PgsqlServer::name).toList());
		units.values()
			.forEach((unit) -> assertThat(map(map(unit).get("data"))).contains(entry("database", own.get("database")),
					entry("extensions", "citext,hstore"), entry("roles", "reader"),
					entry("allowed-subnets", own.get("egress-subnets")),
					entry("master", this.master.connectionString())));
		assertThat(map(map(units.get(this.master.name())).get("data"))).contains(entry("state", "master"),
				entry("standbys", String.join("\n", connectionStrings())));
		assertThat(map(map(units.get(this.standbys.get(0).name())).get("data"))).contains(entry("state", "hot standby"))
			.doesNotContainKey("standbys");
	}

	@ParameterizedTest
	@EnumSource
	void postgresqlClientNamesTheEndpoints(RelationFileFormat format) throws Exception {
		String readOnly = this.standbys.get(0).address() + "," + this.standbys.get(1).address();
		assertThat(written(this.file.format(format).form(RelationFileForm.POSTGRESQL_CLIENT))).containsOnly(
				entry("database", "notes"), entry("username", "juju_notes"), entry("password", this.cluster.password()),
				entry("tls", "False"), entry("version", this.cluster.version()),
				entry("endpoints", this.master.address()), entry("read-only-endpoints", readOnly),
				entry("uris", this.master.uri()), entry("read-only-uris",
						"postgresql://juju_notes:" + this.cluster.password() + "@" + readOnly + "/notes"));
	}

	@Test
	void postgresqlClientSaysWhomToTrustOnceThereIsTls() throws Exception {
		RelationFile bag = this.file.form(RelationFileForm.POSTGRESQL_CLIENT);
		assertThat(written(bag)).contains(entry("tls", "False")).doesNotContainKey("tls-ca");
		assertThat(written(bag.tls("an authority\n"))).contains(entry("tls", "True"),
				entry("tls-ca", "an authority\n"));
	}

	@ParameterizedTest
	@EnumSource
	void nobodyIsNamedIfThereIsNobody(RelationFileForm form) throws Exception {
		for (RelationFileFormat format : RelationFileFormat.values()) {
			this.file.form(form).format(format).write(null, List.of());
			assertThat(parse(Files.readString(this.file.path()), format)).isNotEmpty();
			assertThat(Files.readString(this.file.path())).doesNotContain("127.0.0.1 ", "127.0.0.1:");
		}
	}

	@Test
	void otherRolesThanTheClustersCanBeTold() throws Exception {
		this.file.write(this.standbys.get(0), List.of(this.master));
		assertThat(parse(Files.readString(this.file.path()), RelationFileFormat.JSON)).contains(
				entry("master", this.standbys.get(0).connectionString()),
				entry("standbys", List.of(this.master.connectionString())));
	}

	@ParameterizedTest
	@EnumSource
	void everyStyleReplacesTheContent(RelationFileStyle style) throws Exception {
		RelationFile target = RelationFile.at(this.tempDir.resolve("relation.json"), this.cluster).style(style);
		target.write("a long content");
		target.write("short");
		assertThat(target.path()).hasContent("short");
		target.byteByByte(Duration.ofNanos(1)).write("byte by byte");
		assertThat(target.path()).hasContent("byte by byte");
		target.write("");
		assertThat(target.path()).isEmptyFile();
		assertThat(this.tempDir).isDirectoryContaining("glob:**/relation.json")
			.satisfies((folder) -> assertThat(folder.toFile().list()).hasSize(1));
	}

	@Test
	void renameMakesAnotherFileAndInPlaceDoesNot() throws Exception {
		this.file.write();
		Object key = key();
		this.file.writeInPlace();
		assertThat(key()).isEqualTo(key);
		this.file.style(RelationFileStyle.OVERWRITE).write();
		assertThat(key()).isEqualTo(key);
		this.file.write();
		assertThat(key()).isNotEqualTo(key);
	}

	private Object key() throws Exception {
		return Files.readAttributes(this.file.path(), BasicFileAttributes.class).fileKey();
	}

	@Test
	@DisabledOnOs(OS.WINDOWS)
	void onlyTheOwnerCanReadIt() throws Exception {
		for (RelationFileStyle style : RelationFileStyle.values()) {
			this.file.delete();
			this.file.delete();
			assertThat(this.file.path()).doesNotExist();
			this.file.style(style).write();
			assertThat(Files.getPosixFilePermissions(this.file.path()))
				.isEqualTo(PosixFilePermissions.fromString("rw-------"));
		}
	}

	@Test
	void itsTextHoldsNoSecret() {
		assertThat(this.file.toString()).contains("CONNECTIONS").doesNotContain(this.cluster.password());
	}

	private List<String> connectionStrings() {
		return this.standbys.stream().map(PgsqlServer::connectionString).toList();
	}

	private static Map<String, Object> written(RelationFile file) throws Exception {
		file.write();
		String content = Files.readString(file.path());
		assertThat(content).isEqualTo(file.content());
		return parse(content, content.startsWith("{") ? RelationFileFormat.JSON : RelationFileFormat.YAML);
	}

	private static Map<String, Object> parse(String content, RelationFileFormat format) {
		return map((format == RelationFileFormat.JSON) ? new JsonMapper().readValue(content, Map.class)
				: new Yaml(new SafeConstructor(new LoaderOptions())).load(content));
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(Object value) {
		return (Map<String, Object>) value;
	}

}
