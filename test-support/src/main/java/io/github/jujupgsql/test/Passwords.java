package io.github.jujupgsql.test;

import java.security.SecureRandom;

/**
 * Makes passwords.
 */
final class Passwords {

	private static final String CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

	private static final int LENGTH = 32;

	private static final SecureRandom RANDOM = new SecureRandom();

	private Passwords() {
	}

	static String random() {
		StringBuilder password = new StringBuilder(LENGTH);
		RANDOM.ints(LENGTH, 0, CHARACTERS.length()).forEach((index) -> password.append(CHARACTERS.charAt(index)));
		return password.toString();
	}

}
