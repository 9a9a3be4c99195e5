package io.github.jujupgsql.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.jujupgsql.relation.InvalidRelationException;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;

/**
 * The content of a relation file, and what it says.
 *
 * @param name what to call it
 * @param content the bytes
 * @param relation what is read from them
 */
record RelationExample(String name, byte[] content, PgsqlRelation relation) {

	static final RelationReader READER = new RelationReader(WantedDatabase.ANY);

	boolean isJson() {
		return this.content[0] == '{';
	}

	/**
	 * Every example file that can be read, as it is and after a failover, and files with
	 * up to three standbys in several layouts.
	 */
	static List<RelationExample> all() {
		List<RelationExample> examples = new ArrayList<>();
		for (Path file : files()) {
			String text = text(file);
			String name = file.getFileName().toString();
			of(name, text).ifPresent(examples::add);
			String other = text.replace("10.0.0.5", "10.0.0.123").replace("10.0.0.6", "10.0.0.5");
			of(name + " after a failover", other).ifPresent(examples::add);
		}
		for (int standbys = 0; standbys <= 3; standbys++) {
			of(standbys + " standbys, JSON", json(standbys, 10 + standbys, " ")).ifPresent(examples::add);
			of(standbys + " standbys, indented JSON", json(standbys, 20 + standbys, "\n  ")).ifPresent(examples::add);
			of(standbys + " standbys, YAML", yaml(standbys, 30 + standbys, "\n- ")).ifPresent(examples::add);
			of(standbys + " standbys, YAML text", yaml(standbys, 40 + standbys, "\n  ")).ifPresent(examples::add);
		}
		return examples;
	}

	private static Optional<RelationExample> of(String name, String text) {
		byte[] content = text.getBytes(StandardCharsets.UTF_8);
		try {
			return Optional.of(new RelationExample(name, content, READER.read(content).relation()));
		}
		catch (InvalidRelationException ex) {
			return Optional.empty();
		}
	}

	private static String json(int standbys, int first, String separator) {
		String list = IntStream.rangeClosed(1, standbys)
			.mapToObj((i) -> "\"" + server(first + i) + "\"")
			.collect(Collectors.joining("," + separator));
		return "{" + separator + "\"master\": \"" + server(first) + "\"," + separator + "\"standbys\": [" + list
				+ "]}\n";
	}

	private static String yaml(int standbys, int first, String separator) {
		String list = IntStream.rangeClosed(1, standbys)
			.mapToObj((i) -> separator + server(first + i))
			.collect(Collectors.joining());
		String kind = separator.contains("-") ? "" : " |-";
		return "master: " + server(first) + "\nstandbys:" + ((standbys > 0) ? kind + list : " []") + "\n";
	}

	private static String server(int number) {
		return "dbname=notes host=10.0.0." + number + " port=5432 user=u password=p" + number;
	}

	private static List<Path> files() {
		try (Stream<Path> files = Files
			.list(Path.of(Objects.requireNonNull(RelationExample.class.getResource("/relation-files")).toURI()))) {
			return files.filter(Files::isRegularFile).sorted().toList();
		}
		catch (IOException | URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

}
