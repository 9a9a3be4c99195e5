package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import io.github.jujupgsql.dao.LostConnectionException;
import io.github.jujupgsql.dao.PgsqlExceptionTranslator;
import io.github.jujupgsql.dao.UnknownOutcomeException;
import io.github.jujupgsql.pool.ConnectionFault;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What an application is told when a connection fails under it: which server it was, what
 * has been done to that, and whether what was being done may have been carried out.
 */
@PgsqlClusterTest
@SuppressWarnings("NullAway.Init")
class ConnectionFaultTests extends AbstractClusterTests {

	private static final String DIE = "pg_terminate_backend(pg_backend_pid())";

	private FollowingApplication application;

	private JdbcTemplate jdbc;

	private TransactionTemplate transactions;

	@BeforeEach
	void start() throws SQLException {
		execute(cluster.master(), "DROP TABLE IF EXISTS note", "CREATE TABLE note (text text PRIMARY KEY)",
				"GRANT ALL ON note TO PUBLIC");
		cluster.awaitReplayed();
		this.application = FollowingApplication.of(relation)
			.autoConfigurations(JdbcTemplateAutoConfiguration.class,
					DataSourceTransactionManagerAutoConfiguration.class)
			.start();
		this.application.awaitPrimary(cluster.master());
		this.application.awaitReplicas(cluster.standbys());
		this.jdbc = this.application.bean(JdbcTemplate.class);
		this.transactions = new TransactionTemplate(this.application.bean(PlatformTransactionManager.class));
	}

	@AfterEach
	void close() {
		this.application.close();
	}

	@Test
	void aTransactionWhoseConnectionIsLostHasLeftNothingBehindAndMayBeRepeated() {
		TransientDataAccessException lost = catchThrowableOfType(TransientDataAccessException.class,
				() -> inTransaction(() -> this.jdbc.queryForObject("SELECT " + DIE, Boolean.class)));
		assertThat(lost).isInstanceOf(LostConnectionException.class)
			.hasMessageContaining(cluster.master().address() + " was the primary since ")
			.hasMessageContaining("; the relation calls it the master. Nothing of what was being done is left");
		inTransaction(() -> this.jdbc.update("INSERT INTO note VALUES ('again')"));
		assertThat(notes()).isEqualTo("again");
	}

	@Test
	void aStatementOutsideTransactionsWhoseConnectionIsLostMayHaveBeenCarriedOut() {
		assertThatExceptionOfType(UnknownOutcomeException.class)
			.isThrownBy(() -> this.jdbc.queryForObject("SELECT " + DIE, Boolean.class))
			.withMessageEndingWith("What was being done may have been carried out");
	}

	@Test
	void aCommitWhoseConnectionIsLostMayHaveBeenCarriedOut() throws SQLException {
		dieInCommit();
		UnknownOutcomeException unknown = catchThrowableOfType(UnknownOutcomeException.class,
				() -> inTransaction(() -> this.jdbc.update("INSERT INTO note VALUES ('perhaps')")));
		assertThat(unknown).rootCause().hasMessageContaining("terminating connection");
		assertThat(unknown.getCause()).extracting("SQLState").isEqualTo("08007");
	}

	@Test
	void switchingBackToAutoCommitCommitsAsWell() throws SQLException {
		dieInCommit();
		try (Connection connection = this.application.primary().getConnection()) {
			connection.setAutoCommit(false);
			execute(connection, "INSERT INTO note VALUES ('perhaps')");
			assertOutcomeUnknown(catchThrowable(() -> connection.setAutoCommit(true)), true);
		}
	}

	@Test
	void aReadOnAReplicaHasLeftNothingBehindAlsoOutsideTransactions() {
		JdbcTemplate replicas = new JdbcTemplate(this.application.replica());
		replicas.setExceptionTranslator(new PgsqlExceptionTranslator());
		assertThatExceptionOfType(LostConnectionException.class)
			.isThrownBy(() -> replicas.queryForObject("SELECT " + DIE, Boolean.class))
			.withMessageContaining(" was a replica; the relation calls it a standby. Nothing");
	}

	@Test
	void aReadOnAReplicaMayBeRepeatedAlsoIfItIsLostInItsCommit() throws SQLException {
		try (Connection connection = this.application.replica().getConnection()) {
			connection.setAutoCommit(false);
			terminate(connection);
			assertOutcomeUnknown(catchThrowable(connection::commit), false);
		}
		try (Connection connection = this.application.primary().getConnection()) {
			connection.setAutoCommit(false);
			terminate(connection);
			assertOutcomeUnknown(catchThrowable(connection::commit), true);
		}
	}

