package io.github.jujupgsql.compatibility.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests with ShedLock, in two applications that want the same lock all the time.
 */
class ShedLockTests extends AbstractFailoverTests {

	/** Much longer than it is held; whoever cannot give it back has it until then. */
	private static final Duration AT_MOST = Duration.ofSeconds(3);

	private static final Duration HELD = Duration.ofMillis(5);

	private static final int ENOUGH = 20;

	private final AtomicInteger holders = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	private final AtomicInteger locked = new AtomicInteger();

	private final AtomicBoolean over = new AtomicBoolean();

	@Test
	void theLockNeverHasTwoHolders() throws Exception {
		try (Application one = start(LockingApplication.class); Application other = start(LockingApplication.class)) {
			one.jdbc()
				.sql("CREATE TABLE shedlock (name text PRIMARY KEY, lock_until timestamp, locked_at timestamp,"
						+ " locked_by text)")
				.update();
			List<Thread> threads = new ArrayList<>();
			for (Application application : List.of(one, other, one, other)) {
				Thread thread = new Thread(() -> keepLocking(application.bean(LockProvider.class)));
				thread.start();
				threads.add(thread);
			}
			try {
				await().until(() -> this.locked.get() > ENOUGH);
				PgsqlServer promoted = failOver();
				int before = this.locked.get();
				await().until(() -> this.locked.get() > before + ENOUGH);
				assertThat(ask(promoted, "SELECT count(*) FROM shedlock")).isEqualTo("1");
			}
			finally {
				this.over.set(true);
				for (Thread thread : threads) {
					thread.join();
				}
			}
		}
		assertThat(this.most).hasValue(1);
	}

	private void keepLocking(LockProvider provider) {
		while (!this.over.get()) {
			try {
				Optional<SimpleLock> lock = provider
					.lock(new LockConfiguration(Instant.now(), "job", AT_MOST, Duration.ZERO));
				if (lock.isPresent()) {
					hold();
					lock.get().unlock();
				}
			}
			catch (RuntimeException ex) {
				// the master has died: nobody knows whether that was locked, or unlocked
			}
		}
	}

	private void hold() {
		int now = this.holders.incrementAndGet();
		this.most.accumulateAndGet(now, Math::max);
		// long enough for another holder to be seen
		LockSupport.parkNanos(HELD.toNanos());
		this.holders.decrementAndGet();
		this.locked.incrementAndGet();
	}

	@EnableAutoConfiguration
	static class LockingApplication {

		@Bean
		LockProvider lockProvider(JdbcTemplate jdbc) {
			return new JdbcTemplateLockProvider(
					JdbcTemplateLockProvider.Configuration.builder().withJdbcTemplate(jdbc).usingDbTime().build());
		}

	}

}
