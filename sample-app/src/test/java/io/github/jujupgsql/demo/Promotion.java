package io.github.jujupgsql.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;

/**
 * A standby that has become the master.
 *
 * @param server the server
 * @param timeline the timeline that it has begun
 * @param at when it left recovery, in milliseconds of the epoch
 */
record Promotion(PgsqlServer server, int timeline, long at) {

	/**
	 * Promote the standby that has received the most, and ask it all the time whether it
	 * is still in recovery: {@link PgsqlCluster#promote} returns later than that.
	 */
	static Promotion of(PgsqlCluster cluster) {
		PgsqlServer standby = cluster.mostAdvancedStandby();
		try (Connection connection = standby.superuserConnection();
				Statement statement = connection.createStatement()) {
			CompletableFuture<Promotion> watched = CompletableFuture.supplyAsync(() -> await(standby, statement));
			cluster.promote(standby);
			return watched.join();
		}
		catch (SQLException ex) {
			throw new IllegalStateException("%s cannot be watched: %s".formatted(standby, ex.getMessage()), ex);
		}
	}

	private static Promotion await(PgsqlServer standby, Statement statement) {
		try {
			while (ask(statement, "SELECT pg_is_in_recovery()").equals("t")) {
				// it is asked again as soon as it has answered
			}
			long at = System.currentTimeMillis();
			String segment = ask(statement, "SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
			return new Promotion(standby, Integer.parseInt(segment.substring(0, 8), 16), at);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("%s does not say what it is: %s".formatted(standby, ex.getMessage()), ex);
		}
	}

	private static String ask(Statement statement, String question) throws SQLException {
		try (ResultSet answer = statement.executeQuery(question)) {
			answer.next();
			return answer.getString(1);
		}
	}

}
