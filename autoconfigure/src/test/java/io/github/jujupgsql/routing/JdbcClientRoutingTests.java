package io.github.jujupgsql.routing;

import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for routing the transactions of an application that uses {@link JdbcClient}.
 */
class JdbcClientRoutingTests extends NestedRoutingTests {

	JdbcClientRoutingTests() {
		super(JdbcApplication.class);
	}

	@Override
	String backend() {
		return client().sql(BACKEND).query(String.class).single();
	}

	@Override
	void write(String text) {
		client().sql("INSERT INTO note (text) VALUES (?)").param(text).update();
	}

	@Override
	List<String> read() {
		return client().sql("SELECT text FROM note ORDER BY id").query(String.class).list();
	}

	@Test
	void withoutTransactionEverythingIsOnThePrimary() {
		assertOnPrimary(backend());
		write("a");
		assertThat(read()).containsExactly("a");
	}

	private JdbcClient client() {
		return this.context.getBean(JdbcClient.class);
	}

	@ImportAutoConfiguration({ DataSourceTransactionManagerAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
			JdbcClientAutoConfiguration.class })
	static class JdbcApplication extends Application {

	}

}
