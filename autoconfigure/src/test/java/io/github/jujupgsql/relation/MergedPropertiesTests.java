package io.github.jujupgsql.relation;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

import io.github.jujupgsql.driver.ApplicationTlsSocketFactory;
import io.github.jujupgsql.driver.FenceableSocketFactory;
import io.github.jujupgsql.driver.PemTrustSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGProperty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What becomes of an application's own properties for the driver
 * ({@code spring.datasource.hikari.data-source-properties}).
 */
class MergedPropertiesTests {

	private static final String SERVER = "host=h user=u ";

	private static final String DEFAULT_TRUST = "org.postgresql.ssl.DefaultJavaSSLFactory";

	private static final String NO_TRUST = "org.postgresql.ssl.NonValidatingFactory";

	private static final String AUTHORITY = TestAuthority.certificateOf("ca");

	@Test
	void whenTheConnectionStringSaysNothingThenTheApplicationIsHeard() {
		MergedProperties merged = merge("host=a,b user=u",
				Map.of("connectTimeout", "3", "tcpKeepAlive", "false", "ApplicationName", "mine", "socketFactory",
						"my.SocketFactory", "targetServerType", "primary", "prepareThreshold", "7"));
		assertThat(merged.properties()).containsEntry("connectTimeout", "3")
			.containsEntry("tcpKeepAlive", "false")
			.containsEntry("ApplicationName", "mine")
			.containsEntry("socketFactory", "my.SocketFactory")
			.containsEntry("targetServerType", "primary")
			.containsEntry("prepareThreshold", "7");
		assertThat(merged.choices()).isEmpty();
		assertThat(merged.conflicts()).isEmpty();
	}

	@Test
	void whenTheConnectionStringSaysSomethingThenItCounts() {
		MergedProperties merged = merge(
				SERVER + "connect_timeout=4 keepalives=1 application_name=charm target_session_attrs=read-write",
				Map.of("connectTimeout", "3", "tcpKeepAlive", "false", "ApplicationName", "mine", "targetServerType",
						"any", "PGHOST", "elsewhere", "PGPORT", "1", "PGDBNAME", "other", "user", "somebody"));
		assertThat(merged.properties()).containsOnly(Map.entry("connectTimeout", "4"),
				Map.entry("tcpKeepAlive", "true"), Map.entry("ApplicationName", "charm"),
				Map.entry("targetServerType", "primary"), Map.entry("PGHOST", "h"), Map.entry("PGPORT", "5432"),
				Map.entry("PGDBNAME", "u"), Map.entry("user", "u"));
	}

	@Test
	void whenNobodySaysAnythingThenTheDefaultsCount() {
		Properties expected = of("host=a,b user=u").toProperties();
		assertThat(expected).containsKeys("connectTimeout", "tcpKeepAlive", "ApplicationName", "socketFactory");
		assertThat(merge("host=a,b user=u", Map.of()).properties()).isEqualTo(expected);
	}

	@Test
	void whenTheConnectionStringHasAFallbackNameOnlyThenTheApplicationsOwnCounts() {
		String string = SERVER + "fallback_application_name=charm";
		assertThat(merge(string, Map.of("ApplicationName", "mine")).properties()).containsEntry("ApplicationName",
				"mine");
		assertThat(merge(string, Map.of()).properties()).containsEntry("ApplicationName", "charm");
	}

	@Test
	void whenSeveralHostsHaveATimeoutThenTheApplicationsSocketFactoryStays() {
		assertThat(merge("host=a,b user=u connect_timeout=5", Map.of("socketFactory", "my.SocketFactory")).properties())
			.containsEntry("socketFactory", "my.SocketFactory")
			.containsEntry("connectTimeout", "10");
	}

