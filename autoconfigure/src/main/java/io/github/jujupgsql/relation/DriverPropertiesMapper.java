package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.jujupgsql.driver.FenceableSocketFactory;
import io.github.jujupgsql.driver.PemTrustSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of each keyword of libpq in pgjdbc.
 */
final class DriverPropertiesMapper {

	/** The driver counts in milliseconds, as an {@code int}. */
	private static final int LONGEST_TIMEOUT = Integer.MAX_VALUE / 1000;

	/** The driver's own, in seconds. */
	private static final String DEFAULT_TIMEOUT = "10";

	private static final List<String> TLS_VERSIONS = List.of("tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3");

	private static final int NEWEST_TLS_VERSION = TLS_VERSIONS.size() - 1;

	private final ConnectionString string;

	private final Map<DriverProperty, String> properties = new EnumMap<>(DriverProperty.class);

	/** What counts if neither the connection string nor an application says anything. */
	private final Map<DriverProperty, String> defaults = new EnumMap<>(DriverProperty.class);

	DriverPropertiesMapper(ConnectionString string) {
		this.string = string;
	}

	DriverProperties map(String fallbackApplicationName) {
		HostList servers = new HostList(this.string);
		List<Server> list = servers.checked();
		set(DriverProperty.PG_HOST, hosts(list));
		set(DriverProperty.PG_PORT, list.stream().map(Server::port).collect(Collectors.joining(",")));
		set(DriverProperty.PG_DBNAME, required(this.string.database()));
		set(DriverProperty.USER, required(this.string.user()));
		applicationName(fallbackApplicationName);
		connectTimeout(list.size());
		setOrDefault(Keyword.KEEPALIVES, DriverProperty.TCP_KEEP_ALIVE, Boolean.toString(keepalives()));
		sslmode();
		List<String> dropped = new ArrayList<>();
		this.string.options().forEach((text, value) -> {
			@Nullable Keyword keyword = Keyword.of(text);
			if (keyword != null && !isHonoured(keyword, value)) {
				dropped.add(text);
			}
		});
		return new DriverProperties(this.properties, this.defaults, names(servers), dropped);
	}

	private static String hosts(List<Server> servers) {
		return servers.stream().map(Server::host).collect(Collectors.joining(","));
	}

	private static @Nullable String names(HostList servers) {
		List<Server> names = servers.checkedByName();
		return names.isEmpty() ? null : hosts(names);
	}

	private void applicationName(String fallback) {
		@Nullable String name = this.string.get(Keyword.APPLICATION_NAME);
		if (name != null) {
			set(DriverProperty.APPLICATION_NAME, name);
		}
		this.defaults.put(DriverProperty.APPLICATION_NAME,
				this.string.get(Keyword.FALLBACK_APPLICATION_NAME, fallback));
	}

	/**
	 * Map one option.
	 * @return whether nothing is lost: the driver does it, or it does not matter here
	 */
	private boolean isHonoured(Keyword keyword, String value) {
		return switch (keyword) {
			case HOST, PORT, DBNAME, USER, APPLICATION_NAME, FALLBACK_APPLICATION_NAME, CONNECT_TIMEOUT, KEEPALIVES,
					SSLMODE ->
				true;
			case HOSTADDR -> value.isEmpty() || this.string.get(Keyword.HOST, "").isEmpty()
					|| !new HostList(this.string).connectsByName();
			case PASSWORD -> setUnlessEmpty(DriverProperty.PASSWORD, value);
			case OPTIONS -> setUnlessEmpty(DriverProperty.OPTIONS, value);
			case TARGET_SESSION_ATTRS -> set(DriverProperty.TARGET_SERVER_TYPE, targetServerType(value));
			case LOAD_BALANCE_HOSTS -> set(DriverProperty.LOAD_BALANCE_HOSTS,
					Boolean.toString(OptionChecks.oneOf(keyword, value, "disable", "random").equals("random")));
			case SSLNEGOTIATION -> set(DriverProperty.SSL_NEGOTIATION, sslnegotiation(value));
			case SSLROOTCERT -> sslrootcert(value);
			case SSLCERT -> clientCertificate(DriverProperty.SSL_CERT, value);
			case SSLKEY -> clientCertificate(DriverProperty.SSL_KEY, value);
			case SSLPASSWORD -> clientCertificate(DriverProperty.SSL_PASSWORD, value);
			case CHANNEL_BINDING ->
				set(DriverProperty.CHANNEL_BINDING, OptionChecks.oneOf(keyword, value, "disable", "prefer", "require"));
			case REQUIRE_AUTH -> setUnlessEmpty(DriverProperty.REQUIRE_AUTH, RequireAuth.toDriver(value));
			case GSSENCMODE -> gssencmode(value);
			case KRBSRVNAME -> setUnlessEmpty(DriverProperty.KERBEROS_SERVER_NAME, value);
			case GSSLIB ->
				value.isEmpty() || (List.of("gssapi", "sspi").contains(value) && set(DriverProperty.GSS_LIB, value));
			case REQUIREPEER, SSLCOMPRESSION -> true;
			case CLIENT_ENCODING ->
				List.of("", "utf8", "utf-8", "unicode", "auto").contains(value.toLowerCase(Locale.ROOT));
			case SSLSNI -> value.startsWith("1");
			case GSSDELEGATION -> !value.startsWith("1");
			case SSLCERTMODE -> sslcertmode(value);
			case SSL_MIN_PROTOCOL_VERSION -> sslMinProtocolVersion(value);
			case SSL_MAX_PROTOCOL_VERSION -> tlsVersion(keyword, value) < 0;
			case MIN_PROTOCOL_VERSION -> minProtocolVersion(value);
			case MAX_PROTOCOL_VERSION -> !OptionChecks.oneOf(keyword, value, "3.0", "3.2", "latest").isEmpty();
			case SSLCRL, SSLCRLDIR -> value.isEmpty() || revocationList(keyword);
			case REPLICATION -> replication(value);
			case KEEPALIVES_IDLE, KEEPALIVES_INTERVAL, KEEPALIVES_COUNT, TCP_USER_TIMEOUT ->
				socketOption(keyword, value);
			case PASSFILE, SSLKEYLOGFILE, OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_SCOPE ->
				value.isEmpty();
			case SERVICE -> throw OptionChecks.refused(keyword,
					"would take settings from a local file; write them into the connection string");
			case SCRAM_CLIENT_KEY, SCRAM_SERVER_KEY ->
				throw OptionChecks.refused(keyword, "is unknown to the driver; use a password");
		};
	}

