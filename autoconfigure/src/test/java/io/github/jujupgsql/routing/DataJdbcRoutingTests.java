package io.github.jujupgsql.routing;

import java.sql.SQLException;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.data.jdbc.autoconfigure.DataJdbcRepositoriesAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.ListCrudRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for routing the transactions of an application that uses Spring Data JDBC.
 */
class DataJdbcRoutingTests extends NestedRoutingTests {

	DataJdbcRoutingTests() {
		super(DataJdbcApplication.class);
	}

	@Override
	String backend() {
		return notes().backend();
	}

	@Override
	void write(String text) {
		notes().save(new Note(null, text));
	}

	@Override
	List<String> read() {
		return notes().findAll().stream().map(Note::text).toList();
	}

	@Test
	void whatTheRepositoryItselfSavesIsOnThePrimaryAndWhatItReadsOnAStandby() throws SQLException {
		whileReplayIsPaused(() -> {
			write("a");
			assertThat(read()).isEmpty();
		});
		this.cluster.awaitReplayed();
		assertThat(read()).containsExactly("a");
	}

	@Test
	void queriesOfTheApplicationsOwnAreInNoTransactionUnlessItDeclaresOne() {
		assertOnPrimary(notes().backend());
	}

	private Notes notes() {
		return this.context.getBean(Notes.class);
	}

	@Table("note")
	record Note(@Id @Nullable Long id, String text) {

	}

	interface Notes extends ListCrudRepository<Note, Long> {

		@Query(BACKEND)
		String backend();

	}

	@ImportAutoConfiguration({ DataSourceTransactionManagerAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
			DataJdbcRepositoriesAutoConfiguration.class })
	@EnableJdbcRepositories(considerNestedRepositories = true)
	static class DataJdbcApplication extends Application {

	}

}
