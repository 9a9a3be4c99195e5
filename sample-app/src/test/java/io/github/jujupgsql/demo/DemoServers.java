package io.github.jujupgsql.demo;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.jujupgsql.sample.live.TimelineEvent;
import io.github.jujupgsql.sample.live.TimelineEvent.Source;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;

/**
 * The servers, and what happens to them. Each change is told as it happens, and to the
 * charm. Changes are made by one thread at a time; what there is now can be asked by any.
 */
final class DemoServers implements AutoCloseable {

	static final int MOST_STANDBYS = 4;

	private static final int USUAL_STANDBYS = 2;

	/** As long as a cluster manager takes to give up a master that says nothing. */
	private static final Duration MANAGERS_PATIENCE = Duration.ofSeconds(2);

	private final CountDownLatch closed = new CountDownLatch(1);

	private final Set<PgsqlServer> frozen = ConcurrentHashMap.newKeySet();

	private final Set<PgsqlServer> paused = ConcurrentHashMap.newKeySet();

	private volatile Consumer<TimelineEvent> events = (event) -> {
	};

	private volatile PgsqlCluster cluster;

	private volatile CharmStandIn charm;

	private volatile Promotion lastPromotion;

	/**
	 * Start a master and two standbys. What a client was told is committed is on two
	 * disks, so that a crash loses none of it.
	 */
	synchronized void start() {
		this.cluster = PgsqlCluster.builder().standbys(USUAL_STANDBYS).synchronous(true).closeOnShutdown(false).start();
		this.charm = new CharmStandIn(this.cluster);
	}

	void tellTo(Consumer<TimelineEvent> listener) {
		this.events = listener;
	}

	Path relationFile() {
		return this.charm.path();
	}

	CharmStandIn charm() {
		return this.charm;
	}

	PgsqlCluster cluster() {
		return this.cluster;
	}

	Roles roles() {
		return new Roles(this.cluster.master().address(), addresses(this.cluster.standbys()));
	}

	/**
	 * Return the last promotion.
	 */
	Promotion lastPromotion() {
		return this.lastPromotion;
	}

	boolean isFrozen(PgsqlServer server) {
		return this.frozen.contains(server);
	}

	boolean isPaused(PgsqlServer server) {
		return this.paused.contains(server);
	}

	boolean isAnyPaused() {
		return !this.paused.isEmpty();
	}

	String switchOver() {
		PgsqlServer former = this.cluster.master();
		opens("Switchover: %s is told to stop".formatted(former.address()),
				"pg_ctl stop -m fast: sessions are disconnected, and standbys get the last of its WAL");
		former.stop();
		tell("%s has stopped".formatted(former.address()), null);
		PgsqlServer master = promote();
		this.charm.changed();
		join(former);
		this.charm.changed();
		return "%s is the master now, %s is a standby.".formatted(master.address(), former.address());
	}

	String crash() {
		PgsqlServer former = kill();
		PgsqlServer master = promote();
		this.charm.changed();
		return "%s crashed, %s is the master now.".formatted(former.address(), master.address());
	}

	String promoteQuietly() {
		PgsqlServer former = kill();
		this.charm.silence();
		PgsqlServer master = promote();
		return "%s is the master now, and the file still names %s.".formatted(master.address(), former.address());
	}

	private PgsqlServer kill() {
		PgsqlServer master = this.cluster.master();
		opens("%s is killed".formatted(master.address()), "SIGKILL to the postmaster and all its backends");
		master.crash();
		return master;
	}

	String hang() {
		PgsqlServer former = this.cluster.master();
		opens("%s hangs".formatted(former.address()),
				"SIGSTOP to the postmaster and all its backends: connections stay open, nobody answers");
		former.freeze();
		this.frozen.add(former);
		pause(MANAGERS_PATIENCE);
		PgsqlServer master = promote();
		this.charm.changed();
		return "%s hangs, %s is the master now.".formatted(former.address(), master.address());
	}

