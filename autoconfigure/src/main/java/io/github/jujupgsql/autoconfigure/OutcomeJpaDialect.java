package io.github.jujupgsql.autoconfigure;

import java.sql.SQLException;

import io.github.jujupgsql.dao.PgsqlExceptionTranslator;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.ConnectionHandle;
import org.springframework.orm.jpa.JpaDialect;
import org.springframework.transaction.TransactionDefinition;

/**
 * What a transaction manager asks of JPA, telling what has become of a transaction whose
 * connection was lost. Hibernate wraps what a commit throws in an exception that Spring
 * hands to no {@link org.springframework.jdbc.support.SQLExceptionTranslator}.
 */
class OutcomeJpaDialect implements JpaDialect {

	private static final PgsqlExceptionTranslator TRANSLATOR = new PgsqlExceptionTranslator((task, sql, ex) -> null);

	private final JpaDialect dialect;

	OutcomeJpaDialect(JpaDialect dialect) {
		this.dialect = dialect;
	}

	@Override
	public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException ex) {
		DataAccessException translated = null;
		for (Throwable cause = ex; cause != null && translated == null; cause = cause.getCause()) {
			if (cause instanceof SQLException failure) {
				translated = TRANSLATOR.translate("JPA transaction", null, failure);
			}
		}
		return (translated != null) ? translated : this.dialect.translateExceptionIfPossible(ex);
	}

	@Override
	public @Nullable Object beginTransaction(EntityManager entityManager, TransactionDefinition definition)
			throws SQLException {
		return this.dialect.beginTransaction(entityManager, definition);
	}

	@Override
	public @Nullable Object prepareTransaction(EntityManager entityManager, boolean readOnly, @Nullable String name) {
		return this.dialect.prepareTransaction(entityManager, readOnly, name);
	}

	@Override
	public void cleanupTransaction(@Nullable Object transactionData) {
		this.dialect.cleanupTransaction(transactionData);
	}

	@Override
	public @Nullable ConnectionHandle getJdbcConnection(EntityManager entityManager, boolean readOnly)
			throws SQLException {
		return this.dialect.getJdbcConnection(entityManager, readOnly);
	}

	@Override
	public void releaseJdbcConnection(ConnectionHandle connection, EntityManager entityManager) throws SQLException {
		this.dialect.releaseJdbcConnection(connection, entityManager);
	}

}
