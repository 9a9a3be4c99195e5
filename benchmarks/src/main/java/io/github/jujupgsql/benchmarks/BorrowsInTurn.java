package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.test.PgsqlCluster;

/**
 * What borrowing and returning a connection costs, as a multiple of what it costs by
 * HikariCP alone a few milliseconds before or after.
 *
 * <pre class="code">
 * mvn -pl benchmarks -am compile exec:exec@borrowing
 * </pre>
 *
 * JMH measures one after the other, in JVMs of their own and seconds apart; where other
 * machines share the processors, what a borrow costs changes by a third from one second
 * to the next. What differs from one compilation to the next stays: run it a few times.
 */
public final class BorrowsInTurn {

	private static final int BORROWS = 10_000;

	private static final int WARM_UPS = 600;

	private static final int TURNS = 2_400;

	private final DataSource hikari;

	private final DataSource primary;

	private final DataSource replica;

	private final boolean statement;

	private BorrowsInTurn(DataSource hikari, DataSources dataSources, boolean statement) {
		this.hikari = hikari;
		this.primary = dataSources.primary();
		this.replica = dataSources.replica();
		this.statement = statement;
	}

	/**
	 * Run it, and print a line for connections on which nothing is done, and one for
	 * those of which one statement is made, and closed.
	 * @param arguments none
	 * @throws SQLException if a connection cannot be borrowed
	 */
	public static void main(String[] arguments) throws SQLException {
		try (PgsqlCluster cluster = PgsqlCluster.start(2);
				HikariDataSource hikari = Benchmarks.hikariAlone(cluster);
				DataSources dataSources = new DataSources(cluster, false)) {
			System.out.println("nothing is done:     " + new BorrowsInTurn(hikari, dataSources, false).compare());
			System.out.println("a statement is made: " + new BorrowsInTurn(hikari, dataSources, true).compare());
		}
	}

	private String compare() throws SQLException {
		List<Double> alone = new ArrayList<>();
		List<Double> primaries = new ArrayList<>();
		List<Double> replicas = new ArrayList<>();
		for (int turn = -WARM_UPS; turn < TURNS; turn++) {
			double primary = primary();
			// between the two, so that both have it beside them
			double peer = hikariAlone();
			double replica = replica();
			if (turn >= 0) {
				alone.add(peer);
				primaries.add(primary / peer);
				replicas.add(replica / peer);
			}
		}
		return String.format(Locale.ROOT, "HikariCP alone %.0f ns, dataSource %.3f x, replicaDataSource %.3f x",
				median(alone), median(primaries), median(replicas));
	}

	private static double median(List<Double> values) {
		return values.stream()
			.mapToDouble(Double::doubleValue)
			.sorted()
			.skip(values.size() / 2)
			.findFirst()
			.orElseThrow();
	}

	/*
	 * Three times the same, because the compiler goes by what it has seen in a loop: one
	 * that has met three DataSources inlines none of them.
	 */

	private double hikariAlone() throws SQLException {
		long start = System.nanoTime();
		for (int i = 0; i < BORROWS; i++) {
			try (Connection connection = this.hikari.getConnection()) {
				use(connection);
			}
		}
		return perBorrow(start);
	}

	private double primary() throws SQLException {
		long start = System.nanoTime();
		for (int i = 0; i < BORROWS; i++) {
			try (Connection connection = this.primary.getConnection()) {
				use(connection);
			}
		}
		return perBorrow(start);
	}

	private double replica() throws SQLException {
		long start = System.nanoTime();
		for (int i = 0; i < BORROWS; i++) {
			try (Connection connection = this.replica.getConnection()) {
				use(connection);
			}
		}
		return perBorrow(start);
	}

	private void use(Connection connection) throws SQLException {
		if (this.statement) {
			connection.createStatement().close();
		}
	}

	private static double perBorrow(long start) {
		return (System.nanoTime() - start) / (double) BORROWS;
	}

}
