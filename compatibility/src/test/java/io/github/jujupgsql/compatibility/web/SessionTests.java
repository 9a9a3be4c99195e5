package io.github.jujupgsql.compatibility.web;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with Spring Session JDBC, whose sessions are saved while the application reads.
 */
class SessionTests extends AbstractFailoverTests {

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aSessionThatIsSavedInAReadOnlyTransactionIsStoredAndOutlivesAFailover(boolean routed) throws Exception {
		try (Application application = start(SessionApplication.class, "tried=session",
				"spring.main.web-application-type=servlet", "server.port=0",
				"spring.session.jdbc.initialize-schema=always", "juju.pgsql.route-read-only-transactions=" + routed)) {
			TransactionTemplate reading = new TransactionTemplate(application.bean(PlatformTransactionManager.class));
			reading.setReadOnly(true);
			SessionRepository<?> sessions = application.bean(SessionRepository.class);
			String id = reading.execute((status) -> save(sessions, null, "before"));
			assertThat(ask(cluster.master(), "SELECT count(*) FROM spring_session")).isEqualTo("1");

			PgsqlServer promoted = failOverAndTell();
			reading.executeWithoutResult((status) -> save(sessions, id, "after"));
			Session found = sessions.findById(id);
			assertThat(found).isNotNull();
			assertThat(found.<String>getAttribute("before")).isEqualTo("before");
			assertThat(found.<String>getAttribute("after")).isEqualTo("after");
			assertThat(ask(promoted, "SELECT count(*) FROM spring_session_attributes")).isEqualTo("2");
		}
	}

	private static <S extends Session> String save(SessionRepository<S> sessions, @Nullable String id,
			String attribute) {
		S session = (id != null) ? sessions.findById(id) : sessions.createSession();
		session.setAttribute(attribute, attribute);
		sessions.save(session);
		return session.getId();
	}

	@EnableAutoConfiguration
	static class SessionApplication {

	}

}
