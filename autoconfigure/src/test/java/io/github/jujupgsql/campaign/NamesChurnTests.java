package io.github.jujupgsql.campaign;

import java.util.Random;

import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever happens to the servers behind two names that never change, in whatever order:
 * no acknowledged write is lost, none is acknowledged by a deposed server, reads get back
 * to all standbys, and nothing is left behind. The system property
 * {@code juju.pgsql.test.rounds} says how many things happen, 1 unless told, and
 * {@code juju.pgsql.test.seed} which ones.
 */
@PgsqlClusterTest(standbys = 3, synchronous = true)
class NamesChurnTests extends AbstractSharedNamesTests {

	private static final int ROUNDS = 1;

	private final Random random = new Random(Long.getLong("juju.pgsql.test.seed", 0));

	@Test
	void whateverHappensBehindTheNamesNothingIsLost() throws Exception {
		campaign(ROUNDS, (load, number) -> {
			int event = (number + this.random.nextInt(2)) % 7;
			switch (event) {
				case 0 -> failOver(load, PgsqlServer::crash);
				case 1 -> failOver(load, (old) -> {
					this.primary.lose(old);
					old.freeze();
				});
				case 2 -> failOver(load, (old) -> {
				});
				case 3 -> standbyGoes(PgsqlServer::freeze, PgsqlServer::thaw);
				case 4 -> standbyGoes(this.replicas::lose, this.replicas::recover);
				case 5 -> standbyGoes(PgsqlServer::crash, PgsqlServer::start);
				default -> oneMore();
			}
			lead();
			awaitReplicas(cluster.standbys());
			awaitWrite(load, System.nanoTime(), cluster.master());
			load.assertNothingLost(cluster.master());
		});
	}

	private void failOver(NamesLoad load, Happening end) throws Exception {
		PgsqlServer old = cluster.master();
		end.happensTo(old);
		PgsqlServer next = cluster.promote(cluster.mostAdvancedStandby());
		lead();
		long moved = System.nanoTime();
		awaitPrimary(next);
		long switched = System.nanoTime();
		awaitWrite(load, switched, next);
		print("writes went on %d ms after the name had moved", moved, switched);
		if (old.isRunning()) {
			old.thaw();
			this.primary.recover(old);
		}
		cluster.rejoin(old);
		assertThat(load.writes(switched)).filteredOn((write) -> write.began() - switched > 0)
			.as("acknowledged by %s, which is deposed", old)
			.noneMatch((write) -> write.isOn(old));
	}

	private void standbyGoes(Happening end, Happening comesBack) throws Exception {
		PgsqlServer standby = cluster.standbys().get(this.random.nextInt(cluster.standbys().size()));
		end.happensTo(standby);
		awaitReplicas(cluster.standbys().stream().filter((other) -> !other.equals(standby)).toList());
		comesBack.happensTo(standby);
	}

	private void oneMore() {
		PgsqlServer added = cluster.addStandby();
		lead();
		awaitReplicas(cluster.standbys());
		cluster.removeStandby(added);
	}

	/**
	 * What happens to a server.
	 */
	private interface Happening {

		void happensTo(PgsqlServer server) throws Exception;

	}

}