	@Test
	void whatTheApplicationSaysInAnotherTypeReachesTheDriverAsText() throws Exception {
		Properties inherited = new Properties();
		inherited.setProperty("prepareThreshold", "7");
		Properties application = new Properties(inherited);
		application.put("connectTimeout", 3);
		application.put("tcpKeepAlive", false);
		application.put("sslmode", new StringBuilder("verify-full"));
		MergedProperties merged = of(SERVER + "sslmode=prefer").over(application);
		assertThat(PGProperty.CONNECT_TIMEOUT.getInt(merged.properties())).isEqualTo(3);
		assertThat(PGProperty.TCP_KEEP_ALIVE.getOrDefault(merged.properties())).isEqualTo("false");
		assertThat(PGProperty.SSL_MODE.getOrDefault(merged.properties())).isEqualTo("verify-full");
		assertThat(PGProperty.PREPARE_THRESHOLD.getInt(merged.properties())).isEqualTo(7);
		assertThat(merged.properties().values()).hasOnlyElementsOfType(String.class);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			sslmode=prefer                        | sslmode        | verify-full | verify-full
			sslmode=disable                       | sslmode        | require     | require
			sslmode=verify-ca                     | sslmode        | VERIFY-FULL | VERIFY-FULL
			sslmode=verify-full                   | sslmode        | require     | verify-full
			sslmode=require                       | sslmode        | disable     | require
			sslmode=allow                         | sslmode        | prefer      | prefer
			sslmode=require sslrootcert=/ca       | sslmode        | require     | verify-ca
			sslrootcert=system                    | sslmode        | verify-ca   | verify-full
			channel_binding=prefer                | channelBinding | require     | require
			channel_binding=require               | channelBinding | disable     | require
			channel_binding=disable               | channelBinding | prefer      | prefer
			gssencmode=disable                    | gssEncMode     | require     | require
			gssencmode=require                    | gssEncMode     | allow       | require
			gssencmode=disable                    | gssEncMode     | Prefer      | Prefer
			sslmode=require sslnegotiation=direct | sslNegotiation | postgres    | direct
			sslnegotiation=postgres               | sslNegotiation | direct      | direct
			""")
	void whenBothSayHowToProtectThenTheStrongerCountsAndThatIsTold(String options, String property, String application,
			String expected) {
		MergedProperties merged = merge(SERVER + options, Map.of(property, application));
		assertThat(merged.properties()).containsEntry(property, expected);
		assertThat(merged.choices()).singleElement().asString().contains(property, expected, application);
		assertThat(merged.conflicts()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			sslmode=require         | sslmode        | Require
			''                      | sslmode        | verify-full
			channel_binding=require | channelBinding | require
			require_auth=md5        | requireAuth    | md5
			require_auth=!md5       | requireAuth    | !md5
			''                      | requireAuth    | md5
			gssencmode=prefer       | gssEncMode     | disable
			""")
	void whenBothAgreeOrOnlyOneSaysItThenThereIsNothingToTell(String options, String property, String application) {
		MergedProperties merged = merge(SERVER + options, Map.of(property, application));
		assertThat(merged.properties().getProperty(property)).isEqualToIgnoringCase(application);
		assertThat(merged.choices()).isEmpty();
		assertThat(merged.conflicts()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "true,prefer,verify-full", "'',disable,verify-full", "TRUE,verify-ca,verify-full",
			"false,prefer,prefer" })
	void whenTheApplicationSaysSslThenItMeansWhatTheDriverMeans(String ssl, String sslmode, String expected) {
		MergedProperties merged = merge(SERVER + "sslmode=" + sslmode, Map.of("ssl", ssl));
		assertThat(merged.properties()).containsEntry("sslmode", expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "sslmode", "channelBinding", "gssEncMode", "requireAuth" })
	void whenTheApplicationSaysWhatTheDriverDoesNotKnowThenItIsLeftToTheDriverToRefuse(String property) {
		MergedProperties merged = merge(SERVER + "sslmode=verify-full channel_binding=require gssencmode=require "
				+ "require_auth=scram-sha-256", Map.of(property, "s3cret"));
		assertThat(merged.properties()).containsEntry(property, "s3cret");
		assertThat(merged.choices().toString() + merged.conflicts()).contains(property).doesNotContain("s3cret");
	}

