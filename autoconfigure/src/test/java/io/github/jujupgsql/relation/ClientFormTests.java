package io.github.jujupgsql.relation;

import java.util.List;
import java.util.Properties;

import io.github.jujupgsql.driver.PemTrustSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ClientForm}.
 */
class ClientFormTests {

	private static final String USER = "\"username\": \"u\", \"password\": \"s3cret\", \"database\": \"d\"";

	private static final String REST = " user=u password=s3cret dbname=d";

	@Test
	void severalEndpointsAreOneMasterThatTakesWrites() {
		RelationTexts.assertServers(
				read("\"endpoints\": \"a:1, b:2,c\", \"read-only-endpoints\": \"d:4,[::1]:5\", " + USER),
				"host=a,b,c port=1,2,5432 target_session_attrs=read-write" + REST, "host=d port=4" + REST,
				"host=::1 port=5" + REST);
	}

	@Test
	void endpointsWinOverUris() {
		RelationTexts.assertServers(read("""
				"endpoints": "a:1", "uris": "postgresql://x@y/z", "read-only-endpoints": "b:2",
				"read-only-uris": "postgresql://x@y/d", """ + USER), "host=a port=1" + REST, "host=b port=2" + REST);
	}

	@Test
	void urisSayEverything() {
		RelationTexts.assertServers(
				read("\"uris\": \"postgresql://v:w@a:1,b/e\", \"read-only-uris\": \"postgresql://v:w@c:3,d/e\""),
				"host=a,b port=1,5432 user=v password=w dbname=e target_session_attrs=read-write",
				"host=c port=3 user=v password=w dbname=e", "host=d port=5432 user=v password=w dbname=e");
	}

