package io.github.jujupgsql.campaign;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.jujupgsql.campaign.Operation.Kind;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Rounds in which the master of a synchronous cluster is fenced, a standby is promoted
 * under load, and the old master becomes a standby. After each:
 * <ul>
 * <li>every acknowledged write is on the new master, and in the end on every server;
 * <li>no write was acknowledged by the old master that began after the switch;
 * <li>what failed had a connection to the old master, and began before the switch;
 * <li>who waited for a primary was served by the new one;
 * <li>the first write on the new master used a backend that was open before the
 * promotion.
 * </ul>
 * The switch is the moment at which the new table of roles was seen in force, which is
 * not before it was. To begin is to ask for a connection.
 */
final class Failovers {

	private final PgsqlCluster cluster;

	private final RelationFile relation;

	private final Application application;

	private final Load load;

	private final Consumer<PgsqlServer> fence;

	private Failovers(PgsqlCluster cluster, RelationFile relation, Application application, Load load,
			Consumer<PgsqlServer> fence) {
		this.cluster = cluster;
		this.relation = relation;
		this.application = application;
		this.load = load;
		this.fence = fence;
	}

	/**
	 * Runs a campaign.
	 * @param cluster a synchronous cluster with two standbys
	 * @param relation the relation file, which is there
	 * @param rounds how many rounds, unless the system property says it
	 * @param fence what happens to the master, so that it takes no more writes
	 */
	static void run(PgsqlCluster cluster, RelationFile relation, int rounds, Consumer<PgsqlServer> fence)
			throws Exception {
		try (Application application = Application.following(relation)) {
			application.awaitReplicas(cluster.standbys());
			try (Load load = Load.on(application)) {
				Failovers failovers = new Failovers(cluster, relation, application, load, fence);
				Rounds.run(rounds, failovers::round);
				load.close();
				cluster.awaitReplayed();
				for (PgsqlServer server : cluster.servers()) {
					load.assertNothingLost(server);
				}
			}
			application.assertOnlyTheCurrentPoolsAreThere(cluster.servers());
		}
		Application.assertNothingIsThere(cluster.servers());
	}

	private void round(int number) throws Exception {
		this.application.awaitFullPools();
		this.load.awaitProgress();
		PgsqlServer old = this.cluster.master();
		AtomicReference<Set<Backend>> open = new AtomicReference<>();
		PgsqlServer promoted = (number % 2 == 0) ? promoteAndWrite(open) : writeAndPromote(open);
		long switched = this.application.awaitPrimary(promoted.address());
		this.load.awaitProgress();
		this.load.assertNothingLost(promoted);
		this.cluster.rejoin(old);
		this.relation.write();
		this.application.awaitReplicas(this.cluster.standbys());
		this.load.awaitProgress();
		check(this.load.takeHistory(), old, promoted, switched, open.get());
	}

	private PgsqlServer promoteAndWrite(AtomicReference<Set<Backend>> open) throws SQLException {
		this.fence.accept(this.cluster.master());
		PgsqlServer next = nextMaster();
		open.set(Backend.of(next));
		this.cluster.promote(next);
		this.relation.write();
		return next;
	}

	private PgsqlServer writeAndPromote(AtomicReference<Set<Backend>> open) throws SQLException {
		this.fence.accept(this.cluster.master());
		PgsqlServer next = nextMaster();
		List<PgsqlServer> others = new ArrayList<>(this.cluster.standbys());
		others.remove(next);
		this.relation.write(next, others);
		await().until(() -> this.application.roles().primary() == null);
		open.set(Backend.of(next));
		return this.cluster.promote(next);
	}

	/**
	 * What the old master has sent may still be on its way; the standby to promote must
	 * have the most, or the other one would have to be made anew, which ends its
	 * sessions.
	 */
	private PgsqlServer nextMaster() {
		AtomicReference<List<String>> received = new AtomicReference<>(List.of());
		await().until(() -> {
			List<String> now = new ArrayList<>();
			for (PgsqlServer standby : this.cluster.standbys()) {
				now.add(received(standby));
			}
			return now.equals(received.getAndSet(now));
		});
		return this.cluster.mostAdvancedStandby();
	}

	private static String received(PgsqlServer standby) throws SQLException {
		try (Connection connection = standby.superuserConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("SELECT pg_last_wal_receive_lsn()")) {
			result.next();
			return String.valueOf(result.getString(1));
		}
	}

	private static void check(List<Operation> history, PgsqlServer old, PgsqlServer promoted, long switched,
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
			.filteredOn((operation) -> !operation.failed() && operation.isWrite() && operation.wasOn(promoted))
			.as("writes that waited for %s", promoted)
			.isNotEmpty();
		assertThat(history.stream()
			.filter((operation) -> operation.isWrite() && operation.wasOn(promoted))
			.min(Comparator.comparing(Operation::borrowed))
			.map(Operation::backend)).as("the backend of the first write on %s", promoted)
			.hasValueSatisfying((backend) -> assertThat(backend).isIn(openBefore));
	}

}
