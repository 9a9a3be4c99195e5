package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which server a read in a scope goes to, by what has been written how.
 */
class OwnWritesTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final String INSERT = "INSERT INTO notes VALUES (1)";

	private static final String READ = "SELECT 'read'";

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().fallbackToPrimary(false).start();

	private final DataSource primary = new PrimaryDataSource(this.application.pools().getRoles(), TIMEOUT, true);

	private final DataSource replicas = new ReplicaDataSource(this.application.pools().getRoles(), TIMEOUT,
			LoadBalancing.LEAST_BUSY, false, Duration.ofMillis(10));

	@BeforeEach
	void theStandbyIsBehind() {
		this.master.answer((sql) -> (sql.contains("pg_current_wal_insert_lsn") && !StandInServer.isRoleQuestion(sql))
				? List.of("500") : null);
		this.standby.answer((sql) -> (sql.contains("pg_last_wal_replay_lsn") && !StandInServer.isRoleQuestion(sql))
				? List.of("100") : null);
	}

	@Test
	void whatIsWrittenThroughTheDriversConnectionCounts() throws SQLException {
		this.application.relate(this.master, this.standby);
		this.application.awaitPrimary(this.master);
		this.application.awaitReplicas(this.standby);
		try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			assertThat(scope).isNotNull();
			try (Connection connection = this.primary.getConnection()) {
				execute((Connection) connection.unwrap(PGConnection.class), INSERT);
			}
			ask(this.replicas, READ);
		}
		assertThat(this.master.statements()).extracting(StandInServer.Statement::sql).contains(INSERT, READ);
	}

	@Test
	void whatIsReadWithoutAWriteGoesToTheStandby() throws SQLException {
		this.application.relate(this.master, this.standby);
		this.application.awaitPrimary(this.master);
		this.application.awaitReplicas(this.standby);
		try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			assertThat(scope).isNotNull();
			ask(this.replicas, READ);
		}
		assertThat(this.standby.statements()).extracting(StandInServer.Statement::sql).contains(READ);
	}

	@Test
	void whileThereIsNoStandbyThenReadsOfWhatWasWrittenGoToThePrimaryWhateverFallbackSays() throws SQLException {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			assertThat(scope).isNotNull();
			try (Connection connection = this.primary.getConnection()) {
				execute(connection, INSERT);
			}
			ask(this.replicas, READ);
		}
		assertThat(this.master.statements()).extracting(StandInServer.Statement::sql).contains(READ);
	}

	@Test
	void whenTheLastStandbyLeavesThenReadsThatWaitForItGoToThePrimary() throws Exception {
		this.application.relate(this.master, this.standby);
		this.application.awaitPrimary(this.master);
		this.application.awaitReplicas(this.standby);
		ServerPool pool = this.application.roles().replicas().get(0);
		assertThat(pool.getDataSource()).isNotNull();
		List<Connection> all = new ArrayList<>();
		for (int i = 0; i < pool.getDataSource().getMaximumPoolSize(); i++) {
			all.add(this.application.replica().getConnection());
		}
		CompletableFuture<String> read = CompletableFuture.supplyAsync(this::readOwnWrite);
		await().until(pool::hasQueue);
		this.application.relate(this.master);
		assertThat(read).succeedsWithin(4, TimeUnit.SECONDS);
		for (Connection connection : all) {
			connection.close();
		}
		assertThat(this.master.statements()).extracting(StandInServer.Statement::sql).contains(READ);
	}

	private String readOwnWrite() {
		try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			assertThat(scope).isNotNull();
			try (Connection connection = this.primary.getConnection()) {
				execute(connection, INSERT);
			}
			return ask(this.replicas, READ);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
