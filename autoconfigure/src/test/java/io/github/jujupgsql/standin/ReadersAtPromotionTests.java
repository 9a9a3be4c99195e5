package io.github.jujupgsql.standin;

import java.sql.Connection;
import java.sql.SQLException;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for connections that readers have, or have had, when their server is promoted.
 */
class ReadersAtPromotionTests {

	private static final String BACKEND = "SELECT pg_backend_pid()";

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().replicaSize(1, 1).start();

	@BeforeEach
	void relate() {
		this.application.relate(this.master, this.standby);
		this.application.awaitReplicas(this.standby);
	}

	@Test
	void whenAReaderThatHasMadeItsConnectionReadWriteKeepsItThenWritersGetAnother() throws SQLException {
		String kept;
		try (Connection reading = this.application.replica().getConnection()) {
			kept = ask(reading, BACKEND);
			reading.setReadOnly(false);
			promote();
		}
		for (int i = 0; i < 8; i++) {
			assertThat(ask(this.application.primary(), BACKEND)).isNotEqualTo(kept);
		}
	}

	@Test
	void whenNobodyHasReadThenSessionsAreNotComparedWithAFreshOne() throws SQLException {
		promote();
		ask(this.application.primary(), "SELECT 1");
		assertThat(this.standby.statements())
			.filteredOn((statement) -> statement.sql().contains("THEN NULL ELSE pg_catalog.hashtextextended"))
			.isEmpty();
	}

	private void promote() {
		this.standby.promote();
		this.application.relate(this.standby);
		this.application.awaitPrimary(this.standby);
	}

}
