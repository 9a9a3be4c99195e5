package io.github.jujupgsql.campaign;

import java.nio.file.Path;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The master ends in good order, and a standby takes its place; every other time the
 * relation is ahead of the promotion. The system property {@code juju.pgsql.test.rounds}
 * says how many rounds there are, 2 unless told. What is asserted is in
 * {@link Failovers}.
 */
class SwitchoverTests {

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.builder().standbys(2).synchronous(true).start();

	@Test
	void nothingIsLostAndNothingFailsButWhatWasInFlight(@TempDir Path folder) throws Exception {
		RelationFile relation = RelationFile.at(folder.resolve("relation.json"), cluster);
		relation.write();
		Failovers.run(cluster, relation, 2, PgsqlServer::stop);
	}

}
