package io.github.jujupgsql.compatibility.event;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.modulith.events.IncompleteEventPublications;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests with Spring Modulith, which keeps in the database which events have yet to be
 * taken.
 */
class ModulithTests extends AbstractFailoverTests {

	@Test
	void anEventThatNobodyTookBeforeAFailoverIsTakenAfterIt() throws Exception {
		try (Application application = start(ModulithApplication.class, "tried=modulith",
				"spring.modulith.events.jdbc.schema-initialization.enabled=true")) {
			Notes notes = application.bean(Notes.class);
			notes.refusing = true;
			publish(application, "before");
			await().until(() -> notes.refused.contains("before"));

			PgsqlServer promoted = failOver();
			notes.refusing = false;
			publish(application, "after");
			await().until(() -> notes.taken.contains("after"));
			assertThat(ask(promoted, "SELECT count(*) FROM event_publication WHERE serialized_event LIKE '%before%'"))
				.isEqualTo("1");
			application.bean(IncompleteEventPublications.class).resubmitIncompletePublicationsOlderThan(Duration.ZERO);
			await().until(() -> notes.taken.contains("before"));
			await().untilAsserted(() -> assertThat(
					ask(promoted, "SELECT count(*) FROM event_publication WHERE completion_date IS NULL"))
				.isEqualTo("0"));
			assertThat(notes.taken).containsExactlyInAnyOrder("after", "before");
		}
	}

	private static void publish(Application application, String text) {
		application.bean(TransactionTemplate.class)
			.executeWithoutResult((status) -> application.context().publishEvent(new NoteWritten(text)));
	}

	/**
	 * An event.
	 *
	 * @param text what it tells
	 */
	record NoteWritten(String text) {

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	static class ModulithApplication {

		@Bean
		Notes notes() {
			return new Notes();
		}

		@Bean
		Listener listener(Notes notes) {
			return new Listener(notes);
		}

	}

	/**
	 * What has become of the events.
	 */
	static class Notes {

		private final List<String> taken = new CopyOnWriteArrayList<>();

		private final List<String> refused = new CopyOnWriteArrayList<>();

		private volatile boolean refusing;

	}

	static class Listener {

		private final Notes notes;

		Listener(Notes notes) {
			this.notes = notes;
		}

		@ApplicationModuleListener
		void on(NoteWritten event) {
			if (this.notes.refusing) {
				this.notes.refused.add(event.text());
				throw new IllegalStateException("not now");
			}
			this.notes.taken.add(event.text());
		}

	}

}
