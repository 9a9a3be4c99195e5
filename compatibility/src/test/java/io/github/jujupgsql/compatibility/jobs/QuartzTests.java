package io.github.jujupgsql.compatibility.jobs;

import javax.sql.DataSource;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.TriggerBuilder;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.quartz.autoconfigure.QuartzDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests with Quartz, whose jobs are in the database.
 */
class QuartzTests extends AbstractFailoverTests {

	private static final int JOBS = 5;

	private static final String[] PROPERTIES = { "tried=quartz", "spring.quartz.job-store-type=jdbc",
			"spring.quartz.jdbc.initialize-schema=always",
			"spring.quartz.properties.org.quartz.jobStore.driverDelegateClass=org.quartz.impl.jdbcjobstore.PostgreSQLDelegate",
			"spring.quartz.properties.org.quartz.jobStore.isClustered=true",
			"spring.quartz.properties.org.quartz.scheduler.instanceId=AUTO",
			// how soon it tries again after a fault; 15 s unless told
			"spring.quartz.properties.org.quartz.scheduler.dbFailureRetryInterval=200" };

	@Test
	void jobsRunOnceEachBeforeAndAfterAFailover() throws Exception {
		try (Application application = start(QuartzApplication.class, PROPERTIES)) {
			assertThat(application.context().getBeansOfType(DataSource.class)).hasSize(2);
			runJobs(application);
		}
	}

	@Test
	void jobsOfADataSourceOfTheirOwnRunOnceEachBeforeAndAfterAFailover() throws Exception {
		try (Application application = start(OwnDataSourceApplication.class, PROPERTIES)) {
			assertThat(application.context().getBeansOfType(DataSource.class)).hasSize(3);
			runJobs(application);
		}
	}

	private static void runJobs(Application application) throws Exception {
		application.jdbc().sql("CREATE TABLE done (job text, server text)").update();
		Scheduler scheduler = application.bean(Scheduler.class);
		PgsqlServer master = cluster.master();
		schedule(scheduler, "before");
		await().untilAsserted(() -> assertThat(ask(master, "SELECT count(*) FROM done")).isEqualTo("" + JOBS));
		// it is in the database alone that this one is known
		scheduler.addJob(job("kept").storeDurably().build(), false);

		PgsqlServer promoted = failOver();
		schedule(scheduler, "after");
		scheduler.triggerJob(job("kept").build().getKey());
		await().untilAsserted(
				() -> assertThat(ask(promoted, "SELECT count(*) FROM done WHERE server = '" + promoted.address() + "'"))
					.isEqualTo("" + (JOBS + 1)));
		assertThat(ask(promoted, "SELECT count(*) || ' of ' || count(DISTINCT job) FROM done"))
			.isEqualTo((2 * JOBS + 1) + " of " + (2 * JOBS + 1));
	}

	private static void schedule(Scheduler scheduler, String name) throws SchedulerException {
		for (int i = 0; i < JOBS; i++) {
			JobDetail job = job(name + i).build();
			scheduler.scheduleJob(job, TriggerBuilder.newTrigger().startNow().build());
		}
	}

	private static JobBuilder job(String name) {
		return JobBuilder.newJob(NoteJob.class).withIdentity(name);
	}

	static class NoteJob implements Job {

		private final JdbcClient jdbc;

		NoteJob(JdbcClient jdbc) {
			this.jdbc = jdbc;
		}

		@Override
		public void execute(JobExecutionContext context) {
			this.jdbc.sql("INSERT INTO done SELECT ?, s FROM (" + Application.SERVER + ") AS t (s)")
				.param(context.getJobDetail().getKey().getName())
				.update();
		}

	}

	@EnableAutoConfiguration
	static class QuartzApplication {

	}

	@EnableAutoConfiguration
	static class OwnDataSourceApplication {

		@Bean(defaultCandidate = false)
		@QuartzDataSource
		DataSource jobDataSource(DataSource dataSource) {
			return new DelegatingDataSource(dataSource);
		}

	}

}
