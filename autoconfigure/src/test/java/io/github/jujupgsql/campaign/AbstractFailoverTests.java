package io.github.jujupgsql.campaign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import io.github.jujupgsql.Sql;
import io.github.jujupgsql.campaign.Operation.Kind;
import io.github.jujupgsql.test.PgsqlServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests in which a standby of a synchronous cluster takes the place of the master.
 */
abstract class AbstractFailoverTests extends AbstractCampaignTests {

	/** What nothing has come for so long after has arrived. */
	private static final Duration BEING_SENT = Duration.ofMillis(100);

	/**
	 * What the old master has sent may still be on its way; the standby to promote must
	 * have the most, or the other one would have to be made anew, which ends its
	 * sessions.
	 */
	static PgsqlServer nextMaster() {
		AtomicReference<List<String>> received = new AtomicReference<>(List.of());
		await().pollInterval(BEING_SENT).until(() -> {
			List<String> now = new ArrayList<>();
			for (PgsqlServer standby : cluster.standbys()) {
				now.add(Sql.ask(standby, "SELECT pg_last_wal_receive_lsn()"));
			}
			return now.equals(received.getAndSet(now));
		});
		return cluster.mostAdvancedStandby();
	}

	static void check(List<Operation> history, PgsqlServer old, PgsqlServer promoted, long switched,
			Set<Backend> openBefore) {
		assertThat(history).filteredOn(Operation::failed)
			.filteredOn((operation) -> !operation.wasOn(old) || operation.began() >= switched)
			.extracting((operation) -> operation.relativeTo(switched))
			.as("failed, times relative to the switch from %s to %s", old, promoted)
			.isEmpty();
		assertThat(history).filteredOn((operation) -> operation.kind() != Kind.READ_OF_REPLICA)
			.filteredOn((operation) -> operation.wasOn(old) && operation.began() >= switched)
			.extracting((operation) -> operation.relativeTo(switched))
			.as("still on %s", old)
			.isEmpty();
		assertThat(history).filteredOn((operation) -> operation.began() < switched)
			.filteredOn((operation) -> !operation.failed() && operation.kind() != Kind.READ_OF_REPLICA
					&& operation.wasOn(promoted))
			.as("operations that waited for %s", promoted)
			.isNotEmpty();
		assertThat(history.stream()
			.filter((operation) -> operation.isWrite() && operation.wasOn(promoted))
			.min(Comparator.comparing(Operation::borrowed))
			.map(Operation::backend)).as("the backend of the first write on %s", promoted)
			.hasValueSatisfying((backend) -> assertThat(backend).isIn(openBefore));
	}

}
