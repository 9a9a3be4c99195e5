package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * What is told of switches of the primary.
 */
class PrimaryChangesTests {

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	private final List<PrimaryChange> changes = new CopyOnWriteArrayList<>();

	private StandInApplication application = start(StandInApplication.with().primarySize(1, 1));

	@AfterEach
	void close() {
		this.master.thaw();
		this.application.close();
	}

	private StandInApplication start(StandInApplication.Builder builder) {
		StandInApplication started = builder.start();
		started.pools().onPrimaryChange(this.changes::add);
		started.relate(this.master, this.standby);
		started.awaitPrimary(this.master);
		started.awaitReplicas(this.standby);
		awaitTold("null -> master RELATION");
		return started;
	}

	@Test
	void aMasterThatTheRelationReplacesIsToldOnceWithWhatWasCutOff() throws SQLException {
		try (Connection writing = this.application.primary().getConnection()) {
			assertThat(writing.isClosed()).isFalse();
			this.application.relate(this.standby, this.master);
			this.application.awaitNoPrimary();
			this.standby.promote();
			awaitTold("null -> master RELATION", "master -> standby RELATION");
		}
		assertThat(last().cutOff()).isOne();
		assertThat(last().took()).isPositive();
	}

	@Test
	void threadsThatWaitForTheNewPrimaryAreCounted() throws Exception {
		this.application.relate(this.standby, this.master);
		this.application.awaitNoPrimary();
		List<Thread> waiting = Stream.generate(() -> new Thread(this::borrow)).limit(2).toList();
		waiting.forEach(Thread::start);
		await().until(() -> waiting.stream().allMatch((thread) -> thread.getState() == Thread.State.TIMED_WAITING));
		this.standby.promote();
		awaitTold("null -> master RELATION", "master -> standby RELATION");
		assertThat(last().waiting()).isEqualTo(2);
		for (Thread thread : waiting) {
			thread.join();
		}
	}

	private void borrow() {
		try {
			ask(this.application.primary(), "SELECT 1");
		}
		catch (SQLException ex) {
			throw new AssertionError("Borrowing failed", ex);
		}
	}

	@Test
	void threadsThatWaitForAConnectionToTheFormerPrimaryAreCounted() throws Exception {
		try (Connection writing = this.application.primary().getConnection()) {
			assertThat(writing.isClosed()).isFalse();
			ServerPool pool = this.application.roles().primary();
			CompletableFuture<String> waiting = async(() -> ask(this.application.primary(), "SELECT 1"));
			// a borrower gets out of the queue once, when it begins to look at the clock
			await().during(Duration.ofMillis(50)).until(() -> pool != null && pool.hasQueue());
			this.standby.promote();
			this.application.relate(this.standby, this.master);
			awaitTold("null -> master RELATION", "master -> standby RELATION");
			assertThat(last().waiting()).isPositive();
			assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("1");
		}
	}

	@Test
	void newCredentialsOfTheSameServerAreNoSwitch() {
		ServerPool old = this.application.roles().primary();
		assertThat(old).isNotNull();
		this.application.relate(this.master.connectionString("password=PgsqlTestSecret2"),
				this.standby.connectionString());
		this.application.awaitRoles("another pool is the primary's",
				(table) -> table.primary() != null && table.primary() != old);
		assertThat(this.application.roles().primary()).isNotNull()
			.extracting(ServerPool::getPrimarySince)
			.isEqualTo(old.getPrimarySince());
		this.standby.promote();
		this.application.relate(this.standby, this.master);
		awaitTold("null -> master RELATION", "master -> standby RELATION");
	}

	@Test
	void changesOfReplicasAreNoSwitch() {
		this.application.relate(this.master);
		this.application.awaitReplicas();
		this.application.relate(this.master, this.standby);
		this.application.awaitReplicas(this.standby);
		this.application.relate((StandInServer) null, this.standby);
		awaitTold("null -> master RELATION", "master -> null RELATION");
	}

	@Test
	void aPrimaryThatIsInRecoveryIsToldOnceAndAgainWhenItIsBack() throws SQLException {
		try (Connection writing = this.application.primary().getConnection()) {
			this.master.demote();
			assertThat(catchThrowable(() -> execute(writing, "INSERT INTO notes VALUES (1)")))
				.isInstanceOf(SQLException.class);
		}
		awaitTold("null -> master RELATION", "master -> null DEMOTION");
		this.master.promote();
		awaitTold("null -> master RELATION", "master -> null DEMOTION", "null -> master RELATION");
	}

	@Test
	void aPrimaryThatIsSilentIsToldWithWhatWasAborted() throws SQLException {
		this.application.close();
		this.changes.clear();
		this.application = start(StandInApplication.with()
			.primarySize(1, 1)
			.sickAfter(Duration.ofMillis(100))
			.connectionTimeout(Duration.ofMillis(500)));
		try (Connection writing = this.application.primary().getConnection()) {
			this.master.freeze();
			assertThat(catchThrowable(() -> execute(writing, "INSERT INTO notes VALUES (1)")))
				.isInstanceOf(SQLException.class);
		}
		awaitTold("null -> master RELATION", "master -> null SILENCE");
		assertThat(last().cutOff()).isOne();
		this.master.thaw();
		awaitTold("null -> master RELATION", "master -> null SILENCE", "null -> master RELATION");
		assertThat(last().cutOff()).isZero();
	}

	private PrimaryChange last() {
		return this.changes.get(this.changes.size() - 1);
	}

	private void awaitTold(String... expected) {
		await().untilAsserted(() -> assertThat(this.changes).extracting(this::describe).containsExactly(expected));
	}

	private String describe(PrimaryChange change) {
		return (change.previous() + " -> " + change.primary() + " " + change.cause())
			.replace(this.master.address(), "master")
			.replace(this.standby.address(), "standby");
	}

}
