package io.github.jujupgsql.relation;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClientEndpoint} and {@link Ipv6Address}.
 */
class ClientEndpointTests {

	@ParameterizedTest
	@CsvSource({ "10.0.0.5:5432, 10.0.0.5, 5432", "' db:1 ', db, 1", "db, db, ''", "db:, db, ''",
			"[2001:db8::5]:5432, 2001:db8::5, 5432", "[2001:db8::5], 2001:db8::5, ''",
			"2001:db8::5:5432, 2001:db8::5, 5432", "2001:db8:0:0:0:0:0:5:5432, 2001:db8:0:0:0:0:0:5, 5432",
			"fe80::1%eth0:5432, fe80::1%eth0, 5432", "::ffff:10.0.0.5:5432, ::ffff:10.0.0.5, 5432",
			"2001:db8::5:a, 2001:db8::5:a, ''", "2001:db8:0:0:0:0:0:5, 2001:db8:0:0:0:0:0:5, ''",
			"2001:db8::, 2001:db8::, ''", "::1, ::1, ''", "db:5432:5432, db, 5432", "[::1]:5432:5432, ::1, 5432" })
	void hasAHostAndPerhapsAPort(String text, String host, String port) {
		assertThat(ClientEndpoint.parse(text).server()).isEqualTo(new Server(host, port));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", ":5432", "None:5432", "None", "[]:5432" })
	void withoutAHostItIsNotKnownNow(String text) {
		assertThat(ClientEndpoint.parse(text).server()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "db:1:2", "db:5432:5432:5432", "10.0.0.5:x:y", "[::1]x:1", "1:2:3" })
	void whatIsNeitherAHostNorAnAddressGetsNoPortThatIsOne(String text) {
		assertThat(ClientEndpoint.parse(text).port()).matches(".*[^0-9].*");
		assertThat(ClientEndpoint.parse(text).portTwice()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "::", "::1", "2001:db8::5", "1:2:3:4:5:6:7:8", "1::8", "1:2:3:4:5:6:7::",
			"::ffff:10.0.0.5", "1:2:3:4:5:6:10.0.0.5", "fe80::1%eth0", "ABCD::ef01" })
	void isAnIpv6Address(String text) {
		assertThat(Ipv6Address.isOne(text)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", ":", ":1", "1:", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", "12345::",
					"g::", "1:2:3:4:5:6:7:8::", "10.0.0.5", "::10.0.0.x", "10.0.0.5::1", "%eth0", "1:2:3:4:5:6:7:8:." })
	void isNoIpv6Address(String text) {
		assertThat(Ipv6Address.isOne(text)).isFalse();
	}

}
