package io.github.jujupgsql.test;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for a {@link RelationFile} that names services.
 */
@PgsqlClusterTest
class PgsqlServiceRelationFileTests {

	private final PgsqlCluster cluster;

	private final RelationFile file;

	private PgsqlService primary;

	private PgsqlService replicas;

	PgsqlServiceRelationFileTests(PgsqlCluster cluster, RelationFile file) {
		this.cluster = cluster;
		this.file = file;
	}

	@BeforeEach
	void start() {
		this.primary = PgsqlService.start("primary");
		this.replicas = PgsqlService.start("replicas");
	}

	@AfterEach
	void close() {
		this.primary.close();
		this.replicas.close();
	}

	@Test
	void servicesAreNamed() throws Exception {
		RelationFile services = this.file.services(this.primary, this.replicas);
		services.write();
		assertThat(new JsonMapper().readValue(Files.readString(this.file.path()), Map.class)).contains(
				entry("master", this.primary.connectionString(this.cluster)),
				entry("standbys", List.of(this.replicas.connectionString(this.cluster))));
	}

	@ParameterizedTest
	@EnumSource
	void everyFormNamesServicesAsItNamesServers(RelationFileForm form) {
		for (RelationFileFormat format : RelationFileFormat.values()) {
			RelationFile servers = this.file.form(form).format(format);
			assertThat(servers.services(this.primary, this.replicas).content()).isEqualTo(servers.content()
				.replace(port(this.cluster.master()), Integer.toString(this.primary.port()))
				.replace(port(this.cluster.standbys().get(0)), Integer.toString(this.replicas.port())));
		}
	}

	@ParameterizedTest
	@EnumSource
	void oneServiceCanBeBoth(RelationFileForm form) {
		String port = Integer.toString(this.primary.port());
		RelationFile servers = this.file.form(form);
		assertThat(servers.services(this.primary, this.primary).content()).isEqualTo(servers.content()
			.replace(port(this.cluster.master()), port)
			.replace(port(this.cluster.standbys().get(0)), port));
	}

	@Test
	void serversCanBeWrittenAllTheSame() {
		this.file.services(this.primary, this.replicas).write(this.cluster.master(), this.cluster.standbys());
		assertThat(this.file.path()).hasContent(this.file.content());
	}

	@Test
	void whatIsWrittenStaysTheSameWhenAnotherServerIsPromoted() {
		try (PgsqlCluster moving = PgsqlCluster.start(2)) {
			RelationFile servers = RelationFile.of(moving);
			RelationFile services = servers.services(this.primary, this.replicas);
			Map<RelationFileForm, String> before = contents(services);
			Map<RelationFileForm, String> serversBefore = contents(servers);
			moving.promote(moving.standbys().get(0));
			assertThat(contents(services)).isEqualTo(before);
			assertThat(contents(servers).values()).doesNotContainAnyElementsOf(serversBefore.values());
		}
	}

	private static Map<RelationFileForm, String> contents(RelationFile file) {
		return Stream.of(RelationFileForm.values())
			.collect(Collectors.toMap((form) -> form, (form) -> file.form(form).content()));
	}

	private static String port(PgsqlServer server) {
		return Integer.toString(server.port());
	}

}
