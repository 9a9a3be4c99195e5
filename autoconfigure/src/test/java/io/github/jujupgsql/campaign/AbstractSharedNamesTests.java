package io.github.jujupgsql.campaign;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.pool.PrimaryChange;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.PgsqlService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests in which two names that never change lead to all servers, as the Services of a
 * cluster on Kubernetes do: what is open stays with the server that it was opened to.
 */
@SuppressWarnings("NullAway.Init")
abstract class AbstractSharedNamesTests extends AbstractCampaignTests {

	static final long SICK_AFTER_MILLIS = 1000;

	PgsqlService primary;

	PgsqlService replicas;

	FollowingApplication application;

	final List<PrimaryChange> changes = new CopyOnWriteArrayList<>();

	/** The pools that there have been. */
	private final List<WeakReference<ServerPool>> pools = new ArrayList<>();

	@BeforeEach
	void follow() {
		this.primary = PgsqlService.start("primary");
		this.replicas = PgsqlService.start("replicas");
		lead();
		relation.services(this.primary, this.replicas).write();
		this.application = FollowingApplication.underLoad(relation)
			.properties("juju.pgsql.replica.maximum-pool-size=12", "juju.pgsql.primary.sick-after=500ms",
					"juju.pgsql.replica.sick-after=" + SICK_AFTER_MILLIS + "ms",
					"spring.datasource.hikari.connection-timeout=10000")
			.start();
		this.application.pools().onPrimaryChange(this.changes::add);
	}

	/**
	 * Has the names lead to what the cluster is now.
	 */
	void lead() {
		this.primary.leadTo(cluster.master());
		this.replicas.leadTo(cluster.standbys());
	}

	@AfterEach
	void close() {
		this.application.close();
		this.primary.close();
		this.replicas.close();
	}

	void campaign(int rounds, NameCampaign round) throws Exception {
		try (NamesLoad load = NamesLoad.on(this.application)) {
			awaitReplicas(cluster.standbys());
			Rounds.run(rounds, (number) -> {
				awaitReads(load, System.nanoTime(), 100);
				awaitWrite(load, System.nanoTime(), cluster.master());
				this.application.poolsInUse().forEach((pool) -> this.pools.add(new WeakReference<>(pool)));
				round.run(load, number);
			});
			load.close();
			cluster.awaitReplayed();
			for (PgsqlServer server : cluster.servers()) {
				load.assertNothingLost(server);
			}
		}
		OpenResources.assertOnlyTheCurrentPools(this.application, cluster.servers());
		assertPoolsAreForgotten();
		this.application.close();
		OpenResources.assertNothing(cluster.servers());
	}

	private void assertPoolsAreForgotten() {
		await().atMost(FollowingApplication.PATIENCE).untilAsserted(() -> {
			System.gc();
			List<ServerPool> current = this.application.poolsInUse();
			assertThat(this.pools).extracting(WeakReference::get)
				.filteredOn((pool) -> pool != null && !current.contains(pool))
				.isEmpty();
		});
	}

	void awaitPrimary(PgsqlServer server) {
		this.application.awaitRoles("the primary is " + server,
				(table) -> table.primary() != null && server.address().equals(table.primary().getInstanceAddress()));
	}

	/**
	 * Wait until servers, and no others, serve reads behind the name.
	 */
	void awaitReplicas(List<PgsqlServer> servers) {
		List<String> wanted = servers.stream().map(PgsqlServer::address).sorted().toList();
		this.application.awaitRoles("the replicas are " + wanted, (table) -> {
			List<String> addresses = new ArrayList<>();
			for (ServerPool pool : table.replicas()) {
				addresses.add(String.valueOf(pool.getInstanceAddress()));
			}
			addresses.sort(null);
			return addresses.equals(wanted);
		});
	}

	static void awaitReads(NamesLoad load, long since, int reads) {
		await().atMost(FollowingApplication.PATIENCE).until(() -> load.reads(since).size() >= reads);
	}

	static void awaitWrite(NamesLoad load, long since, PgsqlServer server) {
		await().atMost(FollowingApplication.PATIENCE)
			.pollInterval(Duration.ofMillis(10))
			.until(() -> load.writes(since).stream().anyMatch((write) -> write.isOn(server)));
	}

	static void print(String what, long from, long until) {
		System.out.println("Behind two names: " + what.formatted((until - from) / 1_000_000));
	}

	/**
	 * What is done to the servers meanwhile.
	 */
	interface NameCampaign {

		void run(NamesLoad load, int round) throws Exception;

	}

}
