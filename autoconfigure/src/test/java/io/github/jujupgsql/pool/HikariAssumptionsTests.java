package io.github.jujupgsql.pool;

import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.pool.HikariPool;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.jdbc.datasource.AbstractDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

/**
 * What {@link HikariAdapter} and the classes around it rely on, beyond what HikariCP's
 * documentation promises. A version of HikariCP that breaks one of these tests needs the
 * code that its name tells of to be looked at; run them with
 * {@code -Dhikaricp.version=...}.
 */
@Timeout(10)
class HikariAssumptionsTests {

	/** How long nothing must happen before it counts as not happening. */
	private static final Duration QUIET = Duration.ofMillis(100);

	private static final long LONG_MILLIS = 5000;

	private static final String OF_HIKARI = "SET application_name = 'notes'";

	private final RecordingSource source = new RecordingSource();

	private final ScheduledThreadPoolExecutor noHousekeeping = new ScheduledThreadPoolExecutor(1) {

		@Override
		public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay,
				TimeUnit unit) {
			return schedule(command, 1, TimeUnit.DAYS);
		}

	};

	private final List<HikariAdapter> adapters = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	@AfterEach
	void close() throws InterruptedException {
		this.source.release();
		awaitClosers();
		this.adapters.forEach(HikariAdapter::close);
		for (Thread thread : this.threads) {
			thread.join();
		}
		this.noHousekeeping.shutdownNow();
	}

	/**
	 * Closing a pool waits ten seconds for a thread that still asks for its monitor.
	 */
	private void awaitClosers() {
		Set<Thread.State> busy = Set.of(Thread.State.RUNNABLE, Thread.State.BLOCKED);
		await().until(() -> this.source.closedBy.stream()
			.filter((thread) -> thread.getName().contains(":connection-closer"))
			.noneMatch((thread) -> busy.contains(thread.getState())));
	}

	@Test
	void thePoolThatManagementSeesIsThePoolItself() {
		assertThat(open(1).dataSource().getHikariPoolMXBean()).isInstanceOf(HikariPool.class);
	}

	@Test
	void aBorrowerCanHaveATimeoutOfItsOwn() throws SQLException {
		HikariAdapter adapter = open(1);
		assertThat(adapter.dataSource().getConnectionTimeout()).isEqualTo(30_000);
		try (Connection taken = adapter.getConnection(LONG_MILLIS)) {
			assertThat(taken.isClosed()).isFalse();
			assertThatExceptionOfType(SQLTransientConnectionException.class)
				.isThrownBy(() -> adapter.getConnection(10));
		}
	}

	@Test
	void aThreadThatHasBorrowedDoesNotKeepAPoolThatIsClosed() throws Exception {
		ExecutorService thread = Executors.newSingleThreadExecutor();
		try {
			WeakReference<HikariDataSource> closed = borrowAndClose(thread);
			await().until(() -> {
				System.gc();
				return closed.get() == null;
			});
			assertThat(System.getProperty("com.zaxxer.hikari.useWeakReferences")).isNull();
		}
		finally {
			thread.shutdownNow();
		}
	}

	private WeakReference<HikariDataSource> borrowAndClose(ExecutorService thread) throws Exception {
		HikariConfig config = config(1);
		// the one of these tests keeps what it is to do tomorrow
		config.setScheduledExecutor(null);
		HikariAdapter adapter = HikariStartup.open(config);
		thread.submit(() -> {
			adapter.getConnection(LONG_MILLIS).close();
			return adapter.total();
		}).get();
		adapter.close();
		return new WeakReference<>(adapter.dataSource());
	}

	@Test
	void addBagItemAsksForOneMoreUnlessAsManyAreAskedForAlready() {
		HikariAdapter adapter = open(10);
		HikariPool pool = (HikariPool) adapter.dataSource().getHikariPoolMXBean();
		this.source.mayOpen = new CountDownLatch(1);
		adapter.dataSource().setMinimumIdle(10);
		pool.addBagItem(1);
		await().until(() -> this.source.opening.get() == 1);
		for (int asked : new int[] { 1, 1, 2, 2 }) {
			pool.addBagItem(asked);
		}
		this.source.release();
		await().until(() -> adapter.total() == 4);
		await().during(QUIET).until(() -> adapter.total() == 4);
	}

	@Test
	void fillOpensWhatIsMissing() {
		HikariAdapter adapter = open(10);
		adapter.dataSource().setMinimumIdle(4);
		adapter.fill();
		await().until(() -> adapter.idle() == 4);
		await().during(QUIET).until(() -> adapter.total() == 4);
	}

	@Test
	void whenTheFirstConnectionCannotBeSetUpThenNoPoolIsMadeAndTheCauseSaysWhy() {
		SQLException fault = new SQLException("refused", "42501");
		this.source.statementFault = fault;
		HikariConfig config = config(1);
		config.setConnectionInitSql(OF_HIKARI);
		assertThatExceptionOfType(PoolInitializationException.class).isThrownBy(() -> new HikariDataSource(config))
			.withCause(fault);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> HikariStartup.open(config)).isSameAs(fault);
	}

	@Test
	void makingAPoolSetsUpOneConnectionInTheSameThreadAndKeepsIt() {
		HikariAdapter adapter = open(10);
		assertThat(this.source.openedBy).containsExactly(Thread.currentThread());
		assertThat(adapter.idle()).isOne();
		await().during(QUIET).until(() -> this.source.opened.size() == 1);
		assertThat(this.source.closedBy).isEmpty();
	}

	@Test
	void theFirstConnectionOfTheSourceIsTheFirstThatIsLent() throws SQLException {
		HikariAdapter adapter = open(10);
		try (Connection connection = adapter.getConnection(LONG_MILLIS)) {
			assertThat(connection.unwrap(Connection.class)).isSameAs(this.source.opened.get(0));
		}
	}

	@Test
	void oneThreadOpensAllConnectionsAndCanBeKeptWaiting() throws Exception {
		HikariAdapter adapter = open(10);
		Connection taken = adapter.getConnection(LONG_MILLIS);
		this.source.mayOpen = new CountDownLatch(1);
		List<CompletableFuture<String>> waiting = List.of(borrow(adapter), borrow(adapter), borrow(adapter));
		await().until(() -> adapter.waiting() == 3 && this.source.opening.get() == 1);
		await().during(QUIET).until(() -> this.source.opening.get() == 1);
		assertThatExceptionOfType(SQLTransientConnectionException.class).as("whose own timeout counts")
			.isThrownBy(() -> adapter.getConnection(10));
		this.source.release();
		for (CompletableFuture<String> borrower : waiting) {
			assertThat(borrower.get()).isEqualTo("served");
		}
		taken.close();
	}

	@Test
	void anAdderThatIsInterruptedOpensAllTheSameForAThreadThatWaits() throws Exception {
		HikariAdapter adapter = open(10);
		Connection taken = adapter.getConnection(LONG_MILLIS);
		CountDownLatch never = new CountDownLatch(1);
		this.source.mayOpen = never;
		CompletableFuture<String> borrower = borrow(adapter);
		await().until(() -> this.source.opening.get() == 1);
		this.source.mayOpen = new CountDownLatch(0);
		Thread adder = this.source.opener;
		assertThat(adder).isNotNull();
		adder.interrupt();
		// an interrupt that comes between two attempts may cost the second, and pools are
		// filled for waiting threads all the time
		await().until(() -> {
			adapter.fillForWaiting();
			return borrower.isDone();
		});
		assertThat(borrower.get()).isEqualTo("served");
		assertThat(never.getCount()).isOne();
		taken.close();
	}

	@Test
	void closingWaitsForTheAdderAsLongAsTheSourceSaysThatALoginMayTake() throws SQLException {
		HikariAdapter adapter = open(10);
		Connection taken = adapter.getConnection(LONG_MILLIS);
		this.source.mayOpen = new CountDownLatch(1);
		CompletableFuture<String> borrower = borrow(adapter);
		await().until(() -> this.source.opening.get() == 1);
		taken.close();
		await().until(borrower::isDone);
		int asked = this.source.loginTimeoutAsked.get();
		adapter.close();
		assertThat(this.source.loginTimeoutAsked).hasValueGreaterThan(asked);
		assertThat(this.source.opening).as("still").hasValue(1);
	}

	@Test
	void aPoisonPillSupportsWhatTheSettingsMakeThePoolCall() throws SQLException {
		HikariConfig config = config(1);
		config.setAutoCommit(false);
		config.setReadOnly(true);
		config.setIsolateInternalQueries(true);
		config.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
		config.setCatalog("catalog");
		config.setSchema("schema");
		config.setConnectionInitSql(OF_HIKARI);
		config.setConnectionTestQuery(OF_HIKARI);
		assertThatPoisonPillsPass(config);
	}

	@Test
	void aPoisonPillSupportsWhatThePoolCallsWithoutSettings() throws SQLException {
		assertThatPoisonPillsPass(config(1));
	}

	private void assertThatPoisonPillsPass(HikariConfig config) throws SQLException {
		config.setDataSource(new AbstractDataSource() {

			@Override
			public Connection getConnection() {
				return PoisonPillConnection.create("server", Set.of(OF_HIKARI));
			}

			@Override
			public Connection getConnection(String username, String password) {
				return getConnection();
			}

		});
		HikariAdapter adapter = open(config);
		Connection pill = adapter.getConnection(LONG_MILLIS);
		pill.setReadOnly(!config.isReadOnly());
		pill.setAutoCommit(!config.isAutoCommit());
		pill.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
		pill.setCatalog("other");
		pill.setNetworkTimeout(Runnable::run, 1);
		pill.close();
		// long enough for it to be validated
		await().pollDelay(Duration.ofMillis(600)).until(() -> adapter.idle() == 1);
		Connection again = adapter.getConnection(LONG_MILLIS);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> again.prepareStatement("SELECT 1"))
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("08003"));
		again.close();
	}

	@Test
	void aConnectionThatIsReturnedIsHandedToEachThreadThatWaits() throws Exception {
		HikariAdapter adapter = open(1);
		Connection taken = adapter.getConnection(LONG_MILLIS);
		List<CompletableFuture<String>> waiting = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			waiting.add(borrow(adapter));
		}
		await().until(() -> adapter.waiting() == 10);
		taken.close();
		for (CompletableFuture<String> borrower : waiting) {
			assertThat(borrower.get()).isEqualTo("served");
		}
		assertThat(this.source.opened).hasSize(1);
	}

	@Test
	void aLargerMaximumSizeLetsOneMoreConnectionInForThreadsThatWaitAlready() throws Exception {
		HikariAdapter adapter = open(1);
		Connection taken = adapter.getConnection(LONG_MILLIS);
		List<CompletableFuture<String>> waiting = List.of(borrow(adapter), borrow(adapter), borrow(adapter));
		await().until(() -> adapter.waiting() == 3);
		new HikariShutdown(adapter, () -> adapter.waiting() > 0, PoolTimes.DEFAULT).sendWaitersAway();
		for (CompletableFuture<String> borrower : waiting) {
			assertThat(borrower.get()).isEqualTo("served");
		}
		assertThat(this.source.opened).hasSize(2);
		assertThat(adapter.active()).as("not returned meanwhile").isOne();
		taken.close();
	}

	@Test
	void aThreadThatHasClosedAnEvictedConnectionAsksForThePoolsMonitor() {
		HikariAdapter adapter = open(1);
		Object pool = adapter.dataSource().getHikariPoolMXBean();
		synchronized (pool) {
			adapter.empty();
			await().until(() -> this.source.closedBy.size() == 1);
			Thread closer = this.source.closedBy.get(0);
			await().until(() -> closer.getState() == Thread.State.BLOCKED);
		}
	}

	@Test
	void closingKeepsThePoolsMonitor() throws SQLException {
		HikariAdapter adapter = open(10);
		this.source.mayClose = new CountDownLatch(1);
		Thread closing = start(() -> {
			adapter.close();
			return "";
		});
		await().until(() -> this.source.calls.contains("close"));
		Thread other = start(() -> {
			synchronized (adapter.dataSource().getHikariPoolMXBean()) {
				return "";
			}
		});
		await().until(() -> other.getState() == Thread.State.BLOCKED);
		assertThat(closing.isAlive()).isTrue();
	}

	@Test
	void withNoMinimumWhatIsEvictedIsClosedAndNotReplaced() throws SQLException {
		HikariAdapter adapter = open(10);
		adapter.dataSource().setMinimumIdle(3);
		adapter.fill();
		await().until(() -> adapter.idle() == 3);
		Connection taken = adapter.getConnection(LONG_MILLIS);
		adapter.empty();
		await().until(() -> adapter.total() == 1 && this.source.closedBy.size() == 2);
		assertThat(taken.isClosed()).isFalse();
		taken.close();
		// HikariCP closes it when it is borrowed the next time, or evicted again
		adapter.empty();
		await().until(() -> adapter.total() == 0 && this.source.closedBy.size() == 3);
		await().during(QUIET).until(() -> this.source.opened.size() == 3);
	}

	@Test
	void evictingKeepsNoThreadWaitingHoweverManyConnectionsAreClosed() {
		HikariAdapter adapter = open(1);
		adapter.dataSource().setMaximumPoolSize(5);
		adapter.dataSource().setMinimumIdle(5);
		adapter.fill();
		await().until(() -> adapter.idle() == 5);
		this.source.mayClose = new CountDownLatch(1);
		adapter.empty();
		assertThat(adapter.total()).isZero();
		this.source.release();
		await().until(() -> this.source.closedBy.size() == 5);
		assertThat(this.source.closedBy).doesNotContain(Thread.currentThread());
	}

	@Test
	void theExceptionOverrideHearsOfEachExceptionOfAChain() throws SQLException {
		List<String> heard = new ArrayList<>();
		HikariConfig config = config(1);
		config.setExceptionOverride(new SQLExceptionOverride() {

			@java.lang.Override
			public Override adjudicate(SQLException fault) {
				heard.add(fault.getSQLState());
				return Override.CONTINUE_EVICT;
			}

		});
		SQLException fault = new SQLException("first", "42000");
		fault.setNextException(new SQLException("second", "25006"));
		assertThat(failsWith(open(config), fault)).isFalse();
		assertThat(heard).containsExactly("42000", "25006");
	}

	@Test
	void theExceptionOverrideHearsOfWhatThePoolWouldEvictForAndCanKeepIt() throws SQLException {
		List<String> heard = new ArrayList<>();
		HikariConfig config = config(1);
		config.setExceptionOverride(new SqlErrorListener(null, (fault) -> heard.add(fault.getSQLState()), (fault) -> {
		}, () -> false));
		assertThat(failsWith(open(config), new SQLException("gone", "08006"))).isFalse();
		assertThat(heard).containsExactly("08006");
	}

	/**
	 * Return whether the pool closes a connection whose statement fails.
	 */
	private boolean failsWith(HikariAdapter adapter, SQLException fault) throws SQLException {
		this.source.statementFault = fault;
		try (Connection connection = adapter.getConnection(LONG_MILLIS);
				Statement statement = connection.createStatement()) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.executeQuery("SELECT 1"))
				.isSameAs(fault);
			return connection.isClosed();
		}
	}

	@Test
	void theMetricsHearOfABorrowInItsThreadAndOfNoneThatIsNotCounted() throws SQLException {
		List<Long> acquired = new ArrayList<>();
		AtomicInteger timedOut = new AtomicInteger();
		HikariConfig config = config(1);
		config.setMetricsTrackerFactory((name, stats) -> new IMetricsTracker() {

			@Override
			public void recordConnectionAcquiredNanos(long nanos) {
				acquired.add(nanos);
			}

			@Override
			public void recordConnectionTimeout() {
				timedOut.incrementAndGet();
			}

		});
		HikariAdapter adapter = open(config);
		try (Connection connection = adapter.getConnection(LONG_MILLIS)) {
			assertThat(connection.isClosed()).isFalse();
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> adapter.getConnection(1));
			assertThat(acquired).isEmpty();
			assertThat(timedOut).hasValue(0);
			adapter.metrics().acquired();
			assertThat(acquired).singleElement().satisfies((nanos) -> assertThat(nanos).isPositive());
		}
		adapter.metrics().timedOut(7);
		assertThat(acquired).endsWith(7L);
		assertThat(timedOut).hasValue(1);
	}

	@Test
	void whatIsLentUnwrapsToTheSourcesConnectionEachTime() throws SQLException {
		HikariAdapter adapter = open(1);
		for (int i = 0; i < 2; i++) {
			try (Connection connection = adapter.getConnection(LONG_MILLIS)) {
				assertThat(connection.unwrap(Connection.class)).isSameAs(this.source.opened.get(0));
			}
		}
	}

	@Test
	void clearWarningsIsTheLastCallOnAConnectionThatIsReturned() throws SQLException {
		HikariConfig config = config(1);
		config.setAutoCommit(false);
		HikariAdapter adapter = open(config);
		Connection connection = adapter.getConnection(LONG_MILLIS);
		connection.setReadOnly(true);
		connection.createStatement().close();
		this.source.calls.clear();
		connection.close();
		assertThat(this.source.calls).contains("setReadOnly")
			.endsWith("clearWarnings")
			.containsOnlyOnce("clearWarnings");
	}

	@Test
	void aConnectionThatIsEvictedByItsBorrowerIsClosedAndGivesUpItsPlace() throws SQLException {
		HikariAdapter adapter = open(1);
		Connection connection = adapter.getConnection(LONG_MILLIS);
		adapter.evict(connection);
		await().until(() -> this.source.closedBy.size() == 1);
		try (Connection next = adapter.getConnection(LONG_MILLIS)) {
			assertThat(next.unwrap(Connection.class)).isSameAs(this.source.opened.get(1));
		}
	}

	@Test
	void aPoolThatIsSuspendedLendsAgainOnceItIsResumed() throws Exception {
		HikariConfig config = config(1);
		config.setAllowPoolSuspension(true);
		HikariAdapter adapter = open(config);
		adapter.dataSource().getHikariPoolMXBean().suspendPool();
		assertThat(adapter.lendsAtOnce()).isFalse();
		CompletableFuture<String> borrower = borrow(adapter);
		await().during(QUIET).until(() -> !borrower.isDone());
		adapter.resume();
		assertThat(borrower.get()).isEqualTo("served");
	}

	@Test
	void aTemplateIsTriedOutWithoutAConnection() {
		HikariConfig config = config(1);
		config.setInitializationFailTimeout(-1);
		config.setMinimumIdle(0);
		assertThatNoException().isThrownBy(() -> HikariTemplate.tryOut(config));
		assertThat(this.source.opened).isEmpty();
	}

	@Test
	void anIsolationIsKnownByItsNameAndByItsNumber() {
		HikariConfig config = new HikariConfig();
		assertThat(HikariTemplate.transactionIsolation(config)).isNull();
		config.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
		assertThat(HikariTemplate.transactionIsolation(config)).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
		config.setTransactionIsolation("4");
		assertThat(HikariTemplate.transactionIsolation(config)).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
		config.setTransactionIsolation("none of them");
		assertThatCode(() -> HikariTemplate.transactionIsolation(config)).isInstanceOf(IllegalArgumentException.class);
	}

	private HikariConfig config(int maximumPoolSize) {
		HikariConfig config = new HikariConfig();
		HikariTemplate.aimAt(config, "assumptions", this.source);
		config.setMaximumPoolSize(maximumPoolSize);
		config.setScheduledExecutor(this.noHousekeeping);
		return config;
	}

	private HikariAdapter open(int maximumPoolSize) {
		try {
			return open(config(maximumPoolSize));
		}
		catch (SQLException ex) {
			throw new AssertionError(ex);
		}
	}

	private HikariAdapter open(HikariConfig config) throws SQLException {
		HikariAdapter adapter = HikariStartup.open(config);
		this.adapters.add(adapter);
		return adapter;
	}

	/**
	 * Borrow a connection in a thread of its own, and return it.
	 */
	private CompletableFuture<String> borrow(HikariAdapter adapter) {
		CompletableFuture<String> outcome = new CompletableFuture<>();
		start(() -> {
			try (Connection connection = adapter.getConnection(LONG_MILLIS)) {
				outcome.complete(connection.isClosed() ? "closed" : "served");
			}
			catch (SQLException ex) {
				outcome.completeExceptionally(ex);
			}
			return "";
		});
		return outcome;
	}

	private Thread start(Callable<@Nullable String> task) {
		Thread thread = new Thread(() -> assertThatCode(task::call).doesNotThrowAnyException(), "assumptions-borrower");
		thread.setDaemon(true);
		this.threads.add(thread);
		thread.start();
		return thread;
	}

}
