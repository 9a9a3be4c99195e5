package io.github.jujupgsql.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that has been processed ahead of time, as {@code process-aot} of Spring
 * Boot's Maven plugin does it, and is then run by a JVM.
 */
@Tag("compatibility")
@PgsqlClusterTest(standbys = 1)
class AheadOfTimeTests {

	private static final String PROPERTY = "--juju.pgsql.relation-file=";

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private PgsqlCluster cluster;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	@BeforeEach
	void write(PgsqlCluster cluster, RelationFile relation) {
		this.cluster = cluster;
		this.relation = relation;
		relation.write();
	}

	@Test
	void whatWasProcessedWithTheRelationFollowsWhicheverItIsStartedWith() throws Exception {
		Path classes = process(PROPERTY + "/not/here/yet.json");
		assertThat(run(classes, PROPERTY + this.relation.path(), "--juju.pgsql.replica.fallback-to-primary=false"))
			.contains(
					"Ahead of time: " + this.cluster.master().port() + " and " + this.cluster.standbys().get(0).port());
		assertThat(this.folder.resolve("resources"))
			.isDirectoryRecursivelyContaining((file) -> isMetadata(file) && contains(file, "FenceableSocketFactory"));
		assertThat(run(classes)).contains("APPLICATION FAILED TO START",
				"'juju.pgsql.relation-file' is not set, but was when");
	}

	@Test
	void whatWasProcessedWithoutItSaysSoInsteadOfUsingAnotherDatabase() throws Exception {
		String url = "--spring.datasource.url=" + jdbcUrl();
		Path classes = process(url);
		assertThat(run(classes, url, PROPERTY + this.relation.path()))
			.contains("APPLICATION FAILED TO START", "'juju.pgsql.relation-file' is set, but", "process-aot")
			.doesNotContain("Ahead of time");
		assertThat(run(classes, url)).contains("Ahead of time: " + this.cluster.master().port());
		assertThat(new ForkedProgram(this.folder, withTests(classes)).run(AheadOfTimeProgram.class, url,
				PROPERTY + this.relation.path()))
			.contains("As ever: " + this.cluster.master().port());
	}

	private String jdbcUrl() {
		return "jdbc:postgresql://" + this.cluster.master().address() + "/" + this.cluster.database() + "?user="
				+ this.cluster.user() + "&password=" + this.cluster.password();
	}

	private Path process(String... arguments) throws Exception {
		Path sources = this.folder.resolve("sources");
		Path classes = this.folder.resolve("classes");
		List<String> all = new ArrayList<>(List.of(AheadOfTimeProgram.class.getName(), sources.toString(),
				this.folder.resolve("resources").toString(), classes.toString(), "group", "artifact"));
		all.addAll(List.of(arguments));
		String output = new ForkedProgram(this.folder, ForkedProgram.classPath((name) -> true))
			.option("-Dspring.aot.processing=true")
			.run(SpringApplicationAotProcessor.class, all.toArray(String[]::new));
		assertThat(sources).as(output).isDirectory();
		compile(sources, classes);
		return classes;
	}

	private static void compile(Path sources, Path classes) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (Stream<Path> files = Files.walk(sources);
				var manager = compiler.getStandardFileManager(null, null, null)) {
			List<Path> generated = files.filter((file) -> file.toString().endsWith(".java")).toList();
			StringWriter output = new StringWriter();
			boolean compiled = compiler
				.getTask(output, manager, null,
						List.of("-proc:none", "-parameters", "-d", classes.toString(), "-cp",
								String.join(File.pathSeparator, ForkedProgram.classPath((name) -> true))),
						null, manager.getJavaFileObjectsFromPaths(generated))
				.call();
			assertThat(compiled).as(output.toString()).isTrue();
		}
	}

	private String run(Path classes, String... arguments) throws Exception {
		return new ForkedProgram(this.folder, withTests(classes)).option("-Dspring.aot.enabled=true")
			.run(AheadOfTimeProgram.class, arguments);
	}

	private List<String> withTests(Path classes) {
		return Stream
			.concat(Stream.of(classes.toString(), this.folder.resolve("resources").toString()),
					ForkedProgram.classPath((name) -> true).stream())
			.toList();
	}

	private static boolean isMetadata(Path file) {
		return file.getFileName().toString().endsWith("-metadata.json")
				|| file.getFileName().toString().equals("reflect-config.json");
	}

	private static boolean contains(Path file, String text) {
		try {
			return Files.readString(file).contains(text);
		}
		catch (IOException ex) {
			return false;
		}
	}

}
