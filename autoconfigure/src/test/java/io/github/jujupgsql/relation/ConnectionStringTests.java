package io.github.jujupgsql.relation;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class ConnectionStringTests {

	private static final String MARK = "zq8Marked7";

	private static final int MEBIBYTE = 1 << 20;

	@Test
	void equalMeansTheSameOptionsWhateverTheFormAndTheOrder() {
		ConnectionString string = ConnectionString.parse("host=h port=1 dbname=d user=u password=p sslmode=require");
		Stream
			.of("postgresql://u:p@h:1/d?ssl=true", "password = 'p' user=x user=u\tdbname=d requiressl=1 port=1 host=h",
					"postgres://?host=h&port=1&dbname=%64&user=u&password=p&sslmode=require")
			.map(ConnectionString::parse)
			.forEach((other) -> {
				assertThat(other).isEqualTo(string).hasSameHashCodeAs(string).hasToString(string.toString());
				assertThat(other.toKeyValue()).isEqualTo(string.toKeyValue());
				assertThat(other.toUri()).isEqualTo(string.toUri());
				assertThat(other.options().keySet()).containsExactlyElementsOf(string.options().keySet());
			});
		assertThat(string).isNotEqualTo(string.with("password", "q")).isNotEqualTo("host=h");
	}

	@Test
	void emptyIsSetAndNotTheSameAsUnset() {
		assertThat(ConnectionString.parse("host=''")).isNotEqualTo(ConnectionString.parse(""));
		assertThat(ConnectionString.parse("host=''").options()).containsExactly(Map.entry("host", ""));
	}

	@Test
	void optionsCannotBeChanged() {
		assertThat(ConnectionString.parse("host=h").options()).isUnmodifiable();
	}

	@Test
	void withGivesACopy() {
		ConnectionString string = ConnectionString.parse("host=h port=1");
		assertThat(string.with("port", "2")).isEqualTo(ConnectionString.parse("host=h port=2"));
		assertThat(string.with("requiressl", "1")).isEqualTo(ConnectionString.parse("host=h port=1 sslmode=require"));
		assertThat(string).isEqualTo(ConnectionString.parse("host=h port=1"));
	}

	@Test
	void withRefusesWhatNoStringCanSay() {
		ConnectionString string = ConnectionString.parse("");
		assertThatIllegalArgumentException().isThrownBy(() -> string.with("socketFactory", "x"));
		assertThatIllegalArgumentException().isThrownBy(() -> string.with("password", "a\0b"));
		assertThatIllegalArgumentException().isThrownBy(() -> string.with("password", "a\ud83d"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			host=10.0.0.1                                             | 10.0.0.1:5432
			host=h port=6432                                          | h:6432
			host=h port=''                                            | h:5432
			host=h port=' +07 '                                       | h:7
			postgresql://h1,h2:2/d                                    | h1:5432,h2:2
			host=a,b port=7                                           | a:7,b:7
			postgresql://[::1],[2001:db8::2]:5433/d                   | [::1]:5432,[2001:db8::2]:5433
			host=[::1]                                                | [::1]:5432
			host=h hostaddr=10.0.0.1                                  | 10.0.0.1:5432
			host=h hostaddr=10.0.0.1 sslmode=verify-full              | h:5432
			hostaddr=2001:db8::1                                      | [2001:db8::1]:5432
			host=/run/pg                                              | /run/pg:5432
			''                                                        | :5432
			host=a,b port=1,2,3                                       | a:1,b:2
			host=a hostaddr=10.0.0.1,10.0.0.2 port=1,2                | 10.0.0.1:1,10.0.0.2:2
			postgresql://u:p/w@h/d                                    | u:***
			postgresql://u:p@w@h/d                                    | ***:5432
			""")
	void addressTellsWhereConnectionsGo(String string, String address) {
		assertThat(ConnectionString.parse(string).address()).isEqualTo(address);
	}

	@Test
	void addressIsTheSameWithAnotherPassword() {
		ConnectionString before = ConnectionString.parse("postgresql://u:p@h/d");
		assertThat(before.with("password", "q").address()).isEqualTo(before.address());
	}

	@Test
	void databaseIsTheUsersUnlessNamed() {
		assertThat(ConnectionString.parse("user=u dbname=d").database()).isEqualTo("d");
		assertThat(ConnectionString.parse("user=u dbname=''").database()).isEqualTo("u");
		assertThat(ConnectionString.parse("user=u").database()).isEqualTo("u");
		assertThat(ConnectionString.parse("user=''").database()).isNull();
		assertThat(ConnectionString.parse("user=''").user()).isNull();
		assertThat(ConnectionString.parse("user=u").user()).isEqualTo("u");
	}

	@Test
	void toStringIsOfUseInALog() {
		assertThat(ConnectionString.parse("postgresql://relation-4:secret@10.0.0.1:5432/notes?connect_timeout=3"))
			.hasToString("[user=relation-4 password=*** connect_timeout=3 dbname=notes host=10.0.0.1 port=5432]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "password=" + MARK, "postgresql://u:" + MARK + "@h/d", "host=h sslpassword=" + MARK,
			"oauth_client_secret=" + MARK, "scram_client_key=" + MARK, "scram_server_key=" + MARK,
			"password= " + MARK + "=x", "password='a " + MARK + "'", "postgresql://u:" + MARK + "/x@h/d",
			"postgresql://u:x/" + MARK + "@h/d", "postgresql://u:x@" + MARK + "@h/d",
			"postgresql://u:p@h,u:" + MARK + "@h2/d", "postgresql://u:12,h" + MARK + "/x@h/d" })
	void toStringAndAddressHoldNoPieceOfAPassword(String string) {
		ConnectionString parsed = ConnectionString.parse(string);
		assertThat(parsed.toString()).doesNotContain(MARK);
		if (!string.contains(",h" + MARK)) {
			assertThat(parsed.address()).doesNotContain(MARK);
		}
	}

	@Test
	void toStringIsOneLine() {
		assertThat(ConnectionString.parse("user='a\nb\u0085c\u2028d' dbname='\u202ex'"))
			.hasToString("[user=*** dbname=***]");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					host=h user=u                           | user=u host=h                             | postgresql://u@h
					dbname=d                                | dbname=d                                  | postgresql:///d
					user='' dbname='' host='' password=''   | user='' password='' dbname='' host=''     | postgresql://?user=&password=&dbname=&host=
					password=p                              | password=p                                | postgresql://:p@
					user=u@v password='p:/?#[]@ %+'         | user='u@v' password='p:/?#[]@ %+'         | postgresql://u%40v:p%3A%2F%3F%23%5B%5D%40%20%25%2B@
					password=it\\'s\\\\                     | password='it\\'s\\\\'                     | postgresql://:it%27s%5C@
					host=a,b port=1,2                       | host=a,b port=1,2                         | postgresql://a:1,b:2
					host=a,b port=,                         | host=a,b port=,                           | postgresql://a,b
					host=a,b                                | host=a,b                                  | postgresql://a%2Cb
					host=a,b port=1                         | host=a,b port=1                           | postgresql://a%2Cb:1
					port=1,2                                | port=1,2                                  | postgresql://:1%2C2
					port=''                                 | port=''                                   | postgresql://?port=
					host=::1,b port=,2                      | host=::1,b port=,2                        | postgresql://[::1],b:2
					host=/run/pg                            | host='/run/pg'                            | postgresql://%2Frun%2Fpg
					host=[::1]                              | host='[::1]'                              | postgresql://[%5B::1%5D]
					dbname=a/b?c                            | dbname='a/b?c'                            | postgresql:///a%2Fb%3Fc
					user=é                                  | user=é                                    | postgresql://%C3%A9@
					host=h options='-c a=b'                 | host=h options='-c a=b'                   | postgresql://h?options=-c%20a%3Db
					""")
	void rendersAsBothForms(String input, String keyValue, String uri) {
		ConnectionString string = ConnectionString.parse(input);
		assertThat(string.toKeyValue()).isEqualTo(keyValue);
		assertThat(string.toUri()).isEqualTo(uri);
		assertThat(ConnectionString.parse(keyValue)).isEqualTo(string);
		assertThat(ConnectionString.parse(uri)).isEqualTo(string);
	}

	@ParameterizedTest
	@ValueSource(strings = { "postgresql://u:%FF@h/d", "postgresql://u:%C3@h/d", "postgresql://u:%C3é@h/d",
			"postgresql://u:%ED%A0%80@h/d", "postgresql://u:%C0%AF@h/d", "postgresql://u:%F4%90%80%80@h/d",
			"postgresql://%C3,%A9/d", "postgresql://h/d?user=%80", "postgresql://h/d?%FF=x" })
	void bytesThatAreNoUtf8AreRefused(String string) {
		assertThatExceptionOfType(InvalidConnectionStringException.class)
			.isThrownBy(() -> ConnectionString.parse(string))
			.withMessageContaining("UTF-8")
			.withNoCause();
	}

	@Test
	void whatIsNoTextIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> ConnectionString.parse("password=a\0b"))
			.withMessageStartingWith("a NUL at character 11");
		assertThatIllegalArgumentException().isThrownBy(() -> ConnectionString.parse("postgresql://u:\udd11@h"))
			.withMessageStartingWith("half a surrogate pair at character 16");
		assertThatIllegalArgumentException().isThrownBy(() -> ConnectionString.parse("password=\ud83d"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					user=u password=my secret           | missing "=" after the word at character 20; a value with blanks must stand in single quotes
					password=my host=x secret=a         | unknown keyword at character 20; keywords are those of libpq 18 in lower case
					user=u password='my secret          | the quote at character 17 is never closed
					postgresql://[::1                   | the "[" at character 14 is never closed
					postgresql://[]                     | nothing between "[" and "]" at character 14
					postgresql://[::1]x                 | unexpected character after "]", at character 19
					postgresql://u:100%@h               | "%" without two hexadecimal digits in the password; a percent sign itself is written as %25
					postgresql://u:p w@h                | a space inside the password; write it as %20
					postgresql://u%00@h                 | %00 in the user name
					postgresql://h/d?user=u&x           | missing "=" in the parameter at character 25; percent-encode
					postgresql://h/d?user=a=b           | a second "=" in the parameter at character 18; percent-encode
					postgresql://h/d?user=u&secret=x    | unknown keyword in the parameter at character 25
					""")
	void messageTellsWhereAndWhatToDo(String string, String message) {
		assertThatExceptionOfType(InvalidConnectionStringException.class)
			.isThrownBy(() -> ConnectionString.parse(string))
			.withMessageStartingWith(message);
	}

	@ParameterizedTest
	@MethodSource("refused")
	void messageHoldsNoPieceOfTheInput(ConninfoVector vector) {
		assertThat(refuse(mark(vector.input())).getMessage()).doesNotContain(MARK);
	}

	/**
	 * A piece of the input in any of them would make as many messages as there are
	 * inputs.
	 */
	@Test
	void messagesAreFewButForTheirNumbers() {
		List<String> messages = refused().map((vector) -> refuse(vector.input()).getMessage().replaceAll("\\d+", "N"))
			.toList();
		assertThat(messages).hasSizeGreaterThan(130);
		assertThat(Set.copyOf(messages)).hasSizeBetween(15, 30);
	}

	static Stream<ConninfoVector> refused() {
		return Stream.concat(ConninfoVector.agreed().stream(), ConninfoVector.newer().stream())
			.filter((vector) -> !vector.ok());
	}

	@ParameterizedTest
	@MethodSource("large")
	void aMebibyteIsNoTrouble(String input) {
		try {
			ConnectionString string = ConnectionString.parse(input);
			assertThat(ConnectionString.parse(string.toKeyValue())).isEqualTo(string);
			assertThat(ConnectionString.parse(string.toUri())).isEqualTo(string);
			assertThat(string.address()).isNotNull();
		}
		catch (InvalidConnectionStringException ex) {
			assertThat(ex.getMessage()).hasSizeLessThan(250);
		}
	}

	static Stream<String> large() {
		return Stream.of("password=" + "x".repeat(MEBIBYTE), "password='" + "\\'".repeat(MEBIBYTE / 2) + "'",
				"password='" + "\\'".repeat(MEBIBYTE / 2), "host=" + ",".repeat(MEBIBYTE), "x".repeat(MEBIBYTE),
				" ".repeat(MEBIBYTE), "user=u ".repeat(MEBIBYTE / 7), "\\".repeat(MEBIBYTE), "=".repeat(MEBIBYTE),
				"postgresql://" + ":".repeat(MEBIBYTE), "postgresql://" + "@".repeat(MEBIBYTE),
				"postgresql://" + ",".repeat(MEBIBYTE), "postgresql://" + "[".repeat(MEBIBYTE),
				"postgresql://" + "[a],".repeat(MEBIBYTE / 4), "postgresql://" + "%".repeat(MEBIBYTE),
				"postgresql://" + "%41".repeat(MEBIBYTE / 3), "postgresql:///" + " ".repeat(MEBIBYTE) + "x",
				"postgresql://h?" + "user=u&".repeat(MEBIBYTE / 7), "postgresql://h?" + "&".repeat(MEBIBYTE),
				"postgresql://h/" + "\ud83d\udd11".repeat(MEBIBYTE / 2));
	}

	private static InvalidConnectionStringException refuse(String string) {
		InvalidConnectionStringException refused = catchThrowableOfType(InvalidConnectionStringException.class,
				() -> ConnectionString.parse(string));
		assertThat(refused).as("refused").isNotNull();
		return refused;
	}

	/**
	 * Put the mark after the last word, or else before it, so that what was refused still
	 * is.
	 */
	private static String mark(String input) {
		int end = input.length();
		while (end > 0 && !Character.isLetterOrDigit(input.charAt(end - 1))) {
			end--;
		}
		int start = end;
		while (start > 0 && Character.isLetterOrDigit(input.charAt(start - 1))) {
			start--;
		}
		String marked = input.substring(0, end) + MARK + input.substring(end);
		return isRefused(marked) ? marked : input.substring(0, start) + MARK + " " + MARK + input.substring(start);
	}

	private static boolean isRefused(String string) {
		try {
			ConnectionString.parse(string);
			return false;
		}
		catch (InvalidConnectionStringException ex) {
			return true;
		}
	}

}
