package io.github.jujupgsql.test;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import org.postgresql.util.PasswordUtil;

/**
 * Makes passwords. Each begins with the same word, so that a search for that word in
 * whatever a test run has written tells whether one of them got out.
 */
final class Passwords {

	private static final String CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

	private static final String MARK = "PgsqlTestSecret";

	private static final int LENGTH = 32;

	/**
	 * As few as there can be: those that PostgreSQL uses by itself cost every login ten
	 * milliseconds of a processor, and a random password is not guessed. Where logins are
	 * measured they should cost what they cost elsewhere.
	 */
	private static final int SCRAM_ITERATIONS = Integer.getInteger("juju.pgsql.test.scram-iterations", 1);

	private static final int SALT_LENGTH = 16;

	private static final SecureRandom RANDOM = new SecureRandom();

	private Passwords() {
	}

	static String random() {
		StringBuilder password = new StringBuilder(MARK);
		RANDOM.ints(LENGTH, 0, CHARACTERS.length()).forEach((index) -> password.append(CHARACTERS.charAt(index)));
		return password.toString();
	}

	/**
	 * Set the password of a user. The server, and so its log, learns only what SCRAM
	 * makes of it.
	 * @param connection a superuser's
	 * @param user the user
	 * @param password the password
	 */
	static void set(Connection connection, String user, String password) throws SQLException {
		byte[] salt = new byte[SALT_LENGTH];
		RANDOM.nextBytes(salt);
		String verifier = PasswordUtil.encodeScramSha256(password.toCharArray(), SCRAM_ITERATIONS, salt);
		try (Statement statement = connection.createStatement()) {
			statement.execute("ALTER USER " + statement.enquoteIdentifier(user, true) + " PASSWORD "
					+ statement.enquoteLiteral(verifier));
		}
	}

}
