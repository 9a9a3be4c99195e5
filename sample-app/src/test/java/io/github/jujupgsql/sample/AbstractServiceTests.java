package io.github.jujupgsql.sample;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Tests with a service on a cluster, both of which the tests of a class share.
 */
@PgsqlClusterTest(standbys = 2)
@SuppressWarnings("NullAway.Init")
abstract class AbstractServiceTests {

	static PgsqlCluster cluster;

	static RelationFile file;

	static NotesService service;

	@BeforeAll
	static void start(PgsqlCluster cluster, RelationFile file) {
		AbstractServiceTests.cluster = cluster;
		AbstractServiceTests.file = file;
		service = NotesService.follow(file);
	}

	@AfterAll
	static void stop() {
		service.close();
	}

}