	private static String required(@Nullable String user) {
		if (user == null) {
			throw OptionChecks.refused(Keyword.USER, "is missing; it must be in the connection string");
		}
		return user;
	}

	/**
	 * Set how long connecting may take. In libpq that is for each host, in the driver for
	 * all together, which our socket factory shares out.
	 */
	private void connectTimeout(int servers) {
		int seconds = OptionChecks.integer(Keyword.CONNECT_TIMEOUT,
				this.string.get(Keyword.CONNECT_TIMEOUT, DEFAULT_TIMEOUT));
		// libpq takes 1 for 2
		long all = (seconds <= 0) ? 0 : Math.min(Math.max(seconds, 2) * (long) servers, LONGEST_TIMEOUT);
		setOrDefault(Keyword.CONNECT_TIMEOUT, DriverProperty.CONNECT_TIMEOUT, Long.toString(all));
		if (all > 0 && servers > 1) {
			this.defaults.put(DriverProperty.SOCKET_FACTORY, FenceableSocketFactory.class.getName());
		}
	}

	private boolean keepalives() {
		return OptionChecks.integer(Keyword.KEEPALIVES, this.string.get(Keyword.KEEPALIVES, "1")) != 0;
	}

	private boolean socketOption(Keyword keyword, String value) {
		// libpq does not look at them otherwise
		if (keepalives()) {
			OptionChecks.integer(keyword, value);
		}
		return false;
	}

	private static String targetServerType(String value) {
		return switch (value) {
			case "any" -> "any";
			case "read-write", "primary" -> "primary";
			case "read-only", "standby" -> "secondary";
			case "prefer-standby" -> "preferSecondary";
			default -> throw OptionChecks.refused(Keyword.TARGET_SESSION_ATTRS,
					"must be one of any, read-write, read-only, primary, standby, prefer-standby; letter case counts");
		};
	}

	private void sslmode() {
		@Nullable String sslmode = this.string.sslmode();
		if (sslmode == null) {
			return;
		}
		OptionChecks.oneOf(Keyword.SSLMODE, sslmode, "disable", "allow", "prefer", "require", "verify-ca",
				"verify-full");
		String rootcert = this.string.get(Keyword.SSLROOTCERT, "");
		if (rootcert.equals("system") && !sslmode.equals("verify-full")) {
			throw OptionChecks.refused(Keyword.SSLMODE, "must be verify-full, or not be set, with sslrootcert=system");
		}
		// With a root certificate libpq verifies in this mode too, the driver never does
		boolean verify = sslmode.equals("require") && !rootcert.isEmpty();
		set(DriverProperty.SSL_MODE, verify ? "verify-ca" : sslmode);
	}

	private boolean usesSystemTrust() {
		return this.string.get(Keyword.SSLROOTCERT, "").equals("system");
	}

