package io.github.jujupgsql.sample;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whatever becomes of the servers, no request fails, and each note is stored once. The
 * system property {@code juju.pgsql.test.rounds} says how many rounds there are, 1 unless
 * told.
 */
@PgsqlClusterTest(standbys = 2)
@SuppressWarnings("NullAway.Init")
class SampleUnderLoadIntegrationTests {

	private static final Logger log = LoggerFactory.getLogger(SampleUnderLoadIntegrationTests.class);

	private PgsqlCluster cluster;

	private RelationFile file;

	private NotesService service;

	@BeforeEach
	void start(PgsqlCluster cluster, RelationFile file) {
		this.cluster = cluster;
		this.file = file;
		// what is acknowledged is on a standby, and so on the next primary
		cluster.synchronous(true);
		this.service = NotesService.follow(file, "--spring.datasource.hikari.maximum-pool-size=4");
	}

	@AfterEach
	void stop() {
		this.service.close();
		this.cluster.synchronous(false);
	}

	@Test
	void noRequestFailsAndEachNoteIsThereOnce() throws Exception {
		try (NotesLoad load = new NotesLoad(this.service)) {
			load.awaitProgress();
			for (int round = 1; round <= Integer.getInteger("juju.pgsql.test.rounds", 1); round++) {
				replaceMaster(load, PgsqlServer::stop);
				replaceMaster(load, PgsqlServer::crash);
				replaceMaster(load, PgsqlServer::freeze);
				trouble(load, PgsqlServer::crash, PgsqlServer::start);
				trouble(load, PgsqlServer::freeze, PgsqlServer::thaw);
				log.info("After round {}: {}", round, load);
			}
			load.close();
			assertThat(load.failures()).isEmpty();
			assertThat(this.service.failedAttempts()).as("attempts that were repeated").isPositive();
			assertThat(stored()).hasSameElementsAs(load.acknowledged()).doesNotHaveDuplicates();
		}
	}

	private void replaceMaster(NotesLoad load, Consumer<PgsqlServer> fate) {
		PgsqlServer former = this.cluster.master();
		fate.accept(former);
		PgsqlServer master = this.cluster.promote(this.cluster.mostAdvancedStandby());
		this.file.write();
		load.awaitWritesTo(master);
		if (former.isRunning()) {
			// goes on where it was, takes itself for the master and finds itself alone
			former.thaw();
			load.awaitProgress();
		}
		this.cluster.rejoin(former);
		this.file.write();
		awaitReplicas(2);
		load.awaitProgress();
	}

	private void trouble(NotesLoad load, Consumer<PgsqlServer> fate, Consumer<PgsqlServer> cure) {
		PgsqlServer standby = this.cluster.standbys().get(0);
		fate.accept(standby);
		awaitReplicas(1);
		load.awaitProgress();
		cure.accept(standby);
		awaitReplicas(2);
		load.awaitProgress();
	}

	private void awaitReplicas(int number) {
		await().until(() -> this.service.state().get("replicas").size() == number);
	}

	private List<String> stored() throws SQLException {
		List<String> texts = new ArrayList<>();
		try (Connection connection = this.cluster.master().superuserConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("SELECT text FROM notes")) {
			while (result.next()) {
				texts.add(result.getString(1));
			}
		}
		return texts;
	}

}
