package io.github.jujupgsql.compatibility;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests in whose middle the master dies, and a standby is promoted. All tests of a JVM
 * share a cluster, in which a commit waits for a standby, so that the one that is
 * promoted has whatever was acknowledged. Each finds it whole, and its schema empty.
 */
public abstract class AbstractFailoverTests {

	protected static final PgsqlCluster cluster = PgsqlCluster.builder().standbys(2).synchronous(true).start();

	protected static final RelationFile relation = RelationFile.of(cluster);

	@BeforeEach
	void writeRelation() {
		relation.write();
	}

	@AfterEach
	void makeTheClusterWhole() throws SQLException {
		cluster.servers().forEach(PgsqlServer::start);
		List.copyOf(cluster.formerMasters()).forEach(cluster::rejoin);
		execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
				"GRANT USAGE ON SCHEMA public TO public");
	}

	/**
	 * Start an application that follows the relation.
	 * @param application its configuration
	 * @param properties more of its properties
	 * @return the application, to be closed
	 */
	protected static Application start(Class<?> application, String... properties) {
		return Application.start(relation, application, properties);
	}

	/**
	 * Kill the master and promote a standby. The relation file goes on to name the former
	 * one.
	 * @return the server that has been promoted
	 */
	protected static PgsqlServer failOver() {
		cluster.master().crash();
		return cluster.promote(cluster.mostAdvancedStandby());
	}

	/**
	 * Kill the master, promote a standby, and have the relation file say so.
	 * @return the server that has been promoted
	 */
	protected static PgsqlServer failOverAndTell() {
		PgsqlServer promoted = failOver();
		relation.write();
		return promoted;
	}

	/**
	 * Ask a server for one value.
	 * @return the value as text
	 */
	protected static String ask(PgsqlServer server, String query) throws SQLException {
		try (Connection connection = server.superuserConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery(query)) {
			result.next();
			return String.valueOf(result.getString(1));
		}
	}

	/**
	 * Execute statements on the master, as superuser.
	 */
	protected static void execute(String... statements) throws SQLException {
		try (Connection connection = cluster.master().superuserConnection();
				Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

}
