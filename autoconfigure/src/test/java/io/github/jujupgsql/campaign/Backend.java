package io.github.jujupgsql.campaign;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.test.PgsqlServer;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.QueryExecutor;

/**
 * The process of a server that serves a session.
 *
 * @param port the server's port
 * @param pid its {@code pg_backend_pid()}
 * @param user who logged in
 */
record Backend(int port, int pid, String user) {

	/**
	 * As the driver knows it: whatever becomes of the server, this does not fail.
	 */
	static Backend of(Connection connection) throws SQLException {
		QueryExecutor session = connection.unwrap(BaseConnection.class).getQueryExecutor();
		return new Backend(session.getHostSpec().getPort(), session.getBackendPID(), session.getUser());
	}

	/**
	 * As the server knows them.
	 * @param server a server
	 * @return those of the application
	 */
	static Set<Backend> of(PgsqlServer server) throws SQLException {
		Set<Backend> backends = new HashSet<>();
		try (Connection connection = server.superuserConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement
					.executeQuery("SELECT pid, usename FROM pg_stat_activity WHERE starts_with(application_name, '"
							+ FollowingApplication.NAME + "')")) {
			while (result.next()) {
				backends.add(new Backend(server.port(), result.getInt(1), result.getString(2)));
			}
		}
		return backends;
	}

	boolean isOn(PgsqlServer server) {
		return this.port == server.port();
	}

}
