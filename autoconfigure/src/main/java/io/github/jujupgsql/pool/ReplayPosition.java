package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How far a standby has come with what the primary has written. Positions in the
 * write-ahead log are counted in bytes from its beginning.
 *
 * @param position up to where it has replayed
 * @param caughtUp whether that is all that it has received
 * @param age how long ago the last transaction was committed that it has replayed, by its
 * own clock, or {@code null} if it has replayed none since it was started
 */
record ReplayPosition(long position, boolean caughtUp, @Nullable Duration age) {

	private static final String WRITTEN = """
			SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::pg_catalog.int8""";

	private static final String REPLAYED = """
			SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_replay_lsn(), '0/0')::pg_catalog.int8,
			pg_catalog.pg_last_wal_replay_lsn() OPERATOR(pg_catalog.=) pg_catalog.pg_last_wal_receive_lsn(),
			(1000 OPERATOR(pg_catalog.*) extract(epoch FROM pg_catalog.clock_timestamp()
			OPERATOR(pg_catalog.-) pg_catalog.pg_last_xact_replay_timestamp()))::pg_catalog.int8""";

	/**
	 * Ask the primary how far it has written.
	 * @param connection a connection to it
	 * @return the position
	 * @throws SQLException if it does not say
	 */
	static long written(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(WRITTEN)) {
			result.next();
			return result.getLong(1);
		}
	}

	/**
	 * Ask a standby how far it has replayed.
	 * @param connection a connection to it
	 * @return what it says
	 * @throws SQLException if it does not say
	 */
	static ReplayPosition of(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(REPLAYED)) {
			result.next();
			Long age = result.getObject(3, Long.class);
			return new ReplayPosition(result.getLong(1), result.getBoolean(2),
					(age != null) ? Duration.ofMillis(age) : null);
		}
	}

}
