package io.github.jujupgsql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.actuate.PgsqlEndpoint;
import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.autoconfigure.PgsqlAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlEndpointAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlHealthContributorAutoConfiguration;
import io.github.jujupgsql.event.PgsqlRelationEvent;
import io.github.jujupgsql.event.PrimaryChanged;
import io.github.jujupgsql.event.RelationEventPublisher;
import io.github.jujupgsql.pool.PoolSettings;
import io.github.jujupgsql.pool.PrimarySettings;
import io.github.jujupgsql.pool.PoolSize;
import io.github.jujupgsql.pool.ServerPoolFactory;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.watch.RelationFileException;
import io.github.jujupgsql.watch.RelationFileWatcher;
import io.github.jujupgsql.watch.RelationState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Marks the passwords in every relation and every connection string that there is to test
 * with, and looks for the mark in all that comes out.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecretsTests {

	private static final String MARK = "zq8Marked7";

	/** Shorter passwords are found in other words, too. */
	private static final int FIT_TO_BE_MARKED = 4;

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	private final Set<String> shown = new TreeSet<>();

	@Test
	void noPasswordOfARelationIsLoggedOrShown(CapturedOutput output) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, EndpointAutoConfiguration.class,
					PgsqlEndpointAutoConfiguration.class, PgsqlHealthContributorAutoConfiguration.class))
			.withBean(Listener.class)
			.withPropertyValues("juju.pgsql.relation-file=" + file(), "management.endpoints.web.exposure.include=*")
			.run((context) -> {
				context.getBean(RelationEventPublisher.class).ready();
				RelationFileWatcher watcher = context.getBean(RelationFileWatcher.class);
				for (String relation : relations()) {
					write(relation, watcher::getState);
					show(watcher, context.getBean(PgsqlEndpoint.class));
					this.shown.add(String.valueOf(context.getBean(PgsqlHealthIndicator.class).health()));
				}
				write(unreachable(), watcher::getState);
				await().untilAsserted(() -> assertThat(output).contains("127.0.0.1:1 cannot be the primary yet",
						"127.0.0.2:1 serves no reads"));
				show(watcher, context.getBean(PgsqlEndpoint.class));
				Listener listener = context.getBean(Listener.class);
				await().untilAsserted(() -> assertThat(listener.told).hasSizeGreaterThan(200));
				this.shown.addAll(listener.told);
			});
		assertThat(this.shown).hasSizeGreaterThan(100).noneMatch((text) -> text.contains(MARK));
		assertThat(output).contains("waiting for").doesNotContain(MARK);
	}

	/**
	 * Follows without connecting: the strings lead to anywhere.
	 */
	@Test
	void noPasswordOfAConnectionStringIsLoggedOrShown(CapturedOutput output) throws IOException {
		Listener listener = new Listener();
		PoolSize size = PoolSize.of(1, 0, new HikariConfig());
		try (RelationEventPublisher events = new RelationEventPublisher((event) -> listener.told.add(event.toString()));
				ServerPools pools = new ServerPools(new ServerPoolFactory(HikariConfig::new, ""),
						new PoolSettings(size, size, Duration.ZERO, Duration.ofSeconds(1), true, null,
								new PrimarySettings(Duration.ofSeconds(1), Duration.ofSeconds(30), true, false)));
				RelationFileWatcher watcher = watcher(events)) {
			events.ready();
			watcher.start();
			for (String strings : connectionStrings()) {
				write(strings, watcher::getState);
				show(watcher, new PgsqlEndpoint(new PgsqlTopology(watcher, pools)));
			}
			await().untilAsserted(() -> assertThat(listener.told).hasSizeGreaterThan(200));
		}
		this.shown.addAll(listener.told);
		assertThat(this.shown).hasSizeGreaterThan(100).noneMatch((text) -> text.contains(MARK));
		assertThat(output).contains("the last good relation stays in use", "standby left out").doesNotContain(MARK);
	}

	@Test
	void noPasswordIsInTheExceptionThatStopsTheStart() throws IOException {
		for (String strings : List.of("{\"master\": \"host=h user=u password='" + MARK + "\"}",
				"{\"application-data\": {\"endpoints\": \"h\", \"secret-user\": \"" + MARK + "\"}}")) {
			Files.writeString(file(), strings);
			try (RelationEventPublisher events = new RelationEventPublisher((event) -> {
			}); RelationFileWatcher watcher = watcher(events)) {
				assertThatExceptionOfType(RelationFileException.class).isThrownBy(watcher::start)
					.satisfies((ex) -> assertThat(ex).hasStackTraceContaining(file().toString()))
					.satisfies((ex) -> assertThat(ex.toString()).doesNotContain(MARK))
					.withNoCause();
			}
		}
	}

	private RelationFileWatcher watcher(RelationEventPublisher events) {
		return new RelationFileWatcher(file(), new RelationReader(WantedDatabase.ANY), Duration.ofSeconds(1),
				Duration.ofSeconds(1), Clock.systemUTC(), events::changed);
	}

	private void show(RelationFileWatcher watcher, PgsqlEndpoint endpoint) {
		this.shown.add(watcher.getState().toString());
		this.shown.add(endpoint.pgsql().toString());
	}

	private void write(String content, Supplier<RelationState> state) throws IOException {
		RelationState before = state.get();
		Path beside = Files.writeString(this.folder.resolve("beside"), content);
		Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> state.get() != before);
	}

	private Path file() {
		return this.folder.resolve("relation");
	}

	/**
	 * Each differs from the one before. Nothing listens where they lead to.
	 */
	private static List<String> relations() {
		List<String> relations = new ArrayList<>();
		JsonNode vectors = json("/pgsql-protocol/vectors.json");
		vectors.get("selection").forEach((vector) -> relations.add(marked(vector.get("relation"))));
		vectors.get("sequences").forEach((vector) -> vector.get("steps").forEach((step) -> {
			String relation = marked(step.get("relation"));
			if (!step.get("relation").isNull() && !relation.equals(relations.get(relations.size() - 1))) {
				relations.add(relation);
			}
		}));
		return relations;
	}

	private static String unreachable() {
		String rest = " port=1 user=u password=" + MARK;
		return "{\"master\": \"host=127.0.0.1" + rest + "\", \"standbys\": \"host=127.0.0.2" + rest + "\"}";
	}

	private static String marked(JsonNode relation) {
		return relation.toString().replace("s3cret", MARK).replace("10.0.0.", "127.0.0.").replace("5432", "1");
	}

	/**
	 * Files with the connection strings as standbys, some of them also as master.
	 */
	private static List<String> connectionStrings() {
		List<String> strings = new ArrayList<>();
		json("/libpq/conninfo-vectors.json").forEach((vector) -> strings.addAll(markedStrings(vector)));
		List<String> files = new ArrayList<>();
		for (int i = 0; i < strings.size(); i += 5) {
			var file = JsonMapper.shared().createObjectNode().put("version", i);
			file.put("master", (i % 2 == 0) ? "host=h user=u password=" + MARK : strings.get(i));
			file.set("standbys", JsonMapper.shared().valueToTree(strings.subList(i, Math.min(i + 5, strings.size()))));
			files.add(file.toString());
		}
		return files;
	}

	private static List<String> markedStrings(JsonNode vector) {
		String input = vector.get("input").asString();
		List<String> marked = new ArrayList<>();
		JsonNode password = vector.get("options").get("password");
		if (password != null && password.asString().length() >= FIT_TO_BE_MARKED) {
			marked.add(input.replace(password.asString(), MARK));
		}
		boolean uri = input.startsWith("postgres://") || input.startsWith("postgresql://");
		marked.add(uri ? input.replaceFirst("://", "://u:" + MARK + "@") : "password=" + MARK + " " + input);
		return marked;
	}

	private static JsonNode json(String resource) {
		try (InputStream json = SecretsTests.class.getResourceAsStream(resource)) {
			return JsonMapper.shared().readTree(Objects.requireNonNull(json));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static class Listener {

		final List<String> told = new CopyOnWriteArrayList<>();

		@EventListener
		void told(PgsqlRelationEvent event) {
			this.told.add(event.toString());
		}

		@EventListener
		void told(PrimaryChanged event) {
			this.told.add(event.toString());
		}

	}

}
