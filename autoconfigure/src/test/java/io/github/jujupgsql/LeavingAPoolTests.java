package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of the threads that wait in a pool when its server is left, whatever
 * HikariCP is told to do with a connection before it lends it and after it is returned.
 */
@ExtendWith(OutputCaptureExtension.class)
class LeavingAPoolTests {

	private static final String ALWAYS_VALIDATE = "com.zaxxer.hikari.aliveBypassWindowMs";

	private static final String REQUEST_BOUNDARIES = "com.zaxxer.hikari.enableRequestBoundaries";

	private static final int WAITING = 3;

	@AutoClose
	private final StandInServer old = StandInServer.master();

	@AutoClose
	private final StandInServer next = StandInServer.master();

	@BeforeEach
	void haveHikariCallWhatItCan() {
		System.setProperty(ALWAYS_VALIDATE, "0");
		System.setProperty(REQUEST_BOUNDARIES, "true");
	}

	@AfterEach
	void haveHikariCallWhatItDoesByDefault() {
		System.clearProperty(ALWAYS_VALIDATE);
		System.clearProperty(REQUEST_BOUNDARIES);
	}

	static Stream<Named<Consumer<HikariConfig>>> settings() {
		Named<Consumer<HikariConfig>> everything = named("everything", (config) -> {
			config.setConnectionInitSql("SET application_name = 'notes'");
			config.setConnectionTestQuery("SELECT 1");
			config.setSchema("notes");
			config.setCatalog("notes");
			config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
			config.setReadOnly(true);
			config.setKeepaliveTime(30_000);
			config.setLeakDetectionThreshold(30_000);
		});
		Named<Consumer<HikariConfig>> initSql = named("init SQL",
				(config) -> config.setConnectionInitSql("SET application_name = 'notes'"));
		Stream<Named<Consumer<HikariConfig>>> each = Stream.of(named("nothing", (config) -> {
		}), initSql, named("test query", (config) -> config.setConnectionTestQuery("SELECT 1")),
				named("schema", (config) -> config.setSchema("notes")),
				named("catalog", (config) -> config.setCatalog("notes")),
				named("isolation", (config) -> config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ")),
				named("read-only", (config) -> config.setReadOnly(true)), everything);
		return Stream
			.of(each.map((setting) -> with(setting, false, true)),
					Stream.of(with(everything, true, true), with(everything, true, false), with(initSql, false, false)))
			.flatMap((these) -> these);
	}

	private static Named<Consumer<HikariConfig>> named(String name, Consumer<HikariConfig> setting) {
		return Named.of(name, setting);
	}

	private static Named<Consumer<HikariConfig>> with(Named<Consumer<HikariConfig>> setting, boolean autoCommit,
			boolean isolated) {
		return Named.of(setting.getName() + ", auto-commit " + autoCommit + ", isolate-internal-queries " + isolated,
				setting.getPayload().andThen((config) -> {
					config.setAutoCommit(autoCommit);
					config.setIsolateInternalQueries(isolated);
				}));
	}

	@ParameterizedTest
	@MethodSource("settings")
	void allWhoWaitGoOnWithTheNewPrimaryAndTheOldServerHearsOfTheCut(Consumer<HikariConfig> settings,
			CapturedOutput output) throws Exception {
		try (StandInApplication application = StandInApplication.with().primarySize(1, 0).hikari(settings).start()) {
			application.relate(this.old);
			application.awaitPrimary(this.old);
			List<Connection> held = borrowAll(application);
			List<CompletableFuture<String>> waiting = IntStream.range(0, WAITING)
				.mapToObj((i) -> async(() -> ask(application.primary(), "SELECT 42")))
				.toList();
			HikariPoolMXBean state = state(application);
			await().until(() -> state.getThreadsAwaitingConnection() == WAITING);
			application.relate(this.next);
			for (CompletableFuture<String> one : waiting) {
				assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo("42");
			}
			await().atMost(Duration.ofSeconds(5)).until(() -> this.old.sessions() == 0);
			for (Connection connection : held) {
				connection.close();
			}
		}
		assertThat(this.old.statements()).extracting(StandInServer.Statement::sql).doesNotContain("SELECT 42");
		assertThat(output.toString()).doesNotContain(" WARN ", " ERROR ");
	}

	/**
	 * Borrows the one connection, and a second one if HikariCP has opened that before the
	 * pool got its size.
	 */
	private static List<Connection> borrowAll(StandInApplication application) throws SQLException {
		List<Connection> all = new ArrayList<>();
		do {
			all.add(application.primary().getConnection());
		}
		while (state(application).getIdleConnections() > 0);
		return all;
	}

	private static HikariPoolMXBean state(StandInApplication application) {
		return application.roles().primary().getDataSource().getHikariPoolMXBean();
	}

}
