package io.github.jujupgsql.test;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConnectionStrings}.
 */
class ConnectionStringsTests {

	@Test
	void keywordsAreSorted() {
		assertThat(ConnectionStrings.keyValue(Map.of("user", "juju", "host", "h", "dbname", "notes")))
			.isEqualTo("dbname=notes host=h user=juju");
	}

	@Test
	void valuesAreQuotedWhereNecessary() {
		assertThat(ConnectionStrings.keyValue(Map.of("a", "", "b", "x y", "c", "it's", "d", "back\\slash", "e", "a=b")))
			.isEqualTo("a='' b='x y' c='it\\'s' d='back\\\\slash' e=a=b");
	}

	@Test
	void uriIsPercentEncoded() {
		assertThat(ConnectionStrings.uri("a:b", "p@s/s%ü", "127.0.0.1:1,127.0.0.1:2", "no tes"))
			.isEqualTo("postgresql://a%3Ab:p%40s%2Fs%25%C3%BC@127.0.0.1:1,127.0.0.1:2/no%20tes");
	}

}
