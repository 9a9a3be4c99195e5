package io.github.jujupgsql.relation;

import java.util.stream.Collectors;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ClientUri}.
 */
class ClientUriTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			postgresql://u:p@a:1/d                  | a 1             | dbname=d password=p user=u
			postgresql://u:p@a,b,c:6432/d           | a 6432, b 6432, c 6432 | dbname=d password=p user=u
			postgresql://u:p@a:1,b/d                | a 1, b          | dbname=d password=p user=u
			postgresql://u:p@a:1,b,c:3/d            | a 1, b, c 3     | dbname=d password=p user=u
			postgresql://u:p@2001:db8::5:5432/d     | 2001:db8::5 5432 | dbname=d password=p user=u
			postgres://[2001:db8::5]:5432/d         | 2001:db8::5 5432 | dbname=d
			postgresql://u:p@a:5432:5432/d          | a 5432          | dbname=d password=p user=u
			postgresql://u:p@/d                     | ``              | dbname=d password=p user=u
			postgresql://u:p@:5432/d                | ``              | dbname=d password=p user=u
			postgresql://u:p@None:5432/d            | ``              | dbname=d password=p user=u
			postgresql://u:p@%2Frun%2Fx:6432/d      | /run/x 6432     | dbname=d password=p user=u
			postgresql://a/d?connect_timeout=3      | a               | connect_timeout=3 dbname=d
			postgresql://a?dbname=d@x               | x               | user='a?dbname=d'
			postgresql:///d?host=a,b&port=1,2       | a 1, b 2        | dbname=d host=a,b port=1,2
			host=a port=1 user=u                    | a 1             | host=a port=1 user=u
			""")
	void namesServersAndTheRest(String text, String servers, String rest) {
		ClientUri uri = ClientUri.parse(text);
		assertThat(texts(uri)).isEqualTo(servers);
		assertThat(uri.rest()).isEqualTo(ConnectionString.parse(rest));
	}

	@ParameterizedTest
	@ValueSource(strings = { "postgresql://u:s3cret%@a/d", "postgresql://a/d?s3cret=1", "s3cret", "host=s3cret=x y" })
	void whatIsNoConnectionStringIsRefused(String text) {
		assertThatExceptionOfType(InvalidConnectionStringException.class).isThrownBy(() -> ClientUri.parse(text))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
	}

	private static String texts(ClientUri uri) {
		return uri.servers()
			.stream()
			.map((server) -> (server.host() + " " + server.port()).strip())
			.collect(Collectors.joining(", "));
	}

}
