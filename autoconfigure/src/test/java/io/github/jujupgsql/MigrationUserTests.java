package io.github.jujupgsql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.github.jujupgsql.datasource.OwnUserDataSource;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.FollowingApplication.async;
import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.execute;
import static io.github.jujupgsql.Sql.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests with migrations that have a user of their own ({@code spring.flyway.user},
 * {@code spring.liquibase.user}) and no URL.
 */
@PgsqlClusterTest(standbys = 2)
@ExtendWith(OutputCaptureExtension.class)
class MigrationUserTests extends AbstractClusterTests {

	private static final String PASSWORD = "PgsqlTestSecretOfMigrations";

	private static final String CHANGES = "--liquibase formatted sql\n";

	private static final String CHANGE = "--changeset migrator:%1$d\nCREATE TABLE changed_%1$d (i int);\n";

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@BeforeEach
	void createUser() throws SQLException {
		execute(cluster.master(),
				"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'migrator') THEN"
						+ " CREATE ROLE migrator LOGIN PASSWORD '" + PASSWORD + "'; END IF; END $$",
				"GRANT ALL ON SCHEMA public TO migrator", "DROP TABLE IF EXISTS flyway_schema_history",
				"DROP TABLE IF EXISTS migrated_1", "DROP TABLE IF EXISTS migrated_2");
		cluster.awaitReplayed();
	}

	@Test
	void flywayMigratesAsItsOwnUserOnThePrimaryAlsoAfterAFailover() throws Exception {
		write("V1__first.sql", "CREATE TABLE migrated_1 (i int);");
		try (FollowingApplication application = flyway("spring.flyway.password=" + PASSWORD)) {
			assertThat(ownerOf("migrated_1")).isEqualTo("migrator");
			assertThat(ask(application.primary(), "SELECT current_user")).isEqualTo(cluster.user());

			PgsqlServer promoted = failOver();
			write("V2__second.sql", "CREATE TABLE migrated_2 (i int);");
			Flyway flyway = application.bean(Flyway.class);
			assertThat(flyway.migrate().migrationsExecuted).isEqualTo(1);
			assertThat(ask(promoted, "SELECT count(*) FROM flyway_schema_history WHERE success")).isEqualTo("2");
			assertThat(ownerOf("migrated_2")).isEqualTo("migrator");
		}
	}

	@Test
	void liquibaseChangesAsItsOwnUserOnThePrimaryAlsoAfterAFailover() throws Exception {
		Path log = write("changes.sql", CHANGES + CHANGE.formatted(1));
		try (FollowingApplication application = FollowingApplication.of(relation)
			.autoConfigurations(LiquibaseAutoConfiguration.class)
			.properties("spring.liquibase.user=migrator", "spring.liquibase.password=" + PASSWORD,
					"spring.liquibase.change-log=" + log.toUri())
			.start()) {
			assertThat(ownerOf("changed_1")).isEqualTo("migrator");

			PgsqlServer promoted = failOver();
			Files.writeString(log, CHANGES + CHANGE.formatted(1) + CHANGE.formatted(2));
			application.bean(SpringLiquibase.class).afterPropertiesSet();
			assertThat(ask(promoted, "SELECT count(*) FROM databasechangelog")).isEqualTo("2");
			assertThat(ownerOf("changed_2")).isEqualTo("migrator");
		}
	}

	@Test
	void whenThereIsNoMasterYetTheMigrationWaitsForOne() throws Exception {
		write("V1__first.sql", "CREATE TABLE migrated_1 (i int);");
		relation.write(null, cluster.standbys());
		CompletableFuture<FollowingApplication> starting = async(() -> flyway("spring.flyway.password=" + PASSWORD));
		await().untilAsserted(() -> assertThat(sessionsOnStandbys()).isPositive());
		assertThat(starting).isNotDone();
		relation.write();
		try (FollowingApplication application = starting.get(60, TimeUnit.SECONDS)) {
			assertThat(ownerOf("migrated_1")).isEqualTo("migrator");
		}
	}

	@Test
	void whenAnotherServerIsThePrimaryAConnectionToTheFormerOneIsCutOff() throws Exception {
		try (FollowingApplication application = flyway("spring.flyway.password=" + PASSWORD)) {
			DataSource migrations = application.bean(OwnUserDataSource.class);
			PgsqlServer former = cluster.master();
			try (Connection connection = migrations.getConnection()) {
				assertThat(ask(connection, "SELECT current_user")).isEqualTo("migrator");
				cluster.promote(cluster.standbys().get(0));
				relation.write();
				application.awaitPrimary(cluster.master());
				assertThat(former.isRunning()).isTrue();
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> execute(connection, "CREATE TABLE lost (i int)"));
			}
			assertThat(serverOf(migrations)).isEqualTo(cluster.master().address());
		}
	}

	@Test
	void whenThePasswordOfTheRelationIsRotatedAMigrationGoesOn() throws Exception {
		try (FollowingApplication application = flyway("spring.flyway.password=" + PASSWORD)) {
			try (Connection connection = application.bean(OwnUserDataSource.class).getConnection()) {
				cluster.rotatePassword();
				relation.write();
				await().untilAsserted(() -> assertThat(application.bean(ServerPools.class).getDraining()).isNotEmpty());
				assertThat(ask(connection, "SELECT current_user")).isEqualTo("migrator");
			}
			await().untilAsserted(() -> assertThat(application.bean(ServerPools.class).getDraining()).isEmpty());
		}
	}

	@Test
	void aWrongPasswordFailsTheStartAtOnceAndIsNotTold(CapturedOutput output) throws Exception {
		write("V1__first.sql", "SELECT 1;");
		Throwable fault = catchThrowable(() -> flyway("spring.flyway.password=PgsqlTestSecretThatIsWrong").close());
		assertThat(fault).rootCause().hasMessageContaining("password authentication failed for user \"migrator\"");
		assertThat(fault).hasStackTraceContaining("migrator");
		assertThat(output).doesNotContain("PgsqlTestSecret");
		for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
			assertThat(String.valueOf(cause.getMessage())).doesNotContain("PgsqlTestSecret");
		}
	}

	private FollowingApplication flyway(String... properties) {
		return FollowingApplication.of(relation)
			.autoConfigurations(FlywayAutoConfiguration.class)
			.properties("spring.flyway.user=migrator", "spring.flyway.locations=filesystem:" + this.folder)
			.properties(properties)
			.start();
	}

	private Path write(String file, String content) {
		try {
			return Files.writeString(this.folder.resolve(file), content);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The file goes on to say what was before.
	 */
	private static PgsqlServer failOver() {
		cluster.awaitReplayed();
		cluster.master().crash();
		return cluster.promote(cluster.mostAdvancedStandby());
	}

	private static String ownerOf(String table) throws SQLException {
		return ask(cluster.master(), "SELECT tableowner FROM pg_tables WHERE tablename = '" + table + "'");
	}

	private static int sessionsOnStandbys() throws SQLException {
		int sessions = 0;
		for (PgsqlServer standby : cluster.standbys()) {
			sessions += Sql.sessions(standby);
		}
		return sessions;
	}

}
