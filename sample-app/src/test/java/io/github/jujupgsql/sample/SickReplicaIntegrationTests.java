package io.github.jujupgsql.sample;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * No read over HTTP fails, whatever becomes of the server that it is on.
 */
@PgsqlClusterTest(standbys = 3)
class SickReplicaIntegrationTests extends AbstractServiceTests {

	private static final int THREADS = 8;

	@BeforeAll
	static void addNote() {
		service.add("to be read");
		cluster.awaitReplayed();
	}

	@Test
	void whenAStandbyHangsThenNoReadFails() throws Exception {
		assertThatNoReadFails(PgsqlServer::freeze, PgsqlServer::thaw);
	}

	@Test
	void whenAStandbyIsKilledThenNoReadFails() throws Exception {
		assertThatNoReadFails(PgsqlServer::crash, PgsqlServer::start);
	}

	@Test
	void whenAStandbyIsStoppedThenNoReadFails() throws Exception {
		assertThatNoReadFails(PgsqlServer::stop, PgsqlServer::start);
	}

	@Test
	void whenTheMasterMovesThenNoReadFails() throws Exception {
		PgsqlServer former = cluster.master();
		try (Readers readers = new Readers()) {
			readers.awaitReadsFrom(cluster.standbys());
			former.crash();
			PgsqlServer master = cluster.promote(cluster.mostAdvancedStandby());
			file.write();
			await().until(() -> service.state().at("/primary/server").asString("").equals(master.address()));
			readers.awaitReadsFrom(cluster.standbys());
			cluster.rejoin(former);
			file.write();
			readers.awaitReadsFrom(cluster.standbys());
			assertThat(readers.failures).isEmpty();
		}
	}

	private static void assertThatNoReadFails(Consumer<PgsqlServer> fault, Consumer<PgsqlServer> cure)
			throws Exception {
		PgsqlServer sick = cluster.standbys().get(0);
		List<PgsqlServer> others = cluster.standbys().subList(1, 3);
		try (Readers readers = new Readers()) {
			readers.awaitReadsFrom(cluster.standbys());
			try {
				whileReadsAreInFlightOn(sick, readers, fault);
				await().until(() -> service.state().get("replicas").size() == others.size());
				readers.awaitReadsFrom(others);
			}
			finally {
				cure.accept(sick);
			}
			readers.awaitReadsFrom(cluster.standbys());
			assertThat(readers.failures).isEmpty();
		}
	}

	/**
	 * A lock that the master takes is taken on the standbys as well, and holds up reads:
	 * all of them elsewhere, perhaps, if it comes late to the standby in question.
	 */
	private static void whileReadsAreInFlightOn(PgsqlServer standby, Readers readers, Consumer<PgsqlServer> fault)
			throws SQLException {
		try (Connection onMaster = cluster.master().superuserConnection();
				Connection onStandby = standby.superuserConnection()) {
			onMaster.setAutoCommit(false);
			try (Statement statement = onMaster.createStatement()) {
				statement.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE");
				// sends it at once: the master would wait for more to send
				statement.execute("SELECT pg_switch_wal()");
			}
			await().until(() -> {
				readers.start();
				return readsHeldUp(onStandby) > 0;
			});
			fault.accept(standby);
		}
	}

	/**
	 * The process that replays the lock waits as well, for reads that are not held up.
	 */
	private static int readsHeldUp(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet result = statement
					.executeQuery("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessShareLock'")) {
			result.next();
			return result.getInt(1);
		}
	}

	/**
	 * Clients that read as fast as they are answered.
	 */
	private static final class Readers implements AutoCloseable {

		final Queue<ResponseEntity<JsonNode>> failures = new ConcurrentLinkedQueue<>();

		private final Set<String> servers = ConcurrentHashMap.newKeySet();

		private final List<Thread> threads = new CopyOnWriteArrayList<>();

		private volatile boolean closed;

		Readers() {
			for (int i = 0; i < THREADS; i++) {
				start();
			}
		}

		void start() {
			Thread thread = new Thread(this::read, "reader");
			this.threads.add(thread);
			thread.start();
		}

		private void read() {
			while (!this.closed) {
				ResponseEntity<JsonNode> answer = service.get("/api/notes?limit=1");
				if (!answer.getStatusCode().is2xxSuccessful()) {
					this.failures.add(answer);
				}
				else {
					this.servers.add(NotesService.servedBy(answer));
				}
			}
		}

		/**
		 * Wait until each of some servers has been read from, from now on.
		 */
		void awaitReadsFrom(List<PgsqlServer> some) {
			List<String> addresses = some.stream().map(PgsqlServer::address).toList();
			this.servers.clear();
			await().until(() -> this.servers.containsAll(addresses));
			assertThat(this.threads).as("those who got no answer").allMatch(Thread::isAlive);
		}

		@Override
		public void close() {
			this.closed = true;
			await().until(() -> this.threads.stream().noneMatch(Thread::isAlive));
		}

	}

}
