package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Lends connections that are the replicas' while they are read-only, as Spring's
 * transaction managers make them for a read-only transaction, and the primary's
 * otherwise. Borrows when the first statement asks for it, for only then is it known
 * which.
 *
 * @since 0.1.0
 */
public final class RoutingDataSource extends LazyDataSource {

	/**
	 * Create the DataSource.
	 * @param primary where to borrow
	 * @param replicas where to borrow for reads
	 * @param autoCommit whether connections of the pools commit by themselves
	 * @param transactionIsolation the isolation of the pools' connections, or
	 * {@code null} if the server's own
	 */
	public RoutingDataSource(DataSource primary, DataSource replicas, boolean autoCommit,
			@Nullable Integer transactionIsolation) {
		super(primary, autoCommit, transactionIsolation);
		setReadOnlyDataSource(replicas);
	}

	@Override
	public Connection getConnection() throws SQLException {
		return RoutedConnection.of(this);
	}

	boolean knowsTransactionIsolation() {
		return defaultTransactionIsolation() != null;
	}

	/**
	 * Lend a connection that stays with the server it has been borrowed from.
	 * @return a connection that has not been borrowed yet
	 * @throws SQLException never in fact
	 */
	Connection getLazyConnection() throws SQLException {
		return super.getConnection();
	}

}
