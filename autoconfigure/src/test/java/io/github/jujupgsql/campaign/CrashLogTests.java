package io.github.jujupgsql.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import org.springframework.core.NestedRuntimeException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the log says when the master is killed under eight threads of Spring's
 * transactions.
 */
@PgsqlClusterTest
class CrashLogTests extends AbstractCampaignTests {

	private static final int THREADS = 8;

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private final AtomicLong commits = new AtomicLong();

	private final AtomicBoolean over = new AtomicBoolean();

	@Test
	void whenTheMasterIsKilledUnderLoadThenWhatHasHappenedIsToldOnce() throws Exception {
		Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
		try (FollowingApplication application = followUnderLoad(
				"spring.datasource.hikari.maximum-pool-size=" + THREADS)) {
			List<CompletableFuture<Void>> writers = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				writers.add(CompletableFuture.runAsync(() -> write(application), (task) -> new Thread(task).start()));
			}
			await().until(() -> this.commits.get() > 20 * THREADS);
			this.log.start();
			root.addAppender(this.log);
			cluster.master().crash();
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			relation.write();
			application.awaitPrimary(promoted);
			long before = this.commits.get();
			await().until(() -> this.commits.get() > before + 20 * THREADS);
			this.over.set(true);
			for (CompletableFuture<Void> writer : writers) {
				writer.get(1, TimeUnit.MINUTES);
			}
		}
		finally {
			this.over.set(true);
			root.detachAppender(this.log);
		}
		assertThat(this.log.list).filteredOn((event) -> event.getLevel().isGreaterOrEqual(Level.WARN))
			.extracting(ILoggingEvent::getFormattedMessage)
			.singleElement()
			.asString()
			.contains("A connection to ", "failed, others may follow")
			.doesNotContain("\n");
	}

	private void write(FollowingApplication application) {
		JdbcTemplate jdbc = new JdbcTemplate(application.primary());
		TransactionTemplate transactions = new TransactionTemplate(new JdbcTransactionManager(application.primary()));
		while (!this.over.get()) {
			try {
				transactions.executeWithoutResult((status) -> {
					jdbc.queryForObject("SELECT count(*) FROM pg_class", Long.class);
					jdbc.queryForObject("SELECT txid_current()", Long.class);
				});
				this.commits.incrementAndGet();
			}
			catch (NestedRuntimeException ex) {
				// what was in flight is lost
			}
		}
	}

}