	private boolean sslrootcert(String value) {
		if (usesSystemTrust()) {
			// The driver would open a file of that name
			return set(DriverProperty.SSL_FACTORY, "org.postgresql.ssl.DefaultJavaSSLFactory");
		}
		if (PemCertificates.isPem(value)) {
			if (!PemCertificates.areIn(value)) {
				throw OptionChecks.refused(Keyword.SSLROOTCERT, "is PEM text without a certificate that can be read");
			}
			set(DriverProperty.SSL_FACTORY, PemTrustSocketFactory.class.getName());
		}
		return setUnlessEmpty(DriverProperty.SSL_ROOT_CERT, value);
	}

	private boolean clientCertificate(DriverProperty property, String value) {
		// Only the driver's own factory, which trusts a file, knows client certificates
		boolean ownFactory = !usesSystemTrust() && !PemCertificates.isPem(this.string.get(Keyword.SSLROOTCERT, ""));
		return value.isEmpty() || (ownFactory && set(property, value));
	}

	private String sslnegotiation(String value) {
		OptionChecks.oneOf(Keyword.SSLNEGOTIATION, value, "postgres", "direct");
		@Nullable String sslmode = this.string.sslmode();
		if (value.equals("direct")
				&& (sslmode == null || !List.of("require", "verify-ca", "verify-full").contains(sslmode))) {
			throw OptionChecks.refused(Keyword.SSLNEGOTIATION,
					"may be direct only with sslmode require, verify-ca or verify-full");
		}
		return value;
	}

	private static boolean sslcertmode(String value) {
		OptionChecks.oneOf(Keyword.SSLCERTMODE, value, "disable", "allow", "require");
		if (value.equals("require")) {
			throw OptionChecks.refused(Keyword.SSLCERTMODE,
					"asks the server to ask for a certificate, which the driver cannot enforce; leave it out");
		}
		return value.equals("allow");
	}

	private boolean revocationList(Keyword keyword) {
		if (this.properties.getOrDefault(DriverProperty.SSL_MODE, "").startsWith("verify-")) {
			throw OptionChecks.refused(keyword, "cannot be honoured by the driver while it verifies certificates; "
					+ "leave it out, and set up revocation checks in the JVM");
		}
		return false;
	}

	private boolean sslMinProtocolVersion(String value) {
		int version = tlsVersion(Keyword.SSL_MIN_PROTOCOL_VERSION, value);
		int newest = tlsVersion(Keyword.SSL_MAX_PROTOCOL_VERSION,
				this.string.get(Keyword.SSL_MAX_PROTOCOL_VERSION, ""));
		if (newest >= 0 && newest < version) {
			throw OptionChecks.refused(Keyword.SSL_MIN_PROTOCOL_VERSION, "is above ssl_max_protocol_version");
		}
		if (version == NEWEST_TLS_VERSION) {
			throw OptionChecks.refused(Keyword.SSL_MIN_PROTOCOL_VERSION, "cannot exclude TLSv1.2 in the driver; "
					+ "leave it out, and restrict the versions in the JVM (jdk.tls.client.protocols) or the server");
		}
		return true;
	}

	/**
	 * Return the version's place in the list, -1 if there is none. libpq takes an empty
	 * value for none and any letter case.
	 */
	private static int tlsVersion(Keyword keyword, String value) {
		int version = TLS_VERSIONS.indexOf(value.toLowerCase(Locale.ROOT));
		if (version < 0 && !value.isEmpty()) {
			throw OptionChecks.refused(keyword, "must be one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3");
		}
		return version;
	}

	private boolean gssencmode(String value) {
		OptionChecks.oneOf(Keyword.GSSENCMODE, value, "disable", "prefer", "require");
		// libpq prefers it only with a ticket at hand, the driver would always ask
		return value.equals("prefer") || set(DriverProperty.GSS_ENC_MODE, value);
	}

	private static boolean minProtocolVersion(String value) {
		OptionChecks.oneOf(Keyword.MIN_PROTOCOL_VERSION, value, "3.0", "3.2", "latest");
		if (!value.equals("3.0")) {
			throw OptionChecks.refused(Keyword.MIN_PROTOCOL_VERSION, "must be 3.0, which is what the driver speaks");
		}
		return true;
	}

	private static boolean replication(String value) {
		if (!List.of("", "false", "off", "no", "0").contains(value)) {
			throw OptionChecks.refused(Keyword.REPLICATION, "asks for a connection that is no use to an application");
		}
		return true;
	}

	/**
	 * Set what a keyword says, or what is good if it is not there.
	 */
	private void setOrDefault(Keyword keyword, DriverProperty property, String value) {
		boolean said = this.string.get(keyword) != null;
		(said ? this.properties : this.defaults).put(property, value);
	}

	private boolean setUnlessEmpty(DriverProperty property, String value) {
		return value.isEmpty() || set(property, value);
	}

	private boolean set(DriverProperty property, String value) {
		this.properties.put(property, value);
		return true;
	}

}
