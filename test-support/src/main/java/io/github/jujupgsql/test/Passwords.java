package io.github.jujupgsql.test;

import java.security.SecureRandom;

/**
 * Makes passwords. Each begins with the same word, so that a search for that word in
 * whatever a test run has written tells whether one of them got out.
 */
final class Passwords {

	private static final String CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

	private static final String MARK = "PgsqlTestSecret";

	private static final int LENGTH = 32;

	private static final SecureRandom RANDOM = new SecureRandom();

	private Passwords() {
	}

	static String random() {
		StringBuilder password = new StringBuilder(MARK);
		RANDOM.ints(LENGTH, 0, CHARACTERS.length()).forEach((index) -> password.append(CHARACTERS.charAt(index)));
		return password.toString();
	}

}
