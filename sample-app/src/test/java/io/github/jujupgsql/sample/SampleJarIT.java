package io.github.jujupgsql.sample;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The executable jar as an operator runs it: a process of its own beside a relation file.
 */
@PgsqlClusterTest
class SampleJarIT {

	@TempDir
	Path directory;

	@Test
	void jarWritesReadsAndEndsCleanlyWhenToldAndEachLineOfItsLogIsADocument(PgsqlCluster cluster, RelationFile file)
			throws Exception {
		Path log = this.directory.resolve("notes.log");
		int port = freePort();
		Process process = run(file, port, log);
		try {
			RestClient http = NotesService.client(port);
			await().atMost(Duration.ofSeconds(60))
				.ignoreExceptions()
				.until(() -> http.get().uri("/actuator/health").retrieve().toBodilessEntity().getStatusCode(),
						HttpStatus.OK::equals);

			ResponseEntity<JsonNode> written = http.post()
				.uri("/api/notes")
				.contentType(MediaType.APPLICATION_JSON)
				.body(Map.of("text", "from the jar"))
				.retrieve()
				.toEntity(JsonNode.class);
			assertThat(written.getStatusCode()).isEqualTo(HttpStatus.CREATED);
			assertThat(NotesService.servedBy(written)).isEqualTo(cluster.master().address());

			long id = written.getBody().get("id").longValue();
			await().untilAsserted(() -> {
				var read = http.get().uri("/api/notes/{id}", id).retrieve().toBodilessEntity();
				assertThat(read.getStatusCode()).isEqualTo(HttpStatus.OK);
				assertThat(NotesService.servedBy(read)).isEqualTo(cluster.standbys().get(0).address());
			});

			process.destroy();
			assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).isEqualTo(128 + 15);
			assertThat(log).content().doesNotContain(cluster.password());
			List<JsonNode> documents = Files.readAllLines(log).stream().map(new JsonMapper()::readTree).toList();
			assertThat(documents).extracting((line) -> line.get("message").stringValue())
				.contains("Graceful shutdown complete");
			assertThat(documents).extracting((line) -> line.at("/log/level").stringValue()).doesNotContain("ERROR");
			assertThat(documents).extracting((line) -> line.at("/service/name").stringValue()).containsOnly("notes");
		}
		finally {
			process.destroyForcibly();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "autoconfigure", "starter" })
	void whatItIsMadeOfHasANameAsAModule(String module) throws IOException {
		try (JarFile jar = new JarFile(System.getProperty("sample.jar"))) {
			ZipEntry library = jar.stream()
				.filter((entry) -> entry.getName().startsWith("BOOT-INF/lib/juju-pgsql-spring-boot-" + module))
				.findFirst()
				.orElseThrow();
			try (JarInputStream content = new JarInputStream(jar.getInputStream(library))) {
				assertThat(content.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
					.isEqualTo("io.github.jujupgsql." + module);
			}
		}
	}

	private static Process run(RelationFile file, int port, Path log) throws IOException {
		// compiling well takes more than it gives to a JVM that is there for seconds
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", System.getProperty("sample.jar"),
				"--spring.profiles.active=production", "--juju.pgsql.relation-file=" + file.path(),
				"--server.port=" + port)
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

}
