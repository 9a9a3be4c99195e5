package io.github.jujupgsql.pool;

import java.sql.SQLException;

/**
 * A server is not, or no longer, what the table of roles takes it for. There will be
 * another table soon, or the server will change.
 *
 * @since 0.1.0
 */
public final class WrongRoleException extends SQLException {

	private static final long serialVersionUID = 1L;

	/** Of the class "connection exception": unable to establish one. */
	private static final String SQL_STATE = "08001";

	WrongRoleException(String reason) {
		super(reason, SQL_STATE);
	}

}
