package io.github.jujupgsql.dao;

import java.sql.SQLException;

import org.springframework.dao.TransientDataAccessResourceException;

/**
 * A connection was lost, and nothing of what was being done on it is left: the server has
 * rolled the transaction back, or was never told to commit it. The whole transaction may
 * be repeated, from its beginning, and gets another connection then.
 *
 * @since 0.1.0
 */
public class LostConnectionException extends TransientDataAccessResourceException {

	private static final long serialVersionUID = 1L;

	LostConnectionException(String message, SQLException cause) {
		super(message, cause);
	}

}
