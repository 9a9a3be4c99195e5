package io.github.jujupgsql.relation;

/**
 * The properties of pgjdbc that a connection string can set: the allow-list. The names
 * are those of its {@code PGProperty}, which is left alone to keep this package free of
 * the driver.
 */
enum DriverProperty {

	PG_HOST("PGHOST"), PG_PORT("PGPORT"), PG_DBNAME("PGDBNAME"), USER("user"), PASSWORD("password"),
	APPLICATION_NAME("ApplicationName"), OPTIONS("options"), TARGET_SERVER_TYPE("targetServerType"),
	LOAD_BALANCE_HOSTS("loadBalanceHosts"), CONNECT_TIMEOUT("connectTimeout"), SOCKET_FACTORY("socketFactory"),
	TCP_KEEP_ALIVE("tcpKeepAlive"), SSL_MODE("sslmode"), SSL_NEGOTIATION("sslNegotiation"), SSL_FACTORY("sslfactory"),
	SSL_ROOT_CERT("sslrootcert"), SSL_CERT("sslcert"), SSL_KEY("sslkey"), SSL_PASSWORD("sslpassword"),
	CHANNEL_BINDING("channelBinding"), REQUIRE_AUTH("requireAuth"), GSS_ENC_MODE("gssEncMode"),
	KERBEROS_SERVER_NAME("kerberosServerName"), GSS_LIB("gsslib");

	private final String text;

	DriverProperty(String text) {
		this.text = text;
	}

	/**
	 * The name of the property, in which letter case counts.
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