	@Test
	void whenTheApplicationSaysANegotiationThatTheDriverTakesForTheUsualOneThenItIsNoStronger() {
		assertThat(merge(SERVER + "sslmode=require sslnegotiation=direct", Map.of("sslNegotiation", "DIRECT"))
			.properties()).containsEntry("sslNegotiation", "direct");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			scram-sha-256            | md5,scram-sha-256    | scram-sha-256
			md5,scram-sha-256        | scram-sha-256        | scram-sha-256
			!password                | !md5                 | gss,sspi,scram-sha-256,none
			!password,!md5           | md5, scram-sha-256   | scram-sha-256
			md5,gss,password         | !password            | md5,gss
			md5                      | !md5,!password,!gss,!sspi,!scram-sha-256,!none | md5
			""")
	void whenBothSayHowToAuthenticateThenOnlyWhatBothAllowIsAllowed(String string, String application, String expected)
			throws Exception {
		MergedProperties merged = merge(SERVER + "require_auth=" + string, Map.of("requireAuth", application));
		assertThat(merged.properties()).containsEntry("requireAuth", expected);
		assertThat(allowedByDriver(expected)).isNotNull();
		assertThat(merged.choices()).singleElement().asString().contains("requireAuth", expected);
		assertThat(merged.conflicts()).isEmpty();
	}

	@Test
	void whenNoWayToAuthenticateIsAllowedByBothThenTheDriverRefusesToConnect() {
		MergedProperties merged = merge(SERVER + "require_auth=scram-sha-256", Map.of("requireAuth", "md5"));
		assertThatThrownBy(() -> allowedByDriver(merged.properties().getProperty("requireAuth")))
			.hasRootCauseInstanceOf(SQLException.class);
		assertThat(merged.conflicts()).singleElement().asString().contains("requireAuth");
	}

	@Test
	void whenGssEncryptionIsRequiredThenTheDriverIsNotMadeToSkipIt() {
		MergedProperties merged = merge(SERVER + "gssencmode=require",
				Map.of("sslNegotiation", "direct", "sslmode", "require"));
		assertThat(merged.properties()).containsEntry("gssEncMode", "require").doesNotContainKey("sslNegotiation");
		assertThat(merged.conflicts()).singleElement().asString().contains("sslNegotiation");
	}

	@Test
	void whenTheApplicationsModeIsStrongerThenItIsWithTheAuthorityOfTheConnectionString() {
		MergedProperties merged = merge("host=h user=u sslmode=verify-ca", "sslrootcert", AUTHORITY,
				Map.of("sslmode", "verify-full"));
		assertThat(merged.properties()).containsEntry("sslmode", "verify-full")
			.containsEntry("sslrootcert", AUTHORITY)
			.containsEntry("sslfactory", PemTrustSocketFactory.class.getName());
		assertThat(merged.conflicts()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "sslrootcert,/mine.crt", "sslfactory," + DEFAULT_TRUST })
	void whenTheApplicationsModeIsStrongerThenItsOwnAuthorityCounts(String property, String value) {
		MergedProperties merged = merge("host=h user=u sslmode=verify-ca", "sslrootcert", AUTHORITY,
				Map.of("sslmode", "verify-full", property, value));
		Properties trust = new Properties();
		trust.setProperty(property, value);
		assertThat(trustOf(merged)).isEqualTo(trust);
		assertThat(merged.properties()).containsEntry("sslmode", "verify-full");
		assertThat(merged.conflicts()).singleElement().asString().contains("sslrootcert").doesNotContain("BEGIN");
	}

	@ParameterizedTest
	@CsvSource({ "verify-full,verify-full", "verify-full,require", "verify-full,", "verify-ca,verify-ca" })
	void otherwiseTheAuthorityOfTheConnectionStringCounts(String string, String application) {
		Properties properties = new Properties();
		properties.setProperty("sslfactory", "my.SslFactory");
		properties.setProperty("sslfactoryarg", "mine");
		properties.setProperty("sslrootcert", "/mine.crt");
		if (application != null) {
			properties.setProperty("sslmode", application);
		}
		MergedProperties merged = of(SERVER + "sslrootcert=/ca.crt sslmode=" + string).over(properties);
		assertThat(trustOf(merged)).containsOnly(Map.entry("sslrootcert", "/ca.crt"));
		assertThat(merged.properties()).containsEntry("sslmode", string);
		assertThat(merged.conflicts()).singleElement().asString().contains("sslfactory");
	}

	@Test
	void whenTheConnectionStringNamesNoAuthorityThenTheApplicationsCounts() {
		MergedProperties merged = merge(SERVER + "sslmode=verify-full",
				Map.of("sslmode", "prefer", "sslrootcert", "/mine.crt"));
		assertThat(merged.properties()).containsEntry("sslmode", "verify-full")
			.containsEntry("sslrootcert", "/mine.crt");
		assertThat(merged.conflicts()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			                                            | require     | none        | none
			                                            | verify-ca   | ssl-bundle: | ssl-bundle:
			sslmode=verify-full sslrootcert=/ca.crt     | require     | none        | /ca.crt
			sslmode=verify-full sslrootcert=/ca.crt     | verify-ca   | ssl-bundle: | /ca.crt
			sslmode=verify-ca sslrootcert=/ca.crt       | verify-full | ssl-bundle: | ssl-bundle:
			sslmode=verify-ca sslrootcert=/ca.crt       | verify-full | none        | /ca.crt
			sslrootcert=system                          | require     | none        | system
			sslrootcert=system                          | verify-full | ssl-bundle: | system
			""")
	void theFactoryOfABundleIsToldWhomToTrust(String string, String mode, String own, String expected) {
		Properties properties = bundle(mode, own);
		MergedProperties merged = of(SERVER + ((string != null) ? string : "")).over(properties);
		assertThat(merged.properties()).containsEntry("sslfactory", ApplicationTlsSocketFactory.class.getName())
			.containsEntry("sslfactoryarg", "7");
		assertThat(merged.properties().getProperty("sslrootcert")).isEqualTo(expected);
		boolean leftOut = own != null && !own.equals(expected);
		boolean taken = own != null && own.equals(expected) && string != null;
		assertThat(merged.conflicts()).hasSize((leftOut || taken) ? 1 : 0);
	}

