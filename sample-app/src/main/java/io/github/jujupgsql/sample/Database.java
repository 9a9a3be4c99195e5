package io.github.jujupgsql.sample;

import java.util.function.Function;

import org.springframework.jdbc.core.simple.JdbcClient;
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
	 */
	<T> Served<T> call(Function<JdbcClient, T> work) {
		return this.transactions.execute((status) -> new Served<>(work.apply(this.jdbc), server()));
	}

	private String server() {
		return this.jdbc.sql(SERVER).query((row, number) -> address(row.getString(1), row.getInt(2))).single();
	}

	private static String address(String host, int port) {
		return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
	}

}
