package io.github.jujupgsql.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.test.PgsqlCluster;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * How a session begins that a connection string asks for: on a real server.
 */
@Timeout(60)
class SessionTests {

	/** As the system's table of sockets has it. */
	private static final String ESTABLISHED = "01";

	@AutoClose
	static PgsqlCluster cluster = PgsqlCluster.builder().standbys(0).database("a b/c?d%e+f&g=h'i\\j").start();

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			''                                                              | tests
			fallback_application_name=fallback                              | fallback
			application_name=name                                           | name
			application_name='a name' fallback_application_name=fallback    | a name
			fallback_application_name=fallback application_name=name        | name
			application_name='' fallback_application_name=fallback          | ''
			""")
	void theServerIsShownTheApplicationsName(String options, String name) throws SQLException {
		assertThat(ask(options, "SHOW application_name")).isEqualTo(name);
	}

	@Test
	void optionsSetTheSessionsParameters() throws SQLException {
		String options = "options='-c statement_timeout=1234 -c test.words=a\\\\ b\\\\\\\\c -c geqo=off'";
		try (Session session = Session.open(cluster.master().connectionString() + " " + options)) {
			assertThat(session.ask("SHOW statement_timeout")).isEqualTo("1234ms");
			assertThat(session.ask("SHOW test.words")).isEqualTo("a b\\c");
			assertThat(session.ask("SHOW geqo")).isEqualTo("off");
		}
	}

	@Test
	void optionsOfAUriSetTheSessionsParameters() throws SQLException {
		String uri = cluster.master().uri()
				+ "?options=-c%20statement_timeout%3D1234%20-c%20test.words%3Da%5C%20b&application_name=a+b%26c";
		try (Session session = Session.open(uri)) {
			assertThat(session.ask("SHOW statement_timeout")).isEqualTo("1234ms");
			assertThat(session.ask("SHOW test.words")).isEqualTo("a b");
			assertThat(session.ask("SHOW application_name")).isEqualTo("a+b&c");
		}
	}

	@Test
	void theNameOfTheDatabaseMayHoldAnything() throws SQLException {
		assertThat(ask("", "SELECT current_database()")).isEqualTo(cluster.database());
		assertThat(Session.ask(cluster.master().uri(), "SELECT current_database()")).isEqualTo(cluster.database());
	}

	@Test
	void theDatabaseIsNamedAfterTheUserUnlessThereIsAName() {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> ask("dbname=''", "SELECT 1"))
			.withMessageContaining("\"" + cluster.user() + "\"");
	}

	@Test
	void theNameOfAHostIsNotLookedUpWhereItsAddressIsGiven() throws SQLException {
		assertThat(ask("host=db.invalid hostaddr=127.0.0.1", "SELECT host(inet_server_addr())")).isEqualTo("127.0.0.1");
	}

	@Test
	void theClientsEncodingIsUtf8WhateverIsAskedFor() throws SQLException {
		assertThat(ask("client_encoding=LATIN1", "SHOW client_encoding")).isEqualTo("UTF8");
		assertThat(ask("client_encoding=LATIN1", "SELECT 'žluťoučký 🐘'")).isEqualTo("žluťoučký 🐘");
	}

	@ParameterizedTest
	@CsvSource({ "'',true", "keepalives=1,true", "keepalives=0,false" })
	@EnabledOnOs(value = OS.LINUX, disabledReason = "the system's table of sockets tells")
	void theSystemKeepsTheConnectionAliveUnlessToldNotTo(String option, boolean keptAlive) throws SQLException {
		try (Session session = Session.open(cluster.master().connectionString() + " " + option)) {
			int port = Integer.parseInt(session.ask("SELECT inet_client_port()"));
			// any other timer is that of a packet under way
			await().until(() -> timerOf(port).equals(keptAlive ? "02" : "00"));
		}
	}

	/**
	 * The timer that is set for our end of a connection, see proc_net_tcp in the
	 * documentation of Linux. A former one that had its port may be listed as well.
	 */
	private static String timerOf(int port) throws IOException {
		String localAddress = String.format(Locale.ROOT, "0100007F:%04X", port);
		for (String table : List.of("tcp", "tcp6")) {
			try (Stream<String> lines = Files.lines(Path.of("/proc/net", table))) {
				List<String> timers = lines.map((line) -> line.trim().split("\\s+"))
					.filter((fields) -> fields[1].endsWith(localAddress) && fields[3].equals(ESTABLISHED))
					.map((fields) -> fields[5].substring(0, 2))
					.toList();
				if (!timers.isEmpty()) {
					return timers.get(0);
				}
			}
		}
		return "none";
	}

	// without the password in its name
	@ParameterizedTest(name = "password {index}")
	@MethodSource("passwords")
	void aPasswordMayHoldAnything(String password) throws SQLException {
		cluster.rotatePassword(password);
		String keyValue = cluster.master().connectionString();
		String uri = cluster.master().uri();
		ConnectionString parsed = ConnectionString.parse(uri);
		for (String string : List.of(keyValue, uri, parsed.toKeyValue(), parsed.toUri())) {
			assertThat(Session.ask(string, "SELECT current_user")).isEqualTo(cluster.user());
		}
	}

	static List<String> passwords() {
		return List.of("'", "\\", "it's", "'quoted'", "\"quoted\"", "back\\slash\\", "\\'", "a b", " a", "a ", "  ",
				"%", "%41", "100%25", "a@b", "a@b:c@d", ":", "/", "//", "?", "#", "&", "=", "a=b", "+", "a+b c", ",",
				";", "[::1]", "${HOME}", "$$", "`x`", "*", "<&>", "postgresql://u:p@h/d", "host=elsewhere user=nobody",
				"ünïcödé", "пароль", "密码", "🐘", "\u00aa", "e\u0301", "a\u00a0b", "x".repeat(900),
				"' \" \\ % @ : / ? # & = + , ; [ ] { } $ ` ~ ! | ( ) < > ^ * ß 🐘");
	}

	private static String ask(String options, String query) throws SQLException {
		return Session.ask(cluster.master().connectionString() + " " + options, query);
	}

}
