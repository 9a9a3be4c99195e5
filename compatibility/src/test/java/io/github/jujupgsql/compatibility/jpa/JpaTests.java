package io.github.jujupgsql.compatibility.jpa;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests with JPA, by Hibernate and Spring Data.
 */
class JpaTests extends AbstractFailoverTests {

	@Test
	void entitiesAreStoredOnThePromotedServerAndThoseBeforeAreFoundThere() throws Exception {
		try (Application application = start(JpaApplication.class, "tried=jpa",
				"spring.jpa.hibernate.ddl-auto=create")) {
			Notes notes = application.bean(Notes.class);
			Note before = notes.save(new Note("before"));

			PgsqlServer promoted = failOverAndTell();
			notes.save(new Note("after"));
			assertThat(notes.server()).isEqualTo(promoted.address());
			assertThat(notes.findAll()).extracting(Note::getText).containsExactly("before", "after");
			assertThat(notes.findById(before.getId())).isPresent();
			assertThat(ask(promoted, "SELECT string_agg(text, ',' ORDER BY id) FROM note")).isEqualTo("before,after");
		}
	}

	@Test
	void aTransactionThatTheMasterDiesInIsGoneAsAWhole() throws Exception {
		try (Application application = start(JpaApplication.class, "tried=jpa",
				"spring.jpa.hibernate.ddl-auto=create")) {
			EntityManagerFactory factory = application.bean(EntityManagerFactory.class);
			PgsqlServer[] promoted = new PgsqlServer[1];
			assertThat(catchThrowable(() -> factory.runInTransaction((entityManager) -> {
				entityManager.persist(new Note("lost"));
				entityManager.flush();
				promoted[0] = failOver();
				entityManager.persist(new Note("as well"));
			}))).isNotNull();
			application.bean(Notes.class).save(new Note("after"));
			assertThat(ask(promoted[0], "SELECT string_agg(text, ',') FROM note")).isEqualTo("after");
		}
	}

}
