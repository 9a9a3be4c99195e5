package io.github.jujupgsql;

import java.util.List;
import java.util.stream.Stream;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with a cluster, which the tests of a class share, and its relation file. Each
 * test finds the cluster whole and the file as the cluster is. A subclass with an
 * annotation of its own has another kind of cluster.
 */
@PgsqlClusterTest(standbys = 2)
@SuppressWarnings("NullAway.Init")
public abstract class AbstractClusterTests {

	protected static PgsqlCluster cluster;

	protected static RelationFile relation;

	@BeforeEach
	void writeRelation(PgsqlCluster cluster, RelationFile relation) {
		AbstractClusterTests.cluster = cluster;
		AbstractClusterTests.relation = relation;
		relation.write();
	}

	/**
	 * Make servers run and follow the master that are not meant to do anything else by
	 * the next test.
	 */
	@AfterEach
	protected void makeTheClusterWhole() {
		Stream.concat(cluster.servers().stream(), cluster.formerMasters().stream())
			.filter(PgsqlServer::isRunning)
			.forEach(PgsqlServer::thaw);
		cluster.servers().forEach(PgsqlServer::start);
		List.copyOf(cluster.formerMasters()).forEach(cluster::rejoin);
	}

	/**
	 * Start an application, and wait until it has a primary.
	 */
	protected static FollowingApplication follow(String... properties) {
		FollowingApplication application = FollowingApplication.of(relation).properties(properties).start();
		application.awaitPrimary(cluster.master());
		return application;
	}

	/**
	 * Start an application that has a connection of the primary already.
	 */
	static FollowingApplication followAndBorrow(String... properties) {
		FollowingApplication application = follow(properties);
		assertThat(Sql.serverOf(application.primary())).isEqualTo(cluster.master().address());
		return application;
	}

}