	@Test
	void severalUrisOfOneMasterAreJoined() {
		RelationTexts.assertServers(read("\"uris\": \"postgresql://v@a:1/e,postgresql://v@b:2/e\""),
				"host=a,b port=1,2 user=v dbname=e target_session_attrs=read-write");
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("\"uris\": \"postgresql://v@a:1/e,postgresql://s3cret@b:2/e\""))
			.withMessageStartingWith("'uris': ")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
	}

	@Test
	void urisLeaveTheRestToTheOtherKeys() {
		RelationTexts.assertServers(read("\"uris\": \"postgresql://a:1\", " + USER), "host=a port=1" + REST);
	}

	@Test
	void anInvalidStandbyIsLeftOut() {
		RelationReadResult reading = read("\"endpoints\": \"a\", \"read-only-endpoints\": \"b:x,c:3\", " + USER);
		RelationTexts.assertServers(reading, "host=a port=5432" + REST, "host=c port=3" + REST);
		assertThat(reading.warnings()).singleElement().asString().contains("'read-only-endpoints[0]'", "port");
		reading = read("\"endpoints\": \"a\", \"read-only-uris\": \"postgresql://s3cret@[b/\", " + USER);
		RelationTexts.assertServers(reading, "host=a port=5432" + REST);
		assertThat(reading.warnings()).singleElement().asString().contains("'read-only-uris'").doesNotContain("s3cret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "\"true\"", "\"True\"", "\"TRUE\"" })
	void tlsMeansThatEncryptionIsRequired(String tls) {
		RelationTexts.assertServers(
				read("\"tls\": " + tls + ", \"endpoints\": \"a\", \"read-only-endpoints\": \"b\", " + USER),
				"host=a port=5432 sslmode=require" + REST, "host=b port=5432 sslmode=require" + REST);
	}

	@ParameterizedTest
	@ValueSource(strings = { "false", "\"False\"", "\"\"", "null", "\"yes\"" })
	void otherwiseTheDriversDefaultApplies(String tls) {
		RelationTexts.assertServers(
				read("\"tls\": " + tls + ", \"tls-ca\": \"ignored\", \"endpoints\": \"a\", " + USER),
				"host=a port=5432" + REST);
	}

	@ParameterizedTest
	@CsvSource({ "disable, require", "prefer, require", "require, require", "verify-full, verify-full" })
	void tlsOnlyEverAddsProtectionToAUri(String said, String effective) {
		RelationReadResult reading = read("\"tls\": \"True\", \"uris\": \"postgresql://u@a/d?sslmode=" + said + "\"");
		assertThat(reading.relation().master())
			.isEqualTo(ConnectionString.parse("host=a port=5432 user=u dbname=d sslmode=" + effective));
	}

	@Test
	void theCertificateIsVerifiedAgainstTheAuthority() {
		String pem = TestAuthority.certificateOf("one");
		RelationReadResult reading = read("\"tls\": \"True\", \"tls-ca\": \"" + pem.replace("\n", "\\n")
				+ "\", \"endpoints\": \"a\", \"read-only-endpoints\": \"b\", " + USER);
		assertThat(reading.relation().standbys()).hasSize(1);
		for (ConnectionString string : List.of(java.util.Objects.requireNonNull(reading.relation().master()),
				reading.relation().standbys().get(0))) {
			Properties properties = DriverProperties.of(string, "").toProperties();
			assertThat(properties).containsEntry("sslmode", "verify-ca")
				.containsEntry("sslfactory", PemTrustSocketFactory.class.getName())
				.containsEntry("sslrootcert", pem);
			assertThat(string.toString()).doesNotContain("BEGIN", "s3cret").contains("sslrootcert=***");
			assertThat(ConnectionString.parse(string.toKeyValue())).isEqualTo(string);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/etc/ssl/certs/ca.pem", "s3cret",
			"-----BEGIN CERTIFICATE-----\\ns3cret\\n-----END CERTIFICATE-----" })
	void anAuthorityThatIsNoneIsRefused(String authority) {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(
					() -> read("\"tls\": \"True\", \"tls-ca\": \"" + authority + "\", \"endpoints\": \"a\", " + USER))
			.withMessageStartingWith("'tls-ca': ")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret", "/etc"));
	}

	@Test
	void aSecretThatOnlyTheCharmCanReadIsRefusedWithAdvice() {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("\"endpoints\": \"a\", \"secret-user\": \"secret:s3cret\""))
			.withMessageStartingWith("'secret-user': ")
			.withMessageContaining("have the charm export")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
		RelationTexts.assertServers(read("\"endpoints\": \"a\", \"secret-user\": \"secret:x\", " + USER),
				"host=a port=5432" + REST);
	}

	@Test
	void credentialsAreWaitedFor() {
		RelationReadResult reading = read("\"endpoints\": \"a\"");
		RelationTexts.assertServers(reading, null);
		assertThat(reading.waitingFor()).contains("'username'");
	}

	@Test
	void anotherDatabaseIsNotTheOneThatIsWanted() {
		RelationReadResult reading = RelationTexts.read(new WantedDatabase("notes", List.of("citext"), null),
				"{\"endpoints\": \"a\", " + USER + "}");
		RelationTexts.assertServers(reading, null);
		assertThat(reading.waitingFor()).contains("'database'");
		RelationTexts.assertServers(RelationTexts.read(new WantedDatabase("d", List.of("citext"), null),
				"{\"endpoints\": \"a\", " + USER + "}"), "host=a port=5432" + REST);
	}

	@Test
	void keysThatNobodyKnowsAreNotTakenForAServerThatHasGone() {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("\"endpoint\": \"a:1\", " + USER))
			.withMessageContainingAll("says nothing of servers", "'endpoints'");
		assertThat(read(USER).waitingFor()).isEqualTo("no servers yet; waiting for 'endpoints'");
		assertThat(read("\"endpoints\": \"\", \"something\": \"new\", " + USER).waitingFor())
			.isEqualTo("no servers yet; waiting for 'endpoints'");
	}

	@Test
	void aClientsOwnBagIsNoAnswer() {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("\"database\": \"d\", \"extra-user-roles\": \"CREATEDB\""))
			.withMessageContaining("what a client asks for");
	}

	@Test
	void ofSeveralDatabasesWithOnePrefixTheWantedOneIsUsedForReadsToo() {
		String bag = """
				"database": "app*", "prefix-databases": "app_a, app_b", "username": "u", "endpoints": "h:1",
				"uris": "postgresql://u@h:1/app_a", "read-only-uris": "postgresql://u@h:1/app_a_readonly\"""";
		RelationTexts.assertServers(read(bag), "host=h port=1 user=u dbname=app_a",
				"host=h port=1 user=u dbname=app_a_readonly");
		RelationReadResult reading = RelationTexts.read(new WantedDatabase("app_b", null, null), "{" + bag + "}");
		RelationTexts.assertServers(reading, "host=h port=1 user=u dbname=app_b",
				"host=h port=1 user=u dbname=app_b_readonly");
		assertThat(reading.relation().database()).isEqualTo("app_b");
	}

	@Test
	void ofSeveralDatabasesWithOnePrefixNoneIsGuessed() {
		String bag = "\"database\": \"app*\", \"username\": \"u\", \"endpoints\": \"h:1\"";
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read(bag + ", \"prefix-databases\": \"app_a, app_b\""))
			.withMessageContainingAll("'prefix-databases'", "juju.pgsql.database", "app_a, app_b");
		RelationTexts.assertServers(read(bag + ", \"prefix-databases\": \"app_a\""),
				"host=h port=1 user=u dbname=app_a");
		assertThat(read(bag).waitingFor()).contains("'prefix-databases'");
	}

	@Test
	void ofSeveralAnswersTheOneForTheWantedDatabaseIsRead() {
		String bag = """
				{"version": "v1", "requests": [
				{"resource": "a", "username": "u", "endpoints": "h:1", "version": "16.9"},
				{"resource": "b", "username": "v", "endpoints": "i:2", "version": "16.9"}]}""";
		RelationReadResult reading = RelationTexts.read(new WantedDatabase("b", null, null), bag);
		RelationTexts.assertServers(reading, "host=i port=2 user=v dbname=b");
		assertThat(reading.relation().version()).isEqualTo("16.9");
		assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(() -> RelationTexts.read(bag))
			.withMessageContainingAll("'requests'", "juju.pgsql.database", "a, b");
		assertThat(RelationTexts.read(new WantedDatabase("c", null, null), bag).waitingFor())
			.isEqualTo("no servers yet; waiting for 'requests'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "s3cret", "[{\\\"resource\\\": \\\"s3cret\\\"", "[\\\"s3cret\\\"]", "{\\\"a\\\": 1}" })
	void answersThatAreNoneAreRefused(String requests) {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("\"version\": \"v1\", \"requests\": \"" + requests + "\""))
			.withMessageStartingWith("'requests")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/run/s3cret:5432", "s3cret:99999", "s3cret:x", "a:1,s3cret:2:3" })
	void anEndpointThatCannotBeOneIsRefused(String endpoints) {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("\"endpoints\": \"" + endpoints + "\", " + USER))
			.withMessageStartingWith("'endpoints': ")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
	}

	private static RelationReadResult read(String members) {
		return RelationTexts.read("{" + members + "}");
	}

}
