package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.pool.CurrentRoles;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.WrongRoleException;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Opens connections to the primary for a user of the application's own, such as one that
 * may change tables. Each is a new one and ends when it is closed, and is cut off with
 * all others when another server becomes the primary. While there is none, it is waited
 * for as long as for a connection of a pool.
 *
 * @since 0.1.0
 */
public final class OwnUserDataSource extends AbstractDataSource {

	/** Pause before trying a server again that could not be reached or is in recovery. */
	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final RoleView view;

	private final String user;

	private final @Nullable String password;

	/**
	 * Create the DataSource.
	 * @param roles who is the primary
	 * @param connectionTimeout how long opening a connection may take
	 * @param user who connects
	 * @param password that user's password, or {@code null} for none
	 */
	public OwnUserDataSource(CurrentRoles roles, Duration connectionTimeout, String user, @Nullable String password) {
		this.view = new RoleView(roles, PrimaryRole.readWrite(), connectionTimeout);
		this.user = user;
		this.password = password;
	}

	@Override
	public Connection getConnection() throws SQLException {
		Deadline deadline = Deadline.in(this.view.connectionTimeout());
		ServerWait serverWait = new ServerWait(this.view, deadline);
		SQLException before = null;
		while (true) {
			RoleTable table = this.view.table();
			ServerPool primary = table.primary();
			if (primary == null) {
				serverWait.await(table);
				continue;
			}
			try {
				Connection connection = primary.connectAs(this.user, this.password,
						Duration.ofMillis(Math.max(1, deadline.leftMillis())));
				if (this.view.isPlayedBy(primary)) {
					return connection;
				}
				connection.close();
			}
			catch (SQLTransientConnectionException | WrongRoleException ex) {
				if (deadline.isOver()) {
					// the last attempt had no time left to find out why
					if (before != null) {
						ex.addSuppressed(before);
					}
					throw ex;
				}
				before = ex;
				this.view.awaitOtherThan(table, deadline.earlier(Deadline.in(RETRY_NANOS)));
			}
		}
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		throw new SQLFeatureNotSupportedException("The user and the password are set");
	}

	@Override
	public String toString() {
		return "Connections of " + this.user + " to the primary";
	}

}
