package io.github.jujupgsql.compatibility.datajdbc;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.ListCrudRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with Spring Data JDBC.
 */
class DataJdbcTests extends AbstractFailoverTests {

	@Test
	void aggregatesAreStoredOnThePromotedServerAndThoseBeforeAreFoundThere() throws Exception {
		try (Application application = start(DataJdbcApplication.class, "tried=data-jdbc")) {
			application.jdbc()
				.sql("CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)")
				.update();
			Notes notes = application.bean(Notes.class);
			notes.save(new Note(null, "before"));

			PgsqlServer promoted = failOver();
			notes.save(new Note(null, "after"));
			assertThat(notes.server()).isEqualTo(promoted.address());
			assertThat(notes.findAll()).extracting(Note::text).containsExactly("before", "after");
			assertThat(ask(promoted, "SELECT string_agg(text, ',' ORDER BY id) FROM note")).isEqualTo("before,after");
		}
	}

	@Table("note")
	record Note(@Id @Nullable Long id, String text) {

	}

	interface Notes extends ListCrudRepository<Note, Long> {

		@Query(Application.SERVER)
		String server();

	}

	@EnableAutoConfiguration
	@EnableJdbcRepositories(considerNestedRepositories = true)
	static class DataJdbcApplication {

	}

}