	private void pause(Duration time) {
		try {
			if (this.closed.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new IllegalStateException("The demo ends");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private PgsqlServer promote() {
		Promotion promotion = Promotion.of(this.cluster);
		this.lastPromotion = promotion;
		this.paused.remove(promotion.server());
		this.events.accept(new TimelineEvent(promotion.at(), Source.SERVERS, false,
				"%s has left recovery and takes writes".formatted(promotion.server().address()),
				"pg_promote(), timeline %d".formatted(promotion.timeline())));
		return promotion.server();
	}

	String rejoin() {
		List<PgsqlServer> former = this.cluster.formerMasters();
		opens("%s comes back as a standby".formatted(String.join(", ", addresses(former))), "pg_basebackup");
		former.forEach(this::join);
		this.charm.changed();
		return "Back as a standby: %s.".formatted(String.join(", ", addresses(former)));
	}

	private void join(PgsqlServer server) {
		this.cluster.rejoin(server);
		this.frozen.remove(server);
		this.paused.remove(server);
		tell("%s streams from %s".formatted(server.address(), this.cluster.master().address()), null);
	}

	String addStandby() {
		opens("A standby is added", "pg_basebackup");
		PgsqlServer standby = this.cluster.addStandby();
		tell("%s streams from %s".formatted(standby.address(), this.cluster.master().address()), null);
		this.charm.changed();
		return "%s was added as a standby.".formatted(standby.address());
	}

	String removeStandby() {
		List<PgsqlServer> standbys = this.cluster.standbys();
		PgsqlServer leaving = standbys.get(standbys.size() - 1);
		opens("%s is about to leave".formatted(leaving.address()), null);
		this.charm.leaving(leaving);
		this.cluster.removeStandby(leaving);
		this.paused.remove(leaving);
		tell("%s has ended".formatted(leaving.address()), null);
		this.charm.changed();
		return "%s was removed.".formatted(leaving.address());
	}

	String rotatePassword() {
		opens("The user has a new password", "ALTER ROLE … PASSWORD; sessions go on");
		this.cluster.rotatePassword();
		this.cluster.awaitReplayed();
		this.charm.changed();
		return "The password is a new one.";
	}

	String pauseReplay() throws SQLException {
		List<PgsqlServer> standbys = this.cluster.standbys();
		PgsqlServer standby = standbys.get(standbys.size() - 1);
		opens("%s stops replaying".formatted(standby.address()), "pg_wal_replay_pause(): it goes on receiving WAL");
		standby.pauseReplay();
		this.paused.add(standby);
		return "%s receives WAL and does not replay it.".formatted(standby.address());
	}

	String resumeReplay() throws SQLException {
		List<PgsqlServer> resumed = List.copyOf(this.paused);
		opens("%s goes on replaying".formatted(String.join(", ", addresses(resumed))), "pg_wal_replay_resume()");
		for (PgsqlServer standby : resumed) {
			standby.resumeReplay();
			this.paused.remove(standby);
		}
		return "Replaying again: %s.".formatted(String.join(", ", addresses(resumed)));
	}

	String breakFile() {
		opens("The file is cut off in its middle", null);
		this.charm.breakFile();
		return "The relation file is half of what it was.";
	}

	String writeFile() {
		this.charm.write();
		return "The relation file says what the cluster is.";
	}

	/**
	 * Return to a master, two standbys, and a file that says so.
	 */
	String restore() throws SQLException {
		opens("Everything is restored", null);
		if (isAnyPaused()) {
			resumeReplay();
		}
		this.charm.lag(Duration.ZERO);
		this.charm.write();
		List<PgsqlServer> former = this.cluster.formerMasters();
		former.forEach(this::join);
		while (this.cluster.standbys().size() < USUAL_STANDBYS) {
			this.cluster.addStandby();
		}
		this.charm.write();
		while (this.cluster.standbys().size() > USUAL_STANDBYS) {
			removeStandby();
		}
		return "A master, two standbys, and a file that says so.";
	}

	boolean isWhole() {
		return this.cluster.standbys().size() == USUAL_STANDBYS && this.cluster.formerMasters().isEmpty()
				&& this.paused.isEmpty() && this.charm.stale().isEmpty() && this.charm.lag().isZero();
	}

	private void opens(String text, String detail) {
		this.events.accept(new TimelineEvent(System.currentTimeMillis(), Source.SERVERS, true, text, detail));
	}

	private void tell(String text, String detail) {
		this.events.accept(TimelineEvent.now(Source.SERVERS, text, detail));
	}

	private static List<String> addresses(List<PgsqlServer> servers) {
		return servers.stream().map(PgsqlServer::address).toList();
	}

	@Override
	public synchronized void close() {
		this.closed.countDown();
		if (this.cluster != null) {
			this.charm.close();
			this.cluster.close();
		}
	}

	/**
	 * Who is who, as {@code HOST:PORT}.
	 */
	record Roles(String master, List<String> standbys) {
	}

}
