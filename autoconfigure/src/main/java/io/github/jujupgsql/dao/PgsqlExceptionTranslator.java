package io.github.jujupgsql.dao;

import java.sql.SQLException;

import io.github.jujupgsql.pool.ConnectionFault;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/**
 * Translates the exceptions of connections that have failed, and tells apart what may be
 * repeated from what may have been done: {@link LostConnectionException} and
 * {@link UnknownOutcomeException}. All others are translated as ever.
 * <p>
 * {@code JdbcTemplate} and {@code JdbcTransactionManager} beans have it; those that are
 * made by hand can be given one.
 *
 * @since 0.1.0
 */
public class PgsqlExceptionTranslator implements SQLExceptionTranslator {

	private final SQLExceptionTranslator others;

	/**
	 * Create a translator that leaves all other exceptions to Spring's default one.
	 */
	public PgsqlExceptionTranslator() {
		this(new SQLExceptionSubclassTranslator());
	}

	/**
	 * Create a translator.
	 * @param others translates all other exceptions, or returns {@code null} as this does
	 * then
	 */
	public PgsqlExceptionTranslator(SQLExceptionTranslator others) {
		this.others = others;
	}

	@Override
	public @Nullable DataAccessException translate(String task, @Nullable String sql, SQLException ex) {
		ConnectionFault fault = ConnectionFault.find(ex);
		if (fault == null) {
			return this.others.translate(task, sql, ex);
		}
		String message = task + "; " + fault.getMessage();
		return fault.isOutcomeUnknown() ? new UnknownOutcomeException(message, ex)
				: new LostConnectionException(message, ex);
	}

}
