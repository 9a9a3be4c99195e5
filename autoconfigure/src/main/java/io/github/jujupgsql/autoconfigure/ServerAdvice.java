package io.github.jujupgsql.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.regex.Pattern;

/**
 * What an operator can do when a server that the relation names cannot be the primary.
 */
final class ServerAdvice {

	private static final String SEE_FILE = " The relation file is %s: see whether the charm writes it on every change"
			+ " of the relation and of its secrets.";

	/** In this order; the first that is found counts. */
	private static final List<Entry<Pattern, String>> ADVICE = List.of(
			advice("SQLSTATE 28P01",
					"The server does not take the password that the relation file has for this user: it has been"
							+ " changed since, or the server is of another relation." + SEE_FILE),
			advice("SQLSTATE 28000",
					"The server does not let this user in, or not from here. Its charm makes the user, and opens the"
							+ " way for the subnets of the relation, a moment after the relation was made. If it stays"
							+ " so, see whether the relation still exists ('juju status --relations') and whether its"
							+ " egress-subnets cover this machine ('juju show-unit')." + SEE_FILE),
			advice("SQLSTATE 3D000",
					"The server has no such database yet, or it has been dropped. See whether the database's charm is"
							+ " settled ('juju status --relations')." + SEE_FILE),
			advice("SQLSTATE 53300",
					"All connections of the server are in use. Servers x pool size x units of the application must"
							+ " stay below its max_connections: lower juju.pgsql.primary.maximum-pool-size and"
							+ " juju.pgsql.replica.maximum-pool-size, or raise max_connections by the database's"
							+ " charm."),
			advice("SQLSTATE 57P03",
					"The server is starting or stopping. It is asked again until the connection timeout is over: raise"
							+ " spring.datasource.hikari.connection-timeout (in milliseconds) if it needs longer."),
			advice("hikari\\.[a-z-]+ fails there",
					"The server refuses what the property that is named above has done to each connection: correct"
							+ " it."),
			advice("SSL|TLS|PKIX|[Cc]ertificate|hostnameverifier",
					"TLS with the server has failed. See what the relation says of it (tls, tls-ca, sslmode,"
							+ " sslrootcert in %s), what juju.pgsql.ssl-mode and juju.pgsql.ssl-bundle ask for beyond"
							+ " that, and whether the server's certificate is of that authority and, with verify-full,"
							+ " for the name by which the relation calls it."),
			advice("in recovery",
					"The server that the relation calls the master is a standby. If a failover is under way, wait for"
							+ " it; otherwise see what the database's charm says ('juju status')." + SEE_FILE));

	private static final String UNREACHABLE = "The server does not answer. See whether it runs ('juju status') and can"
			+ " be reached from here: its port, firewalls and network policies, and the name or address that the"
			+ " relation has for it." + SEE_FILE;

	private ServerAdvice() {
	}

	private static Entry<Pattern, String> advice(String sign, String advice) {
		return Map.entry(Pattern.compile(sign), advice);
	}

	/**
	 * Say what to do.
	 * @param reason why there is no primary, with what the server or the driver said
	 * @param file the relation file
	 * @return some sentences
	 */
	static String on(String reason, String file) {
		return ADVICE.stream()
			.filter((entry) -> entry.getKey().matcher(reason).find())
			.map(Entry::getValue)
			.findFirst()
			.orElse(UNREACHABLE)
			.formatted(file);
	}

}
