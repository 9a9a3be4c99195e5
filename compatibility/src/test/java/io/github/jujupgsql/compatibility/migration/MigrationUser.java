package io.github.jujupgsql.compatibility.migration;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;

import io.github.jujupgsql.test.PgsqlCluster;

/**
 * A user that may create tables, other than the one that the relation names.
 */
final class MigrationUser {

	static final String NAME = "migrator";

	/** As all passwords of tests begin, which none of their output may hold. */
	static final String PASSWORD = "PgsqlTestSecretOfMigrations";

	private MigrationUser() {
	}

	static void create(PgsqlCluster cluster) throws SQLException {
		try (Connection connection = cluster.master().superuserConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" + NAME
					+ "') THEN CREATE ROLE " + NAME + " LOGIN PASSWORD '" + PASSWORD + "'; END IF; END $$");
			statement.execute("GRANT ALL ON SCHEMA public TO " + NAME);
		}
	}

	static String[] with(String[] properties, String... more) {
		return Stream.concat(Stream.of(properties), Stream.of(more)).toArray(String[]::new);
	}

}
