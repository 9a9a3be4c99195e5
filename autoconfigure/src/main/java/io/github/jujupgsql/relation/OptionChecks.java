package io.github.jujupgsql.relation;

import java.util.List;

/**
 * What libpq checks when it connects, and not when it parses. Messages name the keyword
 * and never the value.
 */
final class OptionChecks {

	private OptionChecks() {
	}

	static InvalidConnectionStringException refused(Keyword keyword, String reason) {
		return new InvalidConnectionStringException(keyword + " " + reason);
	}

	static String oneOf(Keyword keyword, String value, String... known) {
		if (!List.of(known).contains(value)) {
			throw refused(keyword, "must be one of " + String.join(", ", known) + "; letter case counts");
		}
		return value;
	}

	static int integer(Keyword keyword, String value) {
		return PgInteger.parse(value).orElseThrow(() -> refused(keyword, "must be an integer"));
	}

	static boolean consistsOf(String text, String characters) {
		return text.chars().allMatch((c) -> characters.indexOf(c) >= 0);
	}

}
