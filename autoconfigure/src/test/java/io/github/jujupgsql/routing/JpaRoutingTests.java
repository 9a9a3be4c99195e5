package io.github.jujupgsql.routing;

import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;

import io.github.jujupgsql.dao.LostConnectionException;
import io.github.jujupgsql.dao.UnknownOutcomeException;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static io.github.jujupgsql.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for routing the transactions of an application that uses JPA.
 */
class JpaRoutingTests extends RoutingTests {

	JpaRoutingTests() {
		super(JpaApplication.class);
	}

	@Override
	String backend() {
		return (String) entityManager().createNativeQuery(BACKEND, String.class).getSingleResult();
	}

	@Override
	void write(String text) {
		entityManager().persist(new Note(text));
	}

	@Override
	List<String> read() {
		return entityManager().createQuery("SELECT n.text FROM Note n ORDER BY n.id", String.class).getResultList();
	}

	@Test
	void withoutTransactionReadsAreOnThePrimary() {
		assertOnPrimary(backend());
	}

	@Test
	void whatTheRepositoryItselfSavesIsOnThePrimaryAndWhatItReadsOnAStandby() throws SQLException {
		Notes notes = this.context.getBean(Notes.class);
		whileReplayIsPaused(() -> {
			notes.save(new Note("a"));
			assertThat(notes.count()).isZero();
		});
		this.cluster.awaitReplayed();
		assertThat(notes.count()).isOne();
	}

	@Test
	void queriesOfTheApplicationsOwnAreInNoTransactionUnlessItDeclaresOne() {
		assertOnPrimary(this.context.getBean(Notes.class).backend());
	}

	@Test
	void aSavepointOfTheSessionsConnectionIsRolledBackToOnThePrimary() {
		this.transactions.readWrite(() -> {
			write("outer");
			entityManager().unwrap(Session.class).doWork((connection) -> {
				Savepoint savepoint = connection.setSavepoint();
				write("inner");
				connection.rollback(savepoint);
			});
			assertOnPrimary(backend());
			return this;
		});
		assertThat(this.transactions.readWrite(this::read)).containsExactly("outer");
	}

	@Test
	void inOneSessionTransactionsFollowEachOtherOnTheServersWhereTheyBelong() {
		inOneSession(() -> {
			assertOnStandby(this.transactions.readOnly(this::backend));
			this.transactions.readWrite(() -> {
				assertOnPrimary(backend());
				return wrote("a");
			});
			assertOnStandby(this.transactions.readOnly(this::backend));
			assertOnStandby(this.transactions.readOnly(this::backend));
			assertOnPrimary(this.transactions.readWrite(this::backend));
		});
		assertThat(this.transactions.readWrite(this::read)).containsExactly("a");
	}

	@Test
	void inOneSessionWhatIsReadBetweenTransactionsIsReadOnThePrimary() {
		inOneSession(() -> {
			assertOnPrimary(backend());
			assertOnStandby(this.transactions.readOnly(this::backend));
			assertOnPrimary(backend());
			assertOnPrimary(this.transactions.readWrite(this::backend));
			assertOnPrimary(backend());
			assertOnStandby(this.transactions.readOnly(this::backend));
		});
	}

	@Test
	void inOneSessionANewTransactionIsOnTheServerWhereItBelongs() {
		inOneSession(() -> {
			this.transactions.readOnly(() -> {
				String reading = backend();
				this.transactions.newReadWrite(() -> {
					assertOnPrimary(backend());
					return wrote("inner");
				});
				assertThat(backend()).isEqualTo(reading);
				return this;
			});
			this.transactions.readWrite(() -> {
				String writing = backend();
				assertOnStandby(this.transactions.newReadOnly(this::backend));
				assertThat(backend()).isEqualTo(writing);
				return wrote("outer");
			});
		});
		assertThat(this.transactions.readWrite(this::read)).containsExactly("inner", "outer");
	}

	@Test
	void inOneSessionARollbackChangesNothingOfThat() {
		inOneSession(() -> {
			assertRefused(() -> this.transactions.readOnly(() -> wrote("a")));
			assertOnPrimary(this.transactions.readWrite(this::backend));
			assertRefused(() -> this.transactions.readOnly(() -> wrote("a")));
			assertOnStandby(this.transactions.readOnly(this::backend));
		});
	}

	@Test
	void whenAConnectionIsLostItIsToldThatNothingIsLeft() {
		Notes notes = this.context.getBean(Notes.class);
		assertThatExceptionOfType(LostConnectionException.class)
			.isThrownBy(() -> this.transactions.readWrite(() -> notes.die()));
		assertThatExceptionOfType(LostConnectionException.class)
			.isThrownBy(() -> this.transactions.readOnly(() -> notes.die()));
	}

	@Test
	void whenAConnectionIsLostInACommitItIsToldThatItMayHaveBeenCarriedOut() throws SQLException {
		execute(this.cluster.master(),
				"CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
						+ "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; "
						+ "CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED "
						+ "FOR EACH ROW EXECUTE FUNCTION die()");
		try {
			assertThatExceptionOfType(UnknownOutcomeException.class)
				.isThrownBy(() -> this.transactions.readWrite(() -> wrote("perhaps")))
				.withMessageContaining("JPA transaction");
		}
		finally {
			execute(this.cluster.master(), "DROP FUNCTION die() CASCADE");
		}
	}

	/**
	 * As Spring does for each web request, unless it is told not to by
	 * {@code spring.jpa.open-in-view}.
	 */
	private void inOneSession(Runnable work) {
		EntityManagerFactory factory = this.context.getBean(EntityManagerFactory.class);
		try (EntityManager session = factory.createEntityManager()) {
			TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(session));
			try {
				work.run();
			}
			finally {
				TransactionSynchronizationManager.unbindResource(factory);
			}
		}
	}

	private EntityManager entityManager() {
		return SharedEntityManagerCreator.createSharedEntityManager(this.context.getBean(EntityManagerFactory.class));
	}

	@Entity(name = "Note")
	static class Note {

		@Id
		@GeneratedValue(strategy = GenerationType.IDENTITY)
		private @Nullable Long id;

		private @Nullable String text;

		protected Note() {
		}

		Note(String text) {
			this.text = text;
		}

	}

	interface Notes extends JpaRepository<Note, Long> {

		@NativeQuery(BACKEND)
		String backend();

		@NativeQuery("SELECT pg_terminate_backend(pg_backend_pid())")
		boolean die();

	}

	@ImportAutoConfiguration({ HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class })
	@EnableJpaRepositories(considerNestedRepositories = true)
	@EntityScan(basePackageClasses = JpaRoutingTests.class)
	static class JpaApplication extends Application {

	}

}
