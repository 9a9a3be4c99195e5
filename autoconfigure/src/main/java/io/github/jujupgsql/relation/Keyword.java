package io.github.jujupgsql.relation;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Every connection parameter that libpq of PostgreSQL 15 to 18 knows, in libpq's own
 * order. What becomes of each is decided in {@link DriverPropertiesMapper}.
 */
enum Keyword {

	SERVICE, USER, PASSWORD(true), PASSFILE, CHANNEL_BINDING, CONNECT_TIMEOUT, DBNAME, HOST, HOSTADDR, PORT,
	CLIENT_ENCODING, OPTIONS, APPLICATION_NAME, FALLBACK_APPLICATION_NAME, KEEPALIVES, KEEPALIVES_IDLE,
	KEEPALIVES_INTERVAL, KEEPALIVES_COUNT, TCP_USER_TIMEOUT, SSLMODE, SSLNEGOTIATION, SSLCOMPRESSION, SSLCERT, SSLKEY,
	SSLCERTMODE, SSLPASSWORD(true), SSLROOTCERT, SSLCRL, SSLCRLDIR, SSLSNI, REQUIREPEER, REQUIRE_AUTH,
	MIN_PROTOCOL_VERSION, MAX_PROTOCOL_VERSION, SSL_MIN_PROTOCOL_VERSION, SSL_MAX_PROTOCOL_VERSION, GSSENCMODE,
	KRBSRVNAME, GSSLIB, GSSDELEGATION, REPLICATION, TARGET_SESSION_ATTRS, LOAD_BALANCE_HOSTS, SCRAM_CLIENT_KEY(true),
	SCRAM_SERVER_KEY(true), OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET(true), OAUTH_SCOPE, SSLKEYLOGFILE;

	private static final Map<String, Keyword> BY_TEXT = new HashMap<>();
	static {
		for (Keyword keyword : values()) {
			BY_TEXT.put(keyword.text, keyword);
		}
	}

	private final String text;

	private final boolean secret;

	Keyword() {
		this(false);
	}

	Keyword(boolean secret) {
		this.text = name().toLowerCase(Locale.ROOT);
		this.secret = secret;
	}

	static @Nullable Keyword of(String text) {
		return BY_TEXT.get(text);
	}

	boolean isSecret() {
		return this.secret;
	}

	/**
	 * The keyword as it stands in a connection string.
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
