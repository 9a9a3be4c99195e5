package io.github.jujupgsql.sample;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Runs work in a transaction, and asks on the same connection which server that was.
 */
final class Database {

	private static final String SERVER = "SELECT host(inet_server_addr()), inet_server_port()";

	private final JdbcClient jdbc;

	private final TransactionOperations transactions;

	Database(JdbcClient jdbc, TransactionOperations transactions) {
		this.jdbc = jdbc;
		this.transactions = transactions;
	}

	/**
	 * Run the work in a transaction of its own.
	 * @throws UnknownOutcomeException if the commit of what was written went wrong
	 */
	<T> Served<T> call(Function<JdbcClient, T> work) {
		AtomicBoolean committing = new AtomicBoolean();
		try {
			return this.transactions.execute((status) -> {
				Served<T> served = new Served<>(work.apply(this.jdbc), server());
				committing.set(!status.isReadOnly());
				return served;
			});
		}
		catch (DataAccessException | TransactionException ex) {
			if (committing.get()) {
				throw new UnknownOutcomeException(ex);
			}
			throw ex;
		}
	}

	private String server() {
		return this.jdbc.sql(SERVER).query((row, number) -> address(row.getString(1), row.getInt(2))).single();
	}

	private static String address(String host, int port) {
		return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
	}

}
