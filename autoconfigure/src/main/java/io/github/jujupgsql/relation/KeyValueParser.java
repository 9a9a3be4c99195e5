package io.github.jujupgsql.relation;

/**
 * libpq's {@code keyword=value} form.
 */
final class KeyValueParser {

	private static final String QUOTING = "a value with blanks must stand in single quotes, and a single quote "
			+ "or a backslash within a value needs a backslash before it";

	private final String input;

	private int position;

	private KeyValueParser(String input) {
		this.input = input;
	}

	static Options parse(String input) {
		return new KeyValueParser(input).parse();
	}

	static boolean isBlank(char c) {
		return c == ' ' || (c >= '\t' && c <= '\r');
	}

	private Options parse() {
		Options options = new Options();
		skipBlanks();
		while (hasMore()) {
			int start = this.position;
			String keyword = keyword();
			String value = value();
			if (!options.set(keyword, value)) {
				throw new InvalidConnectionStringException("unknown keyword at character " + (start + 1)
						+ "; keywords are those of libpq 18 in lower case, " + QUOTING);
			}
			skipBlanks();
		}
		return options;
	}

	private String keyword() {
		int start = this.position;
		while (hasMore() && !isBlank(current()) && current() != '=') {
			this.position++;
		}
		String keyword = this.input.substring(start, this.position);
		skipBlanks();
		if (!hasMore() || current() != '=') {
			throw new InvalidConnectionStringException(
					"missing \"=\" after the word at character " + (start + 1) + "; " + QUOTING);
		}
		this.position++;
		return keyword;
	}

	private String value() {
		skipBlanks();
		if (hasMore() && current() == '\'') {
			return quotedValue();
		}
		StringBuilder value = new StringBuilder();
		while (hasMore() && !isBlank(current())) {
			appendCharacter(value);
		}
		return value.toString();
	}

	private String quotedValue() {
		int start = this.position++;
		StringBuilder value = new StringBuilder();
		while (hasMore() && current() != '\'') {
			appendCharacter(value);
		}
		if (!hasMore()) {
			throw new InvalidConnectionStringException(
					"the quote at character " + (start + 1) + " is never closed; " + QUOTING);
		}
		this.position++;
		return value.toString();
	}

	/**
	 * Append the character at the position, or the one that the backslash at the position
	 * protects. A backslash at the very end stands for nothing.
	 */
	private void appendCharacter(StringBuilder value) {
		if (current() == '\\') {
			this.position++;
		}
		if (hasMore()) {
			value.append(this.input.charAt(this.position++));
		}
	}

	private void skipBlanks() {
		while (hasMore() && isBlank(current())) {
			this.position++;
		}
	}

	private boolean hasMore() {
		return this.position < this.input.length();
	}

	private char current() {
		return this.input.charAt(this.position);
	}

}
