package io.github.jujupgsql.relation;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the driver is given, and where it can be had without a server, what the driver
 * makes of it.
 */
class DriverPropertiesTests {

	private static final String SERVER = "host=h user=u ";

	@Test
	void serverDatabaseAndUserReachTheDriverThroughTheBareUrl() {
		Properties properties = parsedByDriver(
				"host=10.0.0.5 port=5433 dbname='my db/?+%&' user='u@v' password='p:w#%&?'");
		assertThat(PGProperty.PG_HOST.getOrDefault(properties)).isEqualTo("10.0.0.5");
		assertThat(PGProperty.PG_PORT.getOrDefault(properties)).isEqualTo("5433");
		assertThat(PGProperty.PG_DBNAME.getOrDefault(properties)).isEqualTo("my db/?+%&");
		assertThat(PGProperty.USER.getOrDefault(properties)).isEqualTo("u@v");
		assertThat(PGProperty.PASSWORD.getOrDefault(properties)).isEqualTo("p:w#%&?");
	}

	@Test
	void theLeastSaysWhatTheDriverWouldGuessOtherwise() {
		DriverProperties properties = of("host=h user=u");
		assertThat(properties.toProperties()).containsOnly(Map.entry("PGHOST", "h"), Map.entry("PGPORT", "5432"),
				Map.entry("PGDBNAME", "u"), Map.entry("user", "u"), Map.entry("ApplicationName", "app"),
				Map.entry("connectTimeout", "10"), Map.entry("tcpKeepAlive", "true"));
		assertThat(properties.droppedKeywords()).isEmpty();
	}

	@Test
	void databaseIsNamedAfterTheUserWhenEmpty() {
		assertThat(value("host=h user=u dbname=''", PGProperty.PG_DBNAME)).isEqualTo("u");
	}

	@Test
	void databaseThatLooksLikeAConnectionStringStaysAName() {
		assertThat(value(SERVER + "dbname='postgresql://other/x'", PGProperty.PG_DBNAME))
			.isEqualTo("postgresql://other/x");
	}

	@ParameterizedTest
	@ValueSource(strings = { "host=h", "host=h user=''", "host=h dbname=d", "postgresql://h/d" })
	void missingUserIsRefusedInsteadOfTakingTheOperatingSystems(String string) {
		assertRefused(string, "user");
	}

	@Test
	void emptyPasswordIsNoPassword() {
		assertThat(of(SERVER + "password=''").toProperties()).doesNotContainKey("password");
	}

