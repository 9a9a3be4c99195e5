package io.github.jujupgsql.compatibility.jooq;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.dao.LostConnectionException;
import io.github.jujupgsql.test.PgsqlServer;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.jdbc.BadSqlGrammarException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.table;

/**
 * Tests with jOOQ: the one that Spring Boot manages, or on Java 17 the last one for it.
 */
class JooqTests extends AbstractFailoverTests {

	@Test
	void statementsRunOnThePromotedServerAndSeeWhatWasWrittenBefore() throws Exception {
		try (Application application = start(JooqApplication.class)) {
			DSLContext jooq = application.bean(DSLContext.class);
			assertThat(jooq.dialect()).isEqualTo(SQLDialect.POSTGRES);
			jooq.execute("CREATE TABLE note (text text)");
			write(jooq, "before");

			PgsqlServer promoted = failOverAndTell();
			write(jooq, "after");
			assertThat(jooq.fetchValue(Application.SERVER)).isEqualTo(promoted.address());
			assertThat(jooq.select(field("text", String.class)).from(table("note")).fetch(field("text", String.class)))
				.containsExactlyInAnyOrder("before", "after");
		}
	}

	@Test
	void aTransactionThatTheMasterDiesInIsGoneAsAWhole() throws Exception {
		try (Application application = start(JooqApplication.class)) {
			DSLContext jooq = application.bean(DSLContext.class);
			jooq.execute("CREATE TABLE note (text text)");
			assertThatExceptionOfType(LostConnectionException.class)
				.isThrownBy(() -> jooq.transaction((transaction) -> {
					write(transaction.dsl(), "lost");
					failOver();
					write(transaction.dsl(), "as well");
				}));
			write(jooq, "after");
			assertThat(ask(cluster.master(), "SELECT string_agg(text, ',') FROM note")).isEqualTo("after");
		}
	}

	@Test
	void whatHasNothingToDoWithTheConnectionIsTranslatedAsEver() throws Exception {
		try (Application application = start(JooqApplication.class)) {
			DSLContext jooq = application.bean(DSLContext.class);
			assertThatExceptionOfType(BadSqlGrammarException.class).isThrownBy(() -> write(jooq, "nowhere"));
		}
	}

	private static void write(DSLContext jooq, String text) throws DataAccessException {
		jooq.insertInto(table("note"), field("text", String.class)).values(text).execute();
	}

	@EnableAutoConfiguration
	static class JooqApplication {

	}

}
