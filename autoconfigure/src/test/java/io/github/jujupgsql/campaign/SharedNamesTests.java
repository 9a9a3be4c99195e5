package io.github.jujupgsql.campaign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.campaign.NamesLoad.Done;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.PrimaryChange;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.PgsqlService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of reads and writes when servers behind the names change. The system
 * property {@code juju.pgsql.test.rounds} says how many rounds each test has, 1 unless
 * told.
 */
@PgsqlClusterTest(standbys = 3, synchronous = true)
class SharedNamesTests extends AbstractSharedNamesTests {

	private static final int ROUNDS = 1;

	/** So long no write has come back if the primary hangs. */
	private static final Duration STUCK = Duration.ofMillis(200);

	private static final Duration CLOSED = Duration.ofSeconds(5);

	@Test
	void whenOneOfThreeStandbysHangsThenOnlyReadsThatWereThereFail() throws Exception {
		campaign(ROUNDS, (load, number) -> {
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
			long back = System.nanoTime();
			awaitReplicas(cluster.standbys());
			System.out.println("Behind two names: a standby hangs: " + load.readsAfter(hung));
			print("the one that hung was left out after %d ms", hung, known);
			print("it served reads again %d ms after it was back", back, System.nanoTime());
		});
	}

	private static void awaitSecondAfter(NamesLoad load, long moment) {
		awaitReads(load, moment + Duration.ofSeconds(1).toNanos(), 1);
	}

	/** Reads that were lent a connection to it before anybody could know. */
	private static boolean isLeftOver(Done read, long known) {
		return read.failure() != null && read.began() - known < 0;
	}

	@Test
	void whenOneOfThemIsPromotedThenItServesWritesAndNoReads() throws Exception {
		campaign(ROUNDS, (load, number) -> {
			PgsqlServer old = cluster.master();
			PgsqlServer next = cluster.promote(cluster.mostAdvancedStandby());
			long promoted = System.nanoTime();
			lead();
			long moved = System.nanoTime();
			awaitPrimary(next);
			await().untilAsserted(() -> assertThat(this.changes).last()
				.extracting(PrimaryChange::primary)
				.asString()
				.startsWith(this.primary.address()));
			this.application.awaitRoles("reads are on standbys", (table) -> !table.replicas().isEmpty()
					&& table.replicas().stream().noneMatch((pool) -> next.address().equals(pool.getInstanceAddress())));
			long settled = System.nanoTime();
			awaitReads(load, settled, 200);
			assertThat(load.reads(settled)).filteredOn((read) -> read.began() - settled > 0)
				.as("reads on the promoted one %s", next)
				.noneMatch((read) -> read.isOn(next));
			awaitSecondAfter(load, promoted);
			System.out.println("Behind two names: a standby is promoted: " + load.readsAfter(promoted));
			print("reads were on standbys %d ms after the name had moved", moved, settled);
			cluster.rejoin(old);
			lead();
			load.assertNothingLost(next);
			awaitReplicas(cluster.standbys());
		});
	}

	@Test
	void whenAStandbyIsAddedThenItGetsItsShare() throws Exception {
		campaign(ROUNDS, (load, number) -> {
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
		campaign(ROUNDS, (load, number) -> {
			PgsqlServer old = cluster.master();
			this.primary.lose(old);
			old.freeze();
			long lost = System.nanoTime();
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
			awaitSecondAfter(load, lost);
			System.out.println("Behind two names: the primary's node is lost: " + load.readsAfter(lost));
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
		campaign(ROUNDS, (load, number) -> {
			PgsqlServer old = cluster.master();
			old.crash();
			long killed = System.nanoTime();
			PgsqlServer next = cluster.promote(cluster.mostAdvancedStandby());
			lead();
			long moved = System.nanoTime();
			awaitWrite(load, moved, next);
			print("killed: the first write was there %d ms after the name had moved", moved, System.nanoTime());
			awaitSecondAfter(load, killed);
			System.out.println("Behind two names: the primary is killed: " + load.readsAfter(killed));
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

}
