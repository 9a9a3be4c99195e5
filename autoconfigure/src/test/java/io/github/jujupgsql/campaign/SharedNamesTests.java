package io.github.jujupgsql.campaign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.campaign.NamesLoad.Done;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.PgsqlService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two names that never change lead to all servers, as the Services of a cluster on
 * Kubernetes do: what is open stays with the server that it was opened to. The system
 * property {@code juju.pgsql.test.rounds} says how many rounds each test has, 1 unless
 * told.
 */
@PgsqlClusterTest(standbys = 3, synchronous = true)
@SuppressWarnings("NullAway.Init")
class SharedNamesTests extends AbstractCampaignTests {

	private static final int ROUNDS = 1;

	private static final long SICK_AFTER_MILLIS = 1000;

	/** So long no write has come back if the primary hangs. */
	private static final Duration STUCK = Duration.ofMillis(200);

	private static final Duration CLOSED = Duration.ofSeconds(5);

	private PgsqlService primary;

	private PgsqlService replicas;

	private FollowingApplication application;

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
	}

	private void lead() {
		this.primary.leadTo(cluster.master());
		this.replicas.leadTo(cluster.standbys());
	}

	@AfterEach
	void close() {
		this.application.close();
		this.primary.close();
		this.replicas.close();
	}

	@Test
	void whenOneOfThreeStandbysHangsThenOnlyReadsThatWereThereFail() throws Exception {
		campaign((load) -> {
			PgsqlServer hanging = cluster.standbys().get(1);
			this.replicas.lose(hanging);
			long hung = System.nanoTime();
			awaitReplicas(List.of(cluster.standbys().get(0), cluster.standbys().get(2)));
			long known = System.nanoTime();
			awaitReads(load, known, 500);
			assertThat(load.reads(hung)).filteredOn((read) -> read.failure() != null)
				.as("failed reads that began after the replica was left out")
				.allMatch((read) -> read.began() - known < 0);
			assertThat(load.reads(hung)).filteredOn((read) -> read.began() - hung > 0 && !isLeftOver(read, known))
				.as("reads that began later")
				.allMatch((read) -> read.millis() <= 2 * SICK_AFTER_MILLIS);
			this.replicas.recover(hanging);
			awaitReplicas(cluster.standbys());
		});
	}

	/** Reads that were lent a connection to it before anybody could know. */
	private static boolean isLeftOver(Done read, long known) {
		return read.failure() != null && read.began() - known < 0;
	}

	@Test
	void whenOneOfThemIsPromotedThenItServesWritesAndNoReads() throws Exception {
		campaign((load) -> {
			PgsqlServer old = cluster.master();
			PgsqlServer next = cluster.promote(cluster.mostAdvancedStandby());
			lead();
			long moved = System.nanoTime();
			awaitPrimary(next);
			this.application.awaitRoles("reads are on standbys", (table) -> !table.replicas().isEmpty()
					&& table.replicas().stream().noneMatch((pool) -> next.address().equals(pool.getInstanceAddress())));
			long settled = System.nanoTime();
			awaitReads(load, settled, 200);
			assertThat(load.reads(settled)).filteredOn((read) -> read.began() - settled > 0)
				.as("reads on the promoted one %s", next)
				.noneMatch((read) -> read.isOn(next));
			print("reads were on standbys %d ms after the name had moved", moved, settled);
			cluster.rejoin(old);
			lead();
			load.assertNothingLost(next);
			awaitReplicas(cluster.standbys());
		});
	}

	@Test
	void whenAStandbyIsAddedThenItGetsItsShare() throws Exception {
		campaign((load) -> {
			PgsqlServer added = cluster.addStandby();
			this.replicas.leadTo(cluster.standbys());
			long there = System.nanoTime();
			awaitReplicas(cluster.standbys());
			print("the new standby served reads %d ms after the name had led there", there, System.nanoTime());
			await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				long from = System.nanoTime();
				awaitReads(load, from, 300);
				Map<Integer, Long> shares = load.shares(from);
				long all = shares.values().stream().mapToLong(Long::longValue).sum();
				assertThat(shares.getOrDefault(added.port(), 0L)).as("of %s", shares)
					.isGreaterThanOrEqualTo(all / cluster.standbys().size() / 2);
			});
			long from = System.nanoTime();
			awaitReads(load, from, 300);
			System.out.println("Shares of reads: " + load.shares(from));
			cluster.removeStandby(added);
			this.replicas.leadTo(cluster.standbys());
			awaitReplicas(cluster.standbys());
		});
	}

	@Test
	void whenThePrimarysNodeIsLostThenThePromotedOneIsThePrimaryAsSoonAsTheNameLeadsThere() throws Exception {
		campaign((load) -> {
			PgsqlServer old = cluster.master();
			this.primary.lose(old);
			old.freeze();
			PgsqlServer next = cluster.promote(cluster.mostAdvancedStandby());
			lead();
			long moved = System.nanoTime();
			awaitWrite(load, moved, next);
			load.writes(moved)
				.stream()
				.filter((write) -> write.isOn(next))
				.findFirst()
				.ifPresent((write) -> print("the first write was acknowledged %d ms after the name had moved", moved,
						write.ended()));
			this.application.awaitRoles("reads are on standbys", (table) -> !table.replicas().isEmpty());
			load.assertNothingLost(next);
			old.thaw();
			this.primary.recover(old);
			cluster.rejoin(old);
			lead();
			awaitReplicas(cluster.standbys());
			assertThat(load.writes(moved)).filteredOn((write) -> write.began() - moved > 0)
				.as("acknowledged by %s", old)
				.noneMatch((write) -> write.isOn(old));
		});
	}

	@Test
	void whenThePrimaryIsKilledThenThePromotedOneIsThePrimary() throws Exception {
		campaign((load) -> {
			PgsqlServer old = cluster.master();
			old.crash();
			PgsqlServer next = cluster.promote(cluster.mostAdvancedStandby());
			lead();
			long moved = System.nanoTime();
			awaitWrite(load, moved, next);
			load.assertNothingLost(next);
			cluster.rejoin(old);
			lead();
			awaitReplicas(cluster.standbys());
		});
	}

	@Test
	void whenTheNodeIsLostAndNothingFollowsThenTheApplicationCanBeClosed() throws Exception {
		try (NamesLoad load = NamesLoad.on(this.application)) {
			awaitReplicas(cluster.standbys());
			this.primary.lose(cluster.master());
			await().until(() -> load.writes(System.nanoTime() - STUCK.toNanos()).isEmpty());
			long closing = System.nanoTime();
			this.application.close();
			assertThat(Duration.ofNanos(System.nanoTime() - closing)).isLessThan(CLOSED);
			assertThat(load.writes(System.nanoTime() - CLOSED.toNanos())).as("threads that were stuck have come back")
				.isNotEmpty();
		}
	}

	private void campaign(NameCampaign round) throws Exception {
		try (NamesLoad load = NamesLoad.on(this.application)) {
			awaitReplicas(cluster.standbys());
			Rounds.run(ROUNDS, (number) -> {
				awaitReads(load, System.nanoTime(), 100);
				awaitWrite(load, System.nanoTime(), cluster.master());
				round.run(load);
			});
			load.close();
			cluster.awaitReplayed();
			for (PgsqlServer server : cluster.servers()) {
				load.assertNothingLost(server);
			}
		}
		OpenResources.assertOnlyTheCurrentPools(this.application, cluster.servers());
		this.application.close();
		OpenResources.assertNothing(cluster.servers());
	}

	private void awaitPrimary(PgsqlServer server) {
		this.application.awaitRoles("the primary is " + server,
				(table) -> table.primary() != null && server.address().equals(table.primary().getInstanceAddress()));
	}

	/**
	 * Wait until servers, and no others, serve reads behind the name.
	 */
	private void awaitReplicas(List<PgsqlServer> servers) {
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

	private static void awaitReads(NamesLoad load, long since, int reads) {
		await().atMost(FollowingApplication.PATIENCE).until(() -> load.reads(since).size() >= reads);
	}

	private static void awaitWrite(NamesLoad load, long since, PgsqlServer server) {
		await().atMost(FollowingApplication.PATIENCE)
			.pollInterval(Duration.ofMillis(10))
			.until(() -> load.writes(since).stream().anyMatch((write) -> write.isOn(server)));
	}

	private static void print(String what, long from, long until) {
		System.out.println("SharedNamesTests: " + what.formatted((until - from) / 1_000_000));
	}

	/**
	 * What is done to the servers meanwhile.
	 */
	private interface NameCampaign {

		void run(NamesLoad load) throws Exception;

	}

}
