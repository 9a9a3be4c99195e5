package io.github.jujupgsql.relation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConnectionString#hasSameSessionsAs}.
 */
class SameSessionsTests {

	private static final String STRING = "host=a,b port=5432 dbname=notes user=writer password=one sslmode=require ";

	private final ConnectionString string = ConnectionString.parse(STRING);

	@ParameterizedTest
	@ValueSource(strings = { "password=two", "application_name=other", "fallback_application_name=other",
			"connect_timeout=3", "keepalives=0", "keepalives_idle=60", "tcp_user_timeout=1000", "passfile=/other",
			"sslpassword=two", "sslcert=/other", "sslkey=/other", "load_balance_hosts=random", "port=5432,5432" })
	void whatASessionKnowsNothingOfMayDiffer(String changed) {
		ConnectionString other = ConnectionString.parse(STRING + changed);
		assertThat(this.string.hasSameSessionsAs(other)).isTrue();
		assertThat(other.hasSameSessionsAs(this.string)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "host=b,a", "host=a", "port=5433", "dbname=other", "user=other", "sslmode=verify-full",
			"sslrootcert=/other", "sslrootcert=system sslmode=verify-full", "channel_binding=require",
			"require_auth=scram-sha-256", "options='-c search_path=other'", "target_session_attrs=any",
			"client_encoding=UTF8", "hostaddr=10.0.0.1,10.0.0.2" })
	void everythingElseMayNot(String changed) {
		ConnectionString other = ConnectionString.parse(STRING + changed);
		assertThat(this.string.hasSameSessionsAs(other)).isFalse();
		assertThat(other.hasSameSessionsAs(this.string)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "require", "verify-ca", "verify-full" })
	void anotherAuthorityMayBeTrusted(String mode) {
		ConnectionString other = ConnectionString.parse(STRING + "sslrootcert=/other sslmode=" + mode);
		ConnectionString one = ConnectionString.parse(STRING + "sslrootcert=/one sslmode=" + mode);
		assertThat(one.hasSameSessionsAs(other)).isTrue();
		assertThat(one.hasSameSessionsAs(one.with("sslrootcert", ""))).isFalse();
	}

	@Test
	void theAuthoritiesOfTheSystemAreNotJustAnotherOne() {
		ConnectionString one = ConnectionString.parse(STRING + "sslrootcert=/one sslmode=verify-full");
		assertThat(one.hasSameSessionsAs(one.with("sslrootcert", "system"))).isFalse();
	}

	@Test
	void theFormAndWhatIsTheDefaultDoNotMatter() {
		ConnectionString named = ConnectionString.parse("host=a user=notes dbname=notes password=one");
		assertThat(ConnectionString.parse("postgresql://notes:two@a:5432").hasSameSessionsAs(named)).isTrue();
	}

}
