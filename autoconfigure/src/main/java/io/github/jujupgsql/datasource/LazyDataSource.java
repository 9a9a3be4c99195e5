package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/**
 * Borrows a connection when the first statement asks for it. Borrows none to find out
 * what connections are like, so that code that needs no connection does not wait for a
 * primary.
 *
 * @since 0.1.0
 */
public class LazyDataSource extends LazyConnectionDataSourceProxy {

	/**
	 * Create the DataSource.
	 * @param primary where to borrow
	 * @param autoCommit whether connections of the pools commit by themselves
	 * @param transactionIsolation the isolation of the pools' connections, or
	 * {@code null} if the server's own, which is asked when the application wants to know
	 */
	public LazyDataSource(DataSource primary, boolean autoCommit, @Nullable Integer transactionIsolation) {
		super(primary);
		setDefaultAutoCommit(autoCommit);
		if (transactionIsolation != null) {
			setDefaultTransactionIsolation(transactionIsolation);
		}
	}

	@Override
	public void checkDefaultConnectionProperties() {
		// would borrow a connection, again and again while there is no primary
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		return obtainTargetDataSource().getConnection(username, password);
	}

}
