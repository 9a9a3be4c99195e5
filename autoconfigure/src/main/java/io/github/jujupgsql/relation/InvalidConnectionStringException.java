package io.github.jujupgsql.relation;

/**
 * A connection string that libpq would refuse, or that asks for something which cannot be
 * had through the JDBC driver. The message says where, why and what to do. It names known
 * keywords and positions, and holds no part of the string otherwise: whatever did not
 * parse can be a piece of a password.
 *
 * @since 0.1.0
 */
public class InvalidConnectionStringException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	InvalidConnectionStringException(String message) {
		super(message);
	}

}