	@Test
	void theFactoryOfABundleIsToldTheCertificatesThatTheConnectionStringHolds() {
		ConnectionString string = ConnectionString.parse("host=h user=u sslmode=verify-ca")
			.with("sslrootcert", AUTHORITY);
		MergedProperties merged = DriverProperties.of(string, "app").over(bundle("require", null));
		assertThat(merged.properties()).containsEntry("sslfactory", ApplicationTlsSocketFactory.class.getName())
			.containsEntry("sslrootcert", AUTHORITY)
			.containsEntry("sslmode", "verify-ca");
		assertThat(merged.conflicts()).isEmpty();
	}

	@Test
	void besideABundleTheClientCertificateOfTheConnectionStringIsLeftOut() {
		MergedProperties merged = of(SERVER + "sslmode=require sslcert=/c.crt sslkey=/c.pk8")
			.over(bundle("require", null));
		assertThat(merged.properties()).doesNotContainKeys("sslcert", "sslkey");
		assertThat(merged.conflicts()).singleElement().asString().contains("sslcert").doesNotContain("/c.crt");
	}

	private static Properties bundle(String mode, String own) {
		Properties properties = new Properties();
		properties.putAll(Map.of("sslfactory", ApplicationTlsSocketFactory.class.getName(), "sslfactoryarg", "7",
				"sslmode", mode));
		if (own != null) {
			properties.setProperty("sslrootcert", own);
		}
		return properties;
	}

