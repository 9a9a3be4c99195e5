package io.github.jujupgsql.relation;

import java.util.OptionalInt;

/**
 * Integers as libpq reads them: decimal, an optional sign, blanks around.
 */
final class PgInteger {

	private PgInteger() {
	}

	static OptionalInt parse(String text) {
		int start = 0;
		int end = text.length();
		while (start < end && KeyValueParser.isBlank(text.charAt(start))) {
			start++;
		}
		while (end > start && KeyValueParser.isBlank(text.charAt(end - 1))) {
			end--;
		}
		for (int i = start; i < end; i++) {
			char c = text.charAt(i);
			boolean sign = i == start && (c == '-' || c == '+');
			// Integer.parseInt would take the digits of every script
			if (!sign && (c < '0' || c > '9')) {
				return OptionalInt.empty();
			}
		}
		try {
			return OptionalInt.of(Integer.parseInt(text, start, end, 10));
		}
		catch (NumberFormatException ex) {
			return OptionalInt.empty();
		}
	}

}
