package io.github.jujupgsql.campaign;

import java.nio.file.Path;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The master dies or hangs, and a standby takes its place. The system property
 * {@code juju.pgsql.test.rounds} says how many rounds each test has, 2 unless told. What
 * is asserted is in {@link Failovers}.
 */
class MasterFailureTests {

	private static final int ROUNDS = 2;

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.builder().standbys(2).synchronous(true).start();

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	@BeforeEach
	void writeRelation() {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		this.relation.write();
	}

	@Test
	void whenTheMasterIsKilledThenNothingIsLostAndNothingFailsButWhatWasInFlight() throws Exception {
		Failovers.run(cluster, this.relation, ROUNDS, PgsqlServer::crash);
	}

	@Test
	void whenTheMasterHangsThenWhoIsStuckComesBackOnceThereIsANewOne() throws Exception {
		Failovers.run(cluster, this.relation, ROUNDS, PgsqlServer::freeze);
	}

}
