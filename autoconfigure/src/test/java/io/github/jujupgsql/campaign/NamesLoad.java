package io.github.jujupgsql.campaign;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Threads that write and read until told to stop, and have the server itself say which
 * one it is, because all of them go by the same name. Nothing is retried.
 */
final class NamesLoad implements AutoCloseable {

	private static final int THREADS = 8;

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	/** So that eight threads leave some of the machine to the servers. */
	private static final Duration PAUSE = Rounds.pause(Duration.ofMillis(4));

	private final AtomicInteger lastId = new AtomicInteger();

	private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();

	private final Queue<Done> history = new ConcurrentLinkedQueue<>();

	private final CountDownLatch stopped = new CountDownLatch(1);

	private final List<Thread> threads = new ArrayList<>();

	/**
	 * Starts the threads. There must be a table {@code notes} already.
	 * @param application whose DataSources to use
	 */
	static NamesLoad on(FollowingApplication application) {
		NamesLoad load = new NamesLoad();
		for (int i = 0; i < THREADS; i++) {
			Thread thread = new Thread(() -> load.work(application.primary(), application.replica()), "load-" + i);
			thread.setDaemon(true);
			load.threads.add(thread);
			thread.start();
		}
		return load;
	}

	private void work(DataSource primary, DataSource replica) {
		try {
			do {
				int id = this.lastId.incrementAndGet();
				Done write = once(primary, true, "INSERT INTO notes VALUES (" + id + ") RETURNING inet_server_port()");
				if (write.failure() == null) {
					this.acknowledged.add(id);
				}
				once(replica, false, "SELECT inet_server_port()");
			}
			while (!this.stopped.await(PAUSE.toNanos(), TimeUnit.NANOSECONDS));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private Done once(DataSource dataSource, boolean write, String sql) {
		long began = System.nanoTime();
		int port = 0;
		SQLException failure = null;
		try (Connection connection = dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery(sql)) {
			result.next();
			port = result.getInt(1);
		}
		catch (SQLException ex) {
			failure = ex;
		}
		Done done = new Done(write, began, System.nanoTime(), port, failure);
		this.history.add(done);
		return done;
	}

	/**
	 * What has been done and has ended since a moment, in the order in which it ended.
	 */
	List<Done> since(long moment) {
		return this.history.stream().filter((done) -> done.ended() - moment > 0).toList();
	}

	List<Done> reads(long since) {
		return since(since).stream().filter((done) -> !done.write()).toList();
	}

	List<Done> writes(long since) {
		return since(since).stream().filter(Done::write).toList();
	}

	/**
	 * The share of each server in the reads of a while, by its port.
	 */
	Map<Integer, Long> shares(long since) {
		return reads(since).stream()
			.filter((done) -> done.failure() == null)
			.collect(Collectors.groupingBy(Done::port, Collectors.counting()));
	}

	/**
	 * Tells of the reads that began within a second after a moment how many failed, and
	 * within which time 99 of 100 came back.
	 */
	String readsAfter(long moment) {
		List<Done> reads = reads(moment).stream()
			.filter((read) -> read.began() - moment >= 0 && read.began() - moment < SECOND)
			.toList();
		long[] millis = reads.stream()
			.filter((read) -> read.failure() == null)
			.mapToLong(Done::millis)
			.sorted()
			.toArray();
		return reads.size() + " reads in the second after, " + (reads.size() - millis.length) + " failed, p99 "
				+ ((millis.length > 0) ? millis[millis.length * 99 / 100] : 0) + " ms";
	}

	void assertNothingLost(PgsqlServer server) throws SQLException {
		Set<Integer> missing = new HashSet<>(this.acknowledged);
		assertThat(missing).isNotEmpty();
		try (Connection connection = server.connection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("SELECT id FROM notes")) {
			while (result.next()) {
				missing.remove(result.getInt(1));
			}
		}
		assertThat(missing).as("acknowledged, and not on %s", server).isEmpty();
	}

	/**
	 * Lets each thread finish what it is at.
	 */
	@Override
	public void close() throws InterruptedException {
		this.stopped.countDown();
		for (Thread thread : this.threads) {
			thread.join(FollowingApplication.PATIENCE.toMillis());
			assertThat(thread.isAlive()).as("%s goes on", thread).isFalse();
		}
	}

	/**
	 * What a thread did once.
	 *
	 * @param write whether it was a write, otherwise a read
	 * @param began before a connection was asked for
	 * @param ended when the answer was there
	 * @param port that of the server, 0 if it failed
	 * @param failure what went wrong, if something did
	 */
	record Done(boolean write, long began, long ended, int port, @Nullable SQLException failure) {

		long millis() {
			return (this.ended - this.began) / 1_000_000;
		}

		boolean isOn(PgsqlServer server) {
			return this.port == server.port();
		}

	}

}