	@ParameterizedTest
	@ValueSource(strings = { "verify-ca", "verify-full" })
	void whenTheConnectionStringAsksForVerificationThenAFactoryThatTrustsEverybodyIsNotUsed(String sslmode) {
		MergedProperties merged = merge(SERVER + "sslmode=" + sslmode,
				Map.of("sslfactory", NO_TRUST, "sslmode", "verify-full"));
		assertThat(merged.properties()).doesNotContainKey("sslfactory").containsEntry("sslmode", "verify-full");
		assertThat(merged.conflicts()).singleElement().asString().contains("sslfactory");
		assertThat(merge(SERVER + "sslmode=require", Map.of("sslfactory", NO_TRUST)).properties())
			.containsEntry("sslfactory", NO_TRUST);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			host=a hostaddr=10.0.0.1                    | sslmode=verify-full | a
			host=a,b hostaddr=10.0.0.1,10.0.0.2         | ssl=true            | a,b
			host=a,b hostaddr=10.0.0.1,10.0.0.2         | gssEncMode=require  | a,b
			host=,b hostaddr=10.0.0.1,10.0.0.2          | sslmode=verify-full | 10.0.0.1,b
			host=a hostaddr=10.0.0.1 sslmode=prefer     | sslmode=verify-full | a
			host=a hostaddr=10.0.0.1                    | sslmode=verify-ca   | 10.0.0.1
			host=/run/pg hostaddr=10.0.0.1              | sslmode=verify-full | 10.0.0.1
			hostaddr=10.0.0.1                           | sslmode=verify-full | 10.0.0.1
			""")
	void whenTheApplicationHasTheNameVerifiedThenConnectionsGoToTheName(String servers, String application,
			String hosts) {
		String[] property = application.split("=");
		MergedProperties merged = merge("user=u " + servers, Map.of(property[0], property[1]));
		assertThat(merged.properties()).containsEntry("PGHOST", hosts);
		boolean byName = !hosts.equals(of("user=u " + servers).toProperties().getProperty("PGHOST"));
		assertThat(merged.choices().stream().anyMatch((choice) -> choice.contains("hostaddr"))).isEqualTo(byName);
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "", "-1" })
	void whenTheApplicationsTimeoutIsNoneThenThatIsForTheDriverToTell(String timeout) {
		MergedProperties merged = merge("host=a,b user=u", Map.of("connectTimeout", timeout));
		assertThat(merged.properties()).containsEntry("connectTimeout", timeout);
		assertThatCode(() -> new FenceableSocketFactory(merged.properties())).doesNotThrowAnyException();
	}

	@Test
	void theApplicationsPropertiesAreLeftAsTheyAre() {
		Properties application = new Properties();
		application.putAll(Map.of("sslmode", "require", "sslfactory", NO_TRUST, "connectTimeout", 3));
		Properties copy = new Properties();
		copy.putAll(application);
		of(SERVER + "sslmode=verify-full sslrootcert=/ca").over(application);
		assertThat(application).isEqualTo(copy);
	}

	@Test
	void toStringHoldsNoValue() {
		assertThat(merge("postgresql://someone:secret@h/d", Map.of("sslpassword", "s3cret"))).asString()
			.contains("PGHOST", "password")
			.doesNotContain("secret", "someone", "s3cret");
	}

	private static Properties trustOf(MergedProperties merged) {
		Properties trust = new Properties();
		trust.putAll(merged.properties());
		trust.keySet().retainAll(List.of("sslfactory", "sslfactoryarg", "sslrootcert"));
		return trust;
	}

	private static Object allowedByDriver(String requireAuth) throws Exception {
		var parse = Class.forName("org.postgresql.core.AuthMethod").getMethod("parseRequireAuth", String.class);
		parse.setAccessible(true);
		return Objects.requireNonNull(parse.invoke(null, requireAuth), "everything is allowed");
	}

	private static MergedProperties merge(String string, String keyword, String value,
			Map<String, String> application) {
		ConnectionString connectionString = ConnectionString.parse(string).with(keyword, value);
		Properties properties = new Properties();
		properties.putAll(application);
		return DriverProperties.of(connectionString, "app").over(properties);
	}

	private static MergedProperties merge(String string, Map<String, String> application) {
		Properties properties = new Properties();
		properties.putAll(application);
		return of(string).over(properties);
	}

	private static DriverProperties of(String string) {
		return DriverProperties.of(ConnectionString.parse(string), "app");
	}

}
