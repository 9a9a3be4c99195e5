package io.github.jujupgsql.relation;

import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which hosts are hosts, and how many there may be.
 */
class HostListTests {

	@ParameterizedTest
	@ValueSource(strings = { "db", "DB-1.example.com", "db.example.com.", "my_db", "10.0.0.1", "::1", "[::1]",
			"2001:db8::5", "::ffff:10.0.0.1", "fe80::1%eth0", "fe80::1%en-0.100", "xn--bcher-kva.example",
			"bücher.example", "база.рф", "データ.例え", "डेटा.भारत", "𠮷野.example" })
	void whatHostsAreCalledIsTaken(String host) {
		ConnectionString string = ConnectionString.parse("user=u").with("host", host);
		assertThat(new HostList(string).checked()).containsExactly(new Server(host, "5432"));
		assertThat(string.address())
			.isEqualTo((host.contains(":") && !host.startsWith("[")) ? "[" + host + "]:5432" : host + ":5432");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\nWARN forged", "a\r", "a\tb", "a b", " a", "a\u0000b", "a'b", "a\"b", "a\\b", "a;b",
			"a=b", "a@b", "a/b", "a?b", "a#b", "a$b", "a<b", "a(b)", "a\u0085b", "a\u2028b", "a\u00a0b", "a\u200eb",
			"a\u202eb", "a\u001b[31m", "[::1", "::1]", "[a]b", "[]", "a😀" })
	void whatNoHostIsCalledIsRefusedWithoutBeingRepeated(String host) {
		if (host.indexOf('\0') >= 0) {
			assertThatExceptionOfType(InvalidConnectionStringException.class)
				.isThrownBy(() -> ConnectionString.parse("user=u").with("host", host));
			return;
		}
		assertRefused(ConnectionString.parse("user=u").with("host", host), "host",
				"a character that no host's name or address has");
		assertRefused(ConnectionString.parse("user=u").with("host", "ok," + host), "host", "a character");
	}

	@ParameterizedTest
	@ValueSource(strings = { "fe80::1%eth0\nWARN forged", "fe80::1%a b", "fe80::1%'" })
	void theScopeOfAnAddressIsLookedAtToo(String address) {
		assertRefused(ConnectionString.parse("user=u").with("hostaddr", address), "hostaddr", "IP addresses only");
	}

	@Test
	void aNameLongerThanAnyIsRefused() {
		HostList longest = new HostList(ConnectionString.parse("user=u host=" + "a".repeat(255)));
		assertThat(longest.checked()).hasSize(1);
		assertRefused(ConnectionString.parse("user=u host=" + "a".repeat(256)), "host", "more than 255 characters");
	}

	@ParameterizedTest
	@CsvSource({ "host,a", "hostaddr,10.0.0.1" })
	void moreThan64HostsAreRefused(String keyword, String host) {
		ConnectionString most = hosts(keyword, host, 64);
		assertThat(new HostList(most).checked()).hasSize(64);
		assertRefused(hosts(keyword, host, 65), keyword, "65 items; 64 are the most");
		assertRefused(hosts(keyword, host, 200_001), keyword, "200001 items; 64 are the most");
	}

	@Test
	void moreThan64NamesAreRefusedAlsoWhereTheirAddressesAreUsed() {
		assertRefused(hosts("hostaddr", "10.0.0.1", 65).with("host", ",".repeat(64)), "host", "64 are the most");
	}

	private static ConnectionString hosts(String keyword, String host, int count) {
		return ConnectionString.parse("user=u").with(keyword, String.join(",", Collections.nCopies(count, host)));
	}

	private static void assertRefused(ConnectionString string, String keyword, String reason) {
		assertThatExceptionOfType(InvalidConnectionStringException.class)
			.isThrownBy(() -> DriverProperties.of(string, "app"))
			.withMessageStartingWith(keyword + " ")
			.withMessageContaining(reason)
			.satisfies((ex) -> assertThat(ex.getMessage()).matches("\\P{Cntrl}*")
				.doesNotContain(List.of("forged", "eth0")));
	}

}
