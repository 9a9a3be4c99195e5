package io.github.jujupgsql.compatibility.jobs;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests with db-scheduler, in two applications at a time.
 */
class DbSchedulerTests extends AbstractFailoverTests {

	private static final int TASKS = 300;

	private static final int THREADS = 3;

	private static final TaskDescriptor<Void> NOTE = TaskDescriptor.of("note", Void.class);

	/**
	 * A task that is run when the master dies may be run once more: what it does is told
	 * by its key.
	 */
	@Test
	void eachTaskTakesEffectOnce() throws Exception {
		createTables();
		try (Application one = start(SchedulerApplication.class);
				Application other = start(SchedulerApplication.class)) {
			CompletableFuture<Void> scheduling = CompletableFuture.runAsync(() -> schedule(one.bean(Scheduler.class)));
			await().until(() -> done(cluster.master()) > TASKS / 10);
			PgsqlServer promoted = failOver();
			scheduling.join();
			await()
				.untilAsserted(() -> assertThat(ask(promoted, "SELECT count(*) FROM scheduled_tasks")).isEqualTo("0"));
			assertThat(done(promoted)).isEqualTo(TASKS);
			assertThat(ask(promoted, "SELECT count(DISTINCT server) FROM done")).isEqualTo("2");
			assertThat(other.context().isActive()).isTrue();
		}
	}

	private static int done(PgsqlServer server) throws SQLException {
		return Integer.parseInt(ask(server, "SELECT count(*) FROM done"));
	}

	/**
	 * Schedule one task after the other, through the failover.
	 */
	private static void schedule(SchedulerClient scheduler) {
		for (int i = 0; i < TASKS; i++) {
			String id = String.valueOf(i);
			await().ignoreExceptions().until(() -> {
				scheduler.scheduleIfNotExists(NOTE.instance(id).scheduledTo(Instant.now()));
				return true;
			});
		}
	}

	private static void createTables() throws Exception {
		execute("""
				CREATE TABLE scheduled_tasks (task_name text NOT NULL, task_instance text NOT NULL, task_data bytea,
				execution_time timestamptz, picked boolean NOT NULL, picked_by text, last_success timestamptz,
				last_failure timestamptz, consecutive_failures int, last_heartbeat timestamptz, version bigint NOT NULL,
				priority smallint, state text, PRIMARY KEY (task_name, task_instance))""",
				"CREATE TABLE done (task text PRIMARY KEY, server text)",
				"GRANT ALL ON ALL TABLES IN SCHEMA public TO public");
	}

	@EnableAutoConfiguration
	static class SchedulerApplication {

		@Bean(initMethod = "start", destroyMethod = "stop")
		Scheduler scheduler(DataSource dataSource, JdbcClient jdbc) {
			return Scheduler.create(dataSource, note(jdbc))
				.threads(THREADS)
				.pollingInterval(Duration.ofMillis(50))
				.heartbeatInterval(Duration.ofMillis(500))
				.missedHeartbeatsLimit(4)
				.build();
		}

		private static Task<Void> note(JdbcClient jdbc) {
			return Tasks.oneTime(NOTE)
				.onFailure(new FailureHandler.OnFailureRetryLater<>(Duration.ofMillis(200)))
				.execute((instance, context) -> jdbc
					.sql("INSERT INTO done SELECT ?, s FROM (" + Application.SERVER
							+ ") AS t (s) ON CONFLICT DO NOTHING")
					.param(instance.getId())
					.update());
		}

	}

}