	@ParameterizedTest
	@ValueSource(strings = { "user=u", "user=u host=''", "user=u host=a,,b", "user=u host=a,", "user=u host=/run/pg",
			"user=u host=@pg", "user=u host=a,/run/pg", "postgresql://u@/d", "user=u host='' hostaddr=''",
			"user=u host=/run/pg hostaddr=10.0.0.1 sslmode=verify-full" })
	void localSocketsAreRefused(String string) {
		assertRefused(string, "host");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			host=a,b,c            | a,b,c   | 5432,5432,5432
			host=a,b port=1       | a,b     | 1,1
			host=a,b port=1,2     | a,b     | 1,2
			host=a,b port=,2      | a,b     | 5432,2
			host=a,b port=''      | a,b     | 5432,5432
			host=a port=' +007 '  | a       | 7
			host=::1,a port=1,    | ::1,a   | 1,5432
			host=[::1]            | [::1]   | 5432
			""")
	void eachHostGetsItsPort(String servers, String hosts, String ports) {
		Properties properties = parsedByDriver("user=u " + servers);
		assertThat(PGProperty.PG_HOST.getOrDefault(properties)).isEqualTo(hosts);
		assertThat(PGProperty.PG_PORT.getOrDefault(properties)).isEqualTo(ports);
		assertThat(hostSpecs(properties)).hasSameSizeAs(hosts.split(","));
	}

	@ParameterizedTest
	@ValueSource(strings = { "host=a,b port=1,2,3", "host=a,b,c port=1,2", "host=a port=,", "host=a port=0",
			"host=a port=65536", "host=a port=-1", "host=a port=abc", "host=a port='5432 x'", "host=a port=' '",
			"host=a port=99999999999", "host=a port=５４３２" })
	void portsThatLibpqWouldNotConnectToAreRefused(String servers) {
		assertRefused("user=u " + servers, "port");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			hostaddr=10.0.0.1                                        | 10.0.0.1           | ''
			hostaddr=10.0.0.1 sslmode=verify-full                    | 10.0.0.1           | ''
			host=a hostaddr=10.0.0.1                                 | 10.0.0.1           | ''
			host=a,b hostaddr=10.0.0.1,10.0.0.2                      | 10.0.0.1,10.0.0.2  | ''
			host=a,b hostaddr=10.0.0.1,                              | 10.0.0.1,b         | ''
			host=,b hostaddr=10.0.0.1, sslmode=verify-full           | 10.0.0.1,b         | hostaddr
			host=a hostaddr=''                                       | a                  | ''
			host=/run/pg hostaddr=10.0.0.1                           | 10.0.0.1           | ''
			host=a hostaddr=fe80::1%eth0 sslmode=verify-ca           | fe80::1%eth0       | ''
			host=a hostaddr=10.0.0.1 sslmode=verify-full             | a                  | hostaddr
			host=a hostaddr=10.0.0.1 sslrootcert=system              | a                  | hostaddr
			host=a hostaddr=10.0.0.1 gssencmode=require              | a                  | hostaddr
			host=a hostaddr=10.0.0.1 require_auth=gss                | a                  | hostaddr
			host=a hostaddr=10.0.0.1 krbsrvname=pg                   | a                  | hostaddr
			""")
	void hostaddrGoesBeforeHostUnlessTheNameIsNeeded(String servers, String hosts, String dropped) {
		DriverProperties properties = of("user=u " + servers);
		assertThat(properties.toProperties().getProperty("PGHOST")).isEqualTo(hosts);
		assertThat(String.join(",", properties.droppedKeywords())).isEqualTo(dropped);
	}

	@ParameterizedTest
	@ValueSource(strings = { "host=a,b hostaddr=10.0.0.1", "host=a hostaddr=10.0.0.1,10.0.0.2", "host=a hostaddr=other",
			"hostaddr=localhost" })
	void hostaddrMustBeAnAddressForEachHost(String servers) {
		assertRefused("user=u " + servers, "hostaddr");
	}

	@ParameterizedTest
	@CsvSource({ "any,any", "read-write,primary", "primary,primary", "read-only,secondary", "standby,secondary",
			"prefer-standby,preferSecondary" })
	void targetSessionAttrsBecomesTheDriversServerType(String attrs, String type) throws Exception {
		assertThat(value(SERVER + "target_session_attrs=" + attrs, PGProperty.TARGET_SERVER_TYPE)).isEqualTo(type);
		Class<?> requirement = Class.forName("org.postgresql.hostchooser.HostRequirement");
		Method known = requirement.getMethod("getTargetServerType", String.class);
		known.setAccessible(true);
		assertThat(known.invoke(null, type)).hasToString(type);
	}

