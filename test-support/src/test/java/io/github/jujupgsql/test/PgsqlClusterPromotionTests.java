package io.github.jujupgsql.test;

import java.sql.Connection;
import java.sql.SQLException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link PgsqlCluster} whose master changes.
 */
class PgsqlClusterPromotionTests {

	@Test
	void sessionsOnThePromotedStandbyStay() throws SQLException {
		try (PgsqlCluster cluster = PgsqlCluster.start(2)) {
			PgsqlServer former = cluster.master();
			PgsqlServer promoted = cluster.standbys().get(0);
			PgsqlServer other = cluster.standbys().get(1);
			Sql.execute(former, "CREATE TABLE note (text text)");
			cluster.awaitReplayed();
			try (Connection session = promoted.connection(); Connection reader = other.connection()) {
				String pid = Sql.ask(session, "SELECT pg_backend_pid()");
				assertThat(cluster.promote(promoted)).isSameAs(promoted);
				Sql.execute(session, "INSERT INTO note VALUES ('after')");
				assertThat(Sql.ask(session, "SELECT pg_backend_pid()")).isEqualTo(pid);
				assertThat(cluster.master()).isSameAs(promoted);
				assertThat(cluster.standbys()).containsExactly(other);
				assertThat(cluster.formerMasters()).containsExactly(former);
				cluster.awaitStreaming();
				cluster.awaitReplayed();
				assertThat(Sql.ask(reader, "SELECT text FROM note")).isEqualTo("after");
			}
			Sql.execute(former, "INSERT INTO note VALUES ('split brain')");
			assertThatIllegalArgumentException().isThrownBy(() -> cluster.rejoin(promoted));
			cluster.rejoin(former);
			assertThat(cluster.servers()).containsExactly(promoted, other, former);
			assertThat(cluster.formerMasters()).isEmpty();
			assertThat(former.isInRecovery()).isTrue();
			assertThat(Sql.ask(former, "SELECT text FROM note")).isEqualTo("after");
			cluster.promote(former);
			cluster.awaitStreaming();
			assertThat(cluster.standbys()).containsExactly(other);
		}
	}

	@Test
	@DisabledOnOs(OS.WINDOWS)
	void standbyThatIsAheadIsMadeAnew() throws SQLException {
		try (PgsqlCluster cluster = PgsqlCluster.start(2)) {
			PgsqlServer former = cluster.master();
			PgsqlServer behind = cluster.standbys().get(0);
			PgsqlServer ahead = cluster.standbys().get(1);
			Sql.execute(former, "CREATE TABLE note (text text)");
			behind.freeze();
			// more than fits into the buffers between them
			Sql.execute(former, "INSERT INTO note SELECT repeat('x', 1000) FROM generate_series(1, 30000)");
			Lsn lost = former.replayedLsn();
			Await.until(cluster.home(), () -> "Not received", () -> ahead.recovery().receivedLsn().hasReached(lost));
			former.crash();
			behind.thaw();
			assertThat(cluster.mostAdvancedStandby()).isSameAs(ahead);
			cluster.promote(behind);
			cluster.awaitStreaming();
			Sql.execute(behind, "INSERT INTO note VALUES ('after')");
			cluster.awaitReplayed();
			assertThat(Sql.ask(ahead, "SELECT string_agg(text, ',') FROM note")).isEqualTo("after");
		}
	}

	@Test
	void synchronousClusterGoesOnWithoutStandbys() throws SQLException {
		try (PgsqlCluster cluster = PgsqlCluster.builder().standbys(1).synchronous(true).start()) {
			PgsqlServer former = cluster.master();
			Sql.execute(former, "CREATE TABLE note (text text)");
			assertThat(syncStates(cluster)).isEqualTo("quorum");
			former.crash();
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			Sql.execute(promoted, "INSERT INTO note VALUES ('alone')");
			cluster.rejoin(former);
			assertThat(syncStates(cluster)).isEqualTo("quorum");
			Sql.execute(promoted, "INSERT INTO note VALUES ('safe')");
			cluster.removeStandby(former);
			Sql.execute(promoted, "INSERT INTO note VALUES ('alone again')");
			cluster.addStandby();
			assertThat(syncStates(cluster)).isEqualTo("quorum");
			promoted.crash();
			promoted.start();
			assertThat(Sql.ask(promoted, "SELECT count(*) FROM note")).isEqualTo("3");
		}
	}

	private static String syncStates(PgsqlCluster cluster) throws SQLException {
		return cluster.master().connections().ask("SELECT string_agg(sync_state, ',') FROM pg_stat_replication");
	}

}