	@Test
	void aReadThatThePrimaryServesForTheReplicasHasLeftNothingBehindEither() throws SQLException {
		relation.write(cluster.master(), List.of());
		this.application.awaitReplicas(List.of());
		try (Connection connection = this.application.replica().getConnection()) {
			assertOutcomeUnknown(catchThrowable(() -> ask(connection, "SELECT " + DIE)), false);
		}
		try (Connection connection = this.application.primary().getConnection()) {
			assertOutcomeUnknown(catchThrowable(() -> ask(connection, "SELECT " + DIE)), true);
		}
	}

	@Test
	void whenAnotherServerIsPromotedWhoIsCutOffIsToldWhenAndWhy() throws SQLException {
		try (Connection statement = begun("a"); Connection commit = begun("b")) {
			PgsqlServer former = cluster.master();
			PgsqlServer promoted = promote();
			for (Throwable fault : new Throwable[] { catchThrowable(() -> ask(statement, "SELECT 1")),
					catchThrowable(commit::commit) }) {
				assertOutcomeUnknown(fault, false);
				assertThat(ConnectionFault.find(fault)).message()
					.startsWith(former.address() + " was the primary since ")
					.containsPattern(
							"; the relation does not name it any more; it was cut off [0-9]+ ms ago: the relation calls "
									+ promoted.address() + " the master\\. Nothing");
			}
		}
		assertThat(notes()).isEmpty();
	}

	@Test
	void aServerThatHasBecomeAStandbyLeavesNothingBehindWhenItRefusesToWrite() throws SQLException {
		try (Connection connection = this.application.primary().getConnection()) {
			// as if it had been demoted
			execute(connection, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
			Throwable refused = catchThrowable(() -> execute(connection, "INSERT INTO note VALUES ('refused')"));
			assertOutcomeUnknown(refused, false);
			assertThat(ConnectionFault.find(refused)).hasMessageContaining("refuses to write, as a standby does");
		}
	}

	@Test
	void aWriteThatTheApplicationItselfHasForbiddenIsNoFaultOfTheConnection() throws SQLException {
		try (Connection connection = this.application.primary().getConnection()) {
			connection.setReadOnly(true);
			connection.setAutoCommit(false);
			Throwable refused = catchThrowable(() -> execute(connection, "INSERT INTO note VALUES ('refused')"));
			assertThat(refused).isInstanceOf(SQLException.class);
			assertThat(ConnectionFault.find(refused)).isNull();
		}
	}

	@Test
	void whatHasNothingToDoWithTheConnectionIsTranslatedAsEver() {
		this.jdbc.update("INSERT INTO note VALUES ('twice')");
		assertThatExceptionOfType(DuplicateKeyException.class)
			.isThrownBy(() -> this.jdbc.update("INSERT INTO note VALUES ('twice')"));
	}

	@Test
	void aNoteOfAFailureHoldsNoPassword() {
		DataAccessException lost = catchThrowableOfType(DataAccessException.class,
				() -> this.jdbc.queryForObject("SELECT " + DIE, Boolean.class));
		assertThat(lost).message().doesNotContain(cluster.password());
	}

	private static void terminate(Connection connection) throws SQLException {
		String backend = ask(connection, "SELECT pg_backend_pid()");
		String port = ask(connection, "SELECT inet_server_port()");
		PgsqlServer server = cluster.servers()
			.stream()
			.filter((other) -> port.equals(String.valueOf(other.port())))
			.findFirst()
			.orElseThrow();
		ask(server, "SELECT pg_terminate_backend(" + backend + ", 10000)");
	}

	private PgsqlServer promote() {
		PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
		relation.write();
		this.application.awaitPrimary(promoted);
		return promoted;
	}

	private Connection begun(String text) throws SQLException {
		Connection connection = this.application.primary().getConnection();
		connection.setAutoCommit(false);
		execute(connection, "INSERT INTO note VALUES ('" + text + "')");
		return connection;
	}

	private static void dieInCommit() throws SQLException {
		execute(cluster.master(),
				"CREATE OR REPLACE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + "PERFORM " + DIE
						+ "; RETURN NULL; END $$",
				"CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED"
						+ " FOR EACH ROW EXECUTE FUNCTION die()");
	}

	private static void assertOutcomeUnknown(@Nullable Throwable fault, boolean unknown) {
		assertThat(fault).isInstanceOf(SQLException.class);
		ConnectionFault found = ConnectionFault.find(Objects.requireNonNull(fault));
		assertThat(found).isNotNull().extracting(ConnectionFault::isOutcomeUnknown).isEqualTo(unknown);
	}

	private <T> T inTransaction(Supplier<T> work) {
		return this.transactions.execute((status) -> work.get());
	}

	private String notes() {
		return String.join(",", this.jdbc.queryForList("SELECT text FROM note ORDER BY text", String.class));
	}

}