	@ParameterizedTest
	@CsvSource({ "random,true", "disable,false" })
	void loadBalanceHostsBecomesABoolean(String value, boolean expected) {
		Properties properties = of(SERVER + "load_balance_hosts=" + value).toProperties();
		assertThat(PGProperty.LOAD_BALANCE_HOSTS.getBoolean(properties)).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource({ "h,0,0", "h,-5,0", "h,1,2", "h,2,2", "h,' 7 ',7", "'a,b,c',5,15", "'a,b,c',1,6", "'a,b',0,0",
			"h,2147483647,2147483", "'a,b',1500000,2147483" })
	void connectTimeoutIsForEachHost(String hosts, String timeout, int expected) throws Exception {
		Properties properties = of("user=u host=" + hosts + " connect_timeout='" + timeout + "'").toProperties();
		assertThat(PGProperty.CONNECT_TIMEOUT.getInt(properties)).isEqualTo(expected);
	}

	@Test
	void connectTimeoutOfTheDriverIsForEachHostToo() throws Exception {
		int standard = Integer.parseInt(Objects.requireNonNull(PGProperty.CONNECT_TIMEOUT.getDefaultValue()));
		assertThat(PGProperty.CONNECT_TIMEOUT.getInt(of("user=u host=a").toProperties())).isEqualTo(standard);
		assertThat(PGProperty.CONNECT_TIMEOUT.getInt(of("user=u host=a,b").toProperties())).isEqualTo(2 * standard);
	}

	@ParameterizedTest
	@ValueSource(strings = { "connect_timeout=''", "connect_timeout=x", "connect_timeout=5s", "connect_timeout=1.5",
			"connect_timeout=2147483648", "keepalives=''", "keepalives=on", "keepalives_idle=x",
			"keepalives_interval=''", "keepalives_count=1,2", "tcp_user_timeout=5s" })
	void whatMustBeAnIntegerIsRefusedOtherwise(String option) {
		assertRefused(SERVER + option, option.substring(0, option.indexOf('=')));
	}

	@ParameterizedTest
	@CsvSource({ "'',true", "keepalives=1,true", "keepalives=0,false", "keepalives=-1,true", "keepalives=' 0 ',false" })
	void keepalivesAreOnUnlessSwitchedOff(String option, boolean expected) {
		String string = SERVER + option.replace("= 0 ", "=' 0 '");
		assertThat(PGProperty.TCP_KEEP_ALIVE.getBoolean(of(string).toProperties())).isEqualTo(expected);
	}

	@Test
	void keepaliveTimesAreNotLookedAtWhenKeepalivesAreOff() {
		assertThat(of(SERVER + "keepalives=0 keepalives_idle=x").droppedKeywords()).containsExactly("keepalives_idle");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			''                                                | app
			fallback_application_name=f                       | f
			application_name=a                                | a
			application_name=a fallback_application_name=f    | a
			application_name='' fallback_application_name=f   | ''
			""")
	void applicationNameGoesBeforeItsFallbacks(String options, String name) {
		assertThat(value(SERVER + options, PGProperty.APPLICATION_NAME)).isEqualTo(name);
	}

	@Test
	void optionsAreHandedOnAsTheyAre() {
		assertThat(value(SERVER + "options='-c search_path=a\\\\ b -c geqo=off'", PGProperty.OPTIONS))
			.isEqualTo("-c search_path=a\\ b -c geqo=off");
		assertThat(of(SERVER + "options=''").toProperties()).doesNotContainKey("options");
	}

	@ParameterizedTest
	@ValueSource(strings = { "disable", "allow", "prefer", "require", "verify-ca", "verify-full" })
	void sslmodeIsTheSame(String mode) {
		assertThat(value(SERVER + "sslmode=" + mode, PGProperty.SSL_MODE)).isEqualTo(mode);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			sslmode=require sslrootcert=/ca.crt      | verify-ca
			requiressl=1 sslrootcert=/ca.crt         | verify-ca
			sslmode=require sslrootcert=''           | require
			sslmode=prefer sslrootcert=/ca.crt       | prefer
			sslmode=verify-full sslrootcert=/ca.crt  | verify-full
			sslrootcert=system                       | verify-full
			requiressl=0                             | prefer
			""")
	void sslmodeVerifiesAsMuchAsInLibpq(String options, String mode) {
		assertThat(value(SERVER + options, PGProperty.SSL_MODE)).isEqualTo(mode);
	}

	@Test
	void sslTrueOfAUriRequiresTlsAndIsNotTheDriversOwn() {
		Properties properties = of("postgresql://u@h/d?ssl=true").toProperties();
		assertThat(properties).containsEntry("sslmode", "require").doesNotContainKey("ssl");
	}

	@Test
	void systemTrustStoreIsTheJvmsAndNotAFileOfThatName() throws Exception {
		DriverProperties system = of(SERVER + "sslrootcert=system sslcert=/c.crt sslkey=/c.pk8 sslpassword=s");
		Properties properties = system.toProperties();
		assertThat(Class.forName(properties.getProperty("sslfactory")))
			.isEqualTo(org.postgresql.ssl.DefaultJavaSSLFactory.class);
		assertThat(properties).doesNotContainKeys("sslrootcert", "sslcert", "sslkey", "sslpassword");
		assertThat(system.droppedKeywords()).containsExactly("sslcert", "sslkey", "sslpassword");
	}

	@Test
	void certificatesAndKeysAreFilesInBoth() {
		Properties properties = of(SERVER + "sslrootcert=/ca sslcert=/c sslkey=/k sslpassword=s").toProperties();
		assertThat(PGProperty.SSL_ROOT_CERT.getOrDefault(properties)).isEqualTo("/ca");
		assertThat(PGProperty.SSL_CERT.getOrDefault(properties)).isEqualTo("/c");
		assertThat(PGProperty.SSL_KEY.getOrDefault(properties)).isEqualTo("/k");
		assertThat(PGProperty.SSL_PASSWORD.getOrDefault(properties)).isEqualTo("s");
	}

	@ParameterizedTest
	@CsvSource({ "sslnegotiation=direct sslmode=require,direct", "sslnegotiation=direct sslrootcert=system,direct",
			"sslnegotiation=postgres,postgres" })
	void sslnegotiationIsTheSame(String options, String expected) {
		assertThat(value(SERVER + options, PGProperty.SSL_NEGOTIATION)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "disable", "prefer", "require" })
	void channelBindingIsTheSame(String value) {
		assertThat(value(SERVER + "channel_binding=" + value, PGProperty.CHANNEL_BINDING)).isEqualTo(value);
	}

	@ParameterizedTest
	@CsvSource({ "disable,disable", "require,require", "prefer," })
	void gssencmodeIsLeftUnsetWhereTheDriverWouldAlwaysAsk(String value, String expected) {
		assertThat(of(SERVER + "gssencmode=" + value).toProperties().getProperty("gssEncMode")).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			scram-sha-256                | scram-sha-256
			md5,scram-sha-256,none       | md5,scram-sha-256,none
			!password,!md5               | !password,!md5
			!oauth,!password             | !password
			!oauth                       |
			''                           |
			""")
	void requireAuthIsOneThatTheDriverReads(String value, String expected) throws Exception {
		Properties properties = of(SERVER + "require_auth='" + value + "'").toProperties();
		assertThat(properties.getProperty("requireAuth")).isEqualTo(expected);
		assertThatCode(() -> methodsAllowedByDriver(properties)).doesNotThrowAnyException();
	}

	@ParameterizedTest
	@ValueSource(strings = { "!none,!password,!md5,!gss,!sspi,!scram-sha-256",
			"!none,!password,!oauth,!md5,!gss,!sspi,!scram-sha-256" })
	void requireAuthThatLeavesNothingIsRefused(String value) {
		assertRefused(SERVER + "require_auth=" + value, "require_auth");
	}

	@ParameterizedTest
	@ValueSource(strings = { "sslmode=bogus", "sslmode=REQUIRE", "sslmode=''", "sslmode='require '",
			"sslmode=require sslrootcert=system", "sslmode=verify-ca sslrootcert=system", "target_session_attrs=bogus",
			"target_session_attrs=''", "target_session_attrs=master", "target_session_attrs=Primary",
			"target_session_attrs=preferSecondary", "load_balance_hosts=''", "load_balance_hosts=true",
			"channel_binding=''", "channel_binding=Require", "gssencmode=allow", "gssencmode=''",
			"require_auth=SCRAM-SHA-256", "require_auth=bogus", "require_auth=oauth", "require_auth=md5,oauth",
			"require_auth=md5,!password", "require_auth=!md5,password", "require_auth=md5,md5", "require_auth=md5,",
			"require_auth='md5, password'", "require_auth=!", "require_auth=!!md5", "sslnegotiation=''",
			"sslnegotiation=bogus", "sslnegotiation=direct", "sslnegotiation=direct sslmode=prefer", "sslcertmode=''",
			"sslcertmode=bogus", "ssl_min_protocol_version=SSLv3", "ssl_max_protocol_version=1.2",
			"ssl_min_protocol_version=TLSv1.2 ssl_max_protocol_version=TLSv1.1", "min_protocol_version=''",
			"min_protocol_version=3.1", "max_protocol_version=''", "max_protocol_version=4.0" })
	void valuesThatLibpqRefusesWhenItConnectsAreRefused(String options) {
		String keyword = options.startsWith("sslmode=") ? "sslmode" : options.substring(0, options.indexOf('='));
		assertRefused(SERVER + options, keyword);
	}

	@ParameterizedTest
	@ValueSource(strings = { "service=s", "service=''", "replication=database", "replication=true", "replication=on",
			"sslcertmode=require", "ssl_min_protocol_version=TLSv1.3", "min_protocol_version=3.2",
			"min_protocol_version=latest", "scram_client_key=k", "scram_server_key=k", "sslcrl=/c sslmode=verify-ca",
			"sslcrldir=/c sslmode=verify-full", "sslcrl=/c sslrootcert=system",
			"sslcrl=/c sslmode=require sslrootcert=/ca" })
	void whatTheDriverCannotDoSafelyIsRefused(String options) {
		assertRefused(SERVER + options, options.substring(0, options.indexOf('=')));
	}

	@ParameterizedTest
	@ValueSource(strings = { "passfile=/p", "client_encoding=LATIN1", "keepalives_idle=5", "keepalives_interval=5",
			"keepalives_count=5", "tcp_user_timeout=5", "sslcertmode=disable", "sslcrl=/c", "sslcrldir=/c", "sslsni=0",
			"ssl_max_protocol_version=TLSv1.2", "sslkeylogfile=/k", "gssdelegation=1", "oauth_issuer=i",
			"oauth_client_id=i", "oauth_client_secret=i", "oauth_scope=i", "gsslib=other" })
	void whatSomebodyMayMissIsDroppedAndTold(String option) {
		DriverProperties properties = of(SERVER + option);
		assertThat(properties.droppedKeywords()).containsExactly(option.substring(0, option.indexOf('=')));
		assertThat(properties.toProperties()).isEqualTo(of(SERVER).toProperties());
	}

	@ParameterizedTest
	@ValueSource(strings = { "client_encoding=UTF8", "client_encoding=UTF-8", "client_encoding=unicode",
			"client_encoding=auto", "client_encoding=''", "requirepeer=p", "sslcertmode=allow", "sslsni=1",
			"sslcompression=1", "ssl_min_protocol_version=TLSv1.2", "ssl_min_protocol_version=''",
			"ssl_max_protocol_version=''", "ssl_min_protocol_version=tlsv1.1", "gssencmode=prefer", "gssdelegation=0",
			"min_protocol_version=3.0", "max_protocol_version=latest", "max_protocol_version=3.2", "replication=false",
			"replication=off", "replication=no", "replication=0", "replication=''", "gsslib=''" })
	void whatMakesNoDifferenceIsIgnored(String option) {
		assertThat(of(SERVER + option)).isEqualTo(of(SERVER));
	}

	@ParameterizedTest
	@CsvSource({ "krbsrvname=pg,kerberosServerName,pg", "gsslib=gssapi,gsslib,gssapi", "gsslib=sspi,gsslib,sspi" })
	void kerberosIsTheSame(String option, String property, String expected) {
		assertThat(of(SERVER + option).toProperties()).containsEntry(property, expected);
	}

	@Test
	void propertiesAreACopy() {
		DriverProperties properties = of(SERVER);
		properties.toProperties().setProperty("socketFactory", "x");
		assertThat(properties.toProperties()).doesNotContainKey("socketFactory");
	}

	@Test
	void equalMeansThatTheDriverGetsTheSame() {
		assertThat(of("postgresql://u:p@h/d")).isEqualTo(of("dbname=d port=5432 password=p user=u host=h"))
			.hasSameHashCodeAs(of("dbname=d port=5432 password=p user=u host=h"));
		assertThat(of("postgresql://u:p@h/d")).isNotEqualTo(of("postgresql://u:q@h/d"));
	}

	@Test
	void toStringHoldsNoValue() {
		assertThat(of("postgresql://someone:secret@h/d")).asString()
			.contains("PGHOST", "password")
			.doesNotContain("secret", "someone");
	}

	@Test
	void everyNameIsOneOfTheDriver() {
		Set<String> driver = new HashSet<>(Arrays.stream(PGProperty.values()).map(PGProperty::getName).toList());
		assertThat(DriverProperty.values()).extracting(DriverProperty::toString).isSubsetOf(driver);
		assertThat(DriverProperty.values())
			.allSatisfy((property) -> assertThat(PGProperty.valueOf(property.name()).getName())
				.hasToString(property.toString()));
	}

	/**
	 * Every keyword with values that do all they can, and with each property of the
	 * driver in place of the keyword and of the value.
	 */
	@ParameterizedTest
	@EnumSource(PGProperty.class)
	void noPropertyOutsideTheListCanBeReached(PGProperty property) {
		Set<String> reached = new TreeSet<>();
		List<String> values = List.of(property.getName(), property.getName() + "=x", "x&" + property.getName() + "=y",
				"a,b", "1", "require", "verify-full", "random", "system", "/f", "md5", "any", "gssapi", "direct",
				"3.0");
		for (Keyword keyword : Keyword.values()) {
			for (String value : values) {
				try {
					ConnectionString string = ConnectionString.parse("host=h user=u sslmode=require")
						.with(keyword.toString(), value);
					reached.addAll(DriverProperties.of(string, "app").toProperties().stringPropertyNames());
				}
				catch (InvalidConnectionStringException ex) {
					// as good
				}
			}
		}
		assertThat(reached).isSubsetOf(Arrays.stream(DriverProperty.values()).map(DriverProperty::toString).toList())
			.hasSize(DriverProperty.values().length - 1)
			.doesNotContain("sslfactory");
		if (Keyword.of(property.getName()) == null) {
			assertThatExceptionOfType(InvalidConnectionStringException.class)
				.isThrownBy(() -> ConnectionString.parse(SERVER + property.getName() + "=x"));
			assertThatExceptionOfType(InvalidConnectionStringException.class)
				.isThrownBy(() -> ConnectionString.parse("postgresql://h/d?" + property.getName() + "=x"));
		}
	}

	@ParameterizedTest
	@EnumSource(Keyword.class)
	void everyKeywordHasAFateAndNoMessageHoldsItsValue(Keyword keyword) {
		String value = "zq8Marked7";
		try {
			DriverProperties.of(ConnectionString.parse(SERVER).with(keyword.toString(), value), "app");
		}
		catch (InvalidConnectionStringException ex) {
			assertThat(ex).hasMessageStartingWith(keyword + " ").hasNoCause();
			assertThat(ex.getMessage()).doesNotContain(value);
		}
	}

	private static DriverProperties of(String string) {
		return DriverProperties.of(ConnectionString.parse(string), "app");
	}

	private static @Nullable String value(String string, PGProperty property) {
		return property.getOrDefault(parsedByDriver(string));
	}

	private static Properties parsedByDriver(String string) {
		return Objects.requireNonNull(Driver.parseURL(DriverProperties.URL, of(string).toProperties()), "refused");
	}

	private static Object[] hostSpecs(Properties properties) {
		try {
			Method hostSpecs = Driver.class.getDeclaredMethod("hostSpecs", Properties.class);
			hostSpecs.setAccessible(true);
			return (Object[]) hostSpecs.invoke(null, properties);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static @Nullable Object methodsAllowedByDriver(Properties properties) throws Exception {
		Method parse = Class.forName("org.postgresql.core.AuthMethod").getMethod("parseRequireAuth", String.class);
		parse.setAccessible(true);
		return parse.invoke(null, PGProperty.REQUIRE_AUTH.getOrDefault(properties));
	}

	private static void assertRefused(String string, String keyword) {
		ConnectionString parsed = ConnectionString.parse(string);
		assertThatExceptionOfType(InvalidConnectionStringException.class)
			.isThrownBy(() -> DriverProperties.of(parsed, "app"))
			.withMessageStartingWith(keyword + " ")
			.withNoCause();
	}

}
