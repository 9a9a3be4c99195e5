package io.github.jujupgsql.dao;

import java.sql.SQLException;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * A connection was lost in a commit, or in a statement outside transactions, and the
 * server may or may not have carried it out. It must not simply be repeated: look first
 * whether it has been done, or make it something that may be done twice.
 *
 * @since 0.1.0
 */
public class UnknownOutcomeException extends DataAccessResourceFailureException {

	private static final long serialVersionUID = 1L;

	UnknownOutcomeException(String message, SQLException cause) {
		super(message, cause);
	}

}
