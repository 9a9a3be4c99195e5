package io.github.jujupgsql.compatibility.jobs;

import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.batch.jdbc.autoconfigure.BatchDataSource;
import org.springframework.boot.batch.autoconfigure.BatchTransactionManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with Spring Batch, whose jobs' state is in the database.
 */
class BatchTests extends AbstractFailoverTests {

	private static final String[] PROPERTIES = { "tried=batch", "spring.batch.job.enabled=false",
			"spring.batch.jdbc.initialize-schema=always" };

	@Test
	void aJobWhoseMasterDiesBetweenTwoStepsGoesOnOnThePromotedServer() throws Exception {
		AtomicReference<PgsqlServer> promoted = new AtomicReference<>();
		try (Application application = start(BatchApplication.class, PROPERTIES)) {
			createTable(application);
			application.bean(Pause.class).between = () -> promoted.set(failOver());
			JobExecution execution = run(application);
			assertThat(execution.getStatus()).isEqualTo(BatchStatus.COMPLETED);
			assertThat(ask(promoted.get(),
					"SELECT string_agg(step, ',') FROM done WHERE server = '" + promoted.get().address() + "'"))
				.isEqualTo("second");
			assertThat(ask(promoted.get(), "SELECT string_agg(status, ',') FROM batch_step_execution"))
				.isEqualTo("COMPLETED,COMPLETED");
		}
	}

	@Test
	void aJobThatTheMasterDiesInIsRestartedOnThePromotedServerWhereItWas() throws Exception {
		try (Application application = start(BatchApplication.class, PROPERTIES)) {
			createTable(application);
			Pause pause = application.bean(Pause.class);
			pause.inSecond = AbstractFailoverTests::failOver;
			JobExecution failed = run(application);
			assertThat(failed.getStatus()).isEqualTo(BatchStatus.FAILED);

			pause.inSecond = () -> {
			};
			JobExecution restarted = application.bean(JobOperator.class).restart(failed);
			assertThat(restarted.getStatus()).isEqualTo(BatchStatus.COMPLETED);
			// what the second step had done by then was rolled back, and the first step
			// is
			// not run again
			assertThat(ask(cluster.master(), "SELECT string_agg(step, ',') FROM done")).isEqualTo("first,second");
		}
	}

	@Test
	void theStateOfJobsCanBeElsewhere() throws Exception {
		AtomicReference<PgsqlServer> promoted = new AtomicReference<>();
		try (Application application = start(OwnDataSourceApplication.class, PROPERTIES)) {
			assertThat(application.context().getBeansOfType(DataSource.class)).hasSize(3);
			createTable(application);
			application.bean(Pause.class).between = () -> promoted.set(failOverAndTell());
			assertThat(run(application).getStatus()).isEqualTo(BatchStatus.COMPLETED);
			assertThat(ask(promoted.get(), "SELECT string_agg(step, ',') FROM done")).isEqualTo("first,second");
			assertThat(ask(promoted.get(), "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'batch%'"))
				.isEqualTo("0");
			assertThat(JdbcClient.create(application.bean("batchDataSource", DataSource.class))
				.sql("SELECT count(*) FROM batch_step_execution WHERE status = 'COMPLETED'")
				.query(Integer.class)
				.single()).isEqualTo(2);
		}
	}

	private static void createTable(Application application) {
		application.jdbc().sql("CREATE TABLE done (step text, server text)").update();
	}

	private static JobExecution run(Application application) throws Exception {
		return application.bean(JobOperator.class).start(application.bean(Job.class), new JobParameters());
	}

	/**
	 * What happens meanwhile.
	 */
	static class Pause {

		private volatile Runnable between = () -> {
		};

		private volatile Runnable inSecond = () -> {
		};

	}

	@EnableAutoConfiguration
	static class BatchApplication {

		@Bean
		Pause pause() {
			return new Pause();
		}

		@Bean
		Job job(JobRepository repository, PlatformTransactionManager transactions, JdbcClient jdbc, Pause pause) {
			Step first = new StepBuilder("first", repository)
				.tasklet((contribution, context) -> note(jdbc, "first"), transactions)
				.build();
			Step second = new StepBuilder("second", repository).tasklet((contribution, context) -> {
				RepeatStatus status = note(jdbc, "second");
				pause.inSecond.run();
				return status;
			}, transactions).listener(new StepExecutionListener() {

				@Override
				public void beforeStep(StepExecution execution) {
					pause.between.run();
				}

			}).build();
			return new JobBuilder("job", repository).start(first).next(second).build();
		}

		private static RepeatStatus note(JdbcClient jdbc, String step) {
			jdbc.sql("INSERT INTO done SELECT ?, s FROM (" + Application.SERVER + ") AS t (s)").param(step).update();
			return RepeatStatus.FINISHED;
		}

	}

	@Import(BatchApplication.class)
	static class OwnDataSourceApplication {

		@Bean(defaultCandidate = false)
		@BatchDataSource
		DataSource batchDataSource() {
			return new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2).generateUniqueName(true).build();
		}

		@Bean(defaultCandidate = false)
		@BatchTransactionManager
		PlatformTransactionManager batchTransactionManager(@BatchDataSource DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

}
