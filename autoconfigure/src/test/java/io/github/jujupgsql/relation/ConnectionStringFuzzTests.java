package io.github.jujupgsql.relation;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many strings that nobody wrote, the same in each run. {@code -Dfuzz.executions} and
 * {@code -Dfuzz.seed} make it more, and others.
 */
class ConnectionStringFuzzTests {

	private static final int EXECUTIONS = Integer.getInteger("fuzz.executions", 100_000);

	private static final String[] PIECES = { "postgresql://", "postgres://", "host", "hostaddr", "port", "user",
			"password", "dbname", "sslmode", "require", "requiressl", "ssl=true", "options", "sslrootcert=system",
			"bogus", "=", "=", "=", " ", " ", "'", "'", "\\", "@", ":", "/", "?", "&", "&", ",", "[", "]", "%", "%20",
			"%00", "%C3%BC", "%FF", "%4", "+", "#", ";", "\t", "\n", "\u000b", "\u00a0", "\u2003", "\0", "é",
			"\ud83d\udd11", "\ud83d", "\udd11", "::1", "10.0.0.1", "5432", "1", "a", "Z", "" };

	private final Random random = new Random(Long.getLong("fuzz.seed", 20261124L));

	private final List<String> seeds = Stream.concat(ConninfoVector.agreed().stream(), ConninfoVector.newer().stream())
		.map(ConninfoVector::input)
		.toList();

	private final Set<String> messages = new HashSet<>();

	private int accepted;

	@Test
	void anyStringIsEitherReadOrRefusedInOneWay() {
		for (int i = 0; i < EXECUTIONS; i++) {
			exercise((i % 2 == 0) ? mutation() : sentence());
		}
		assertThat(this.accepted).isBetween(EXECUTIONS / 10, EXECUTIONS * 9 / 10);
		assertThat(this.messages).hasSizeLessThan(120);
	}

	@Test
	void anyOptionsCanBeRendered() {
		for (int i = 0; i < EXECUTIONS / 10; i++) {
			ConnectionString string = ConnectionString.parse("");
			for (int options = this.random.nextInt(6); options > 0; options--) {
				Keyword keyword = (this.random.nextInt(3) == 0) ? pick(Keyword.values())
						: pick(Keyword.USER, Keyword.PASSWORD, Keyword.HOST, Keyword.PORT, Keyword.DBNAME);
				String value = text(this.random.nextInt(6));
				if (isText(value)) {
					string = string.with(keyword.toString(), value);
				}
			}
			rendersTheSame(string);
		}
	}

	private void exercise(String input) {
		try {
			ConnectionString string = ConnectionString.parse(input);
			this.accepted++;
			rendersTheSame(string);
			DriverProperties.of(string, "app");
		}
		catch (InvalidConnectionStringException ex) {
			this.messages.add(ex.getMessage().replaceAll("\\d+", "N"));
		}
		catch (Exception | StackOverflowError ex) {
			throw new AssertionError("unexpected " + ex + " for " + escape(input), ex);
		}
	}

	private static void rendersTheSame(ConnectionString string) {
		assertThat(ConnectionString.parse(string.toKeyValue())).isEqualTo(string);
		assertThat(ConnectionString.parse(string.toUri())).isEqualTo(string);
		assertThat(string.address()).isNotNull();
		assertThat(string.toString()).doesNotContain("\n");
	}

	private String mutation() {
		StringBuilder input = new StringBuilder(this.seeds.get(this.random.nextInt(this.seeds.size())));
		if (input.length() > 500) {
			input.setLength(500);
		}
		for (int times = this.random.nextInt(4); times >= 0; times--) {
			int at = this.random.nextInt(input.length() + 1);
			int to = Math.min(input.length(), at + this.random.nextInt(4));
			switch (this.random.nextInt(4)) {
				case 0 -> input.insert(at, pick(PIECES));
				case 1 -> input.delete(at, to);
				case 2 -> input.replace(at, to, pick(PIECES));
				default -> input.insert(at, input.substring(at, to));
			}
		}
		return input.toString();
	}

	private String sentence() {
		return switch (this.random.nextInt(3)) {
			case 0 -> text(this.random.nextInt(12));
			case 1 -> keyValue();
			default -> uri();
		};
	}

	private String keyValue() {
		StringBuilder string = new StringBuilder();
		for (int options = this.random.nextInt(8); options > 0; options--) {
			String quote = pick("", "'");
			string.append(pick(Keyword.values())).append(pick("=", "=", " = ", "\n=\t")).append(quote);
			string.append((this.random.nextInt(4) == 0) ? text(3) : word()).append(quote).append(pick(" ", "\n", " "));
		}
		return string.toString();
	}

	private String uri() {
		StringBuilder uri = new StringBuilder(pick("postgresql://", "postgres://"));
		uri.append(pick("", word() + "@", word() + ":" + word() + "@", text(2) + "@"));
		for (int hosts = this.random.nextInt(4); hosts > 0; hosts--) {
			uri.append(pick(word(), "[::1]", "", "%2Fsock"))
				.append(pick("", ":5432", ":" + word()))
				.append(pick(",", ""));
		}
		uri.append(pick("", "/", "/" + word(), "/" + text(2)));
		char separator = '?';
		for (int parameters = this.random.nextInt(4); parameters > 0; parameters--) {
			uri.append(separator).append(pick(Keyword.values())).append('=').append(pick(word(), word(), text(2)));
			separator = '&';
		}
		return uri.toString();
	}

	private String word() {
		return pick("", "a", "b%20c", "require", "verify-full", "disable", "5", "any", "h1,h2", "%C3%BC", "system",
				"x+y");
	}

	private String text(int pieces) {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < pieces; i++) {
			text.append(pick(PIECES));
		}
		return text.toString();
	}

	@SafeVarargs
	private <T> T pick(T... choices) {
		return choices[this.random.nextInt(choices.length)];
	}

	private static boolean isText(String value) {
		return value.indexOf('\0') < 0
				&& value.codePoints().noneMatch((c) -> c <= Character.MAX_VALUE && Character.isSurrogate((char) c));
	}

	private static String escape(String input) {
		StringBuilder escaped = new StringBuilder();
		input.chars().forEach((c) -> escaped.append((c > ' ' && c < 0x7f) ? (char) c : String.format("\\u%04x", c)));
		return escaped.toString();
	}

}
