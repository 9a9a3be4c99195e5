package io.github.jujupgsql.relation;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Puts together the connection strings that a bag of {@code postgresql_client} publishes
 * in pieces: servers, and what is needed to log in there.
 *
 * @param bag says who logs in and how the connection is protected
 */
record ClientConnection(RelationDocument bag) {

	private static final Set<String> MODES_THAT_ENCRYPT = Set.of("require", "verify-ca", "verify-full");

	/**
	 * Return the connection string of a standby.
	 * @param server where it goes to
	 * @param rest what is known of it already
	 * @return the connection string
	 * @throws InvalidConnectionStringException if the server cannot be had
	 */
	ConnectionString to(Server server, ConnectionString rest) {
		return to(List.of(server), rest);
	}

	/**
	 * Return the connection string of the master. Of several servers, the driver has to
	 * find the one that takes writes.
	 * @param servers where it may be
	 * @param rest what is known of it already
	 * @return the connection string
	 * @throws InvalidConnectionStringException if a server cannot be had
	 */
	ConnectionString toMaster(List<Server> servers, ConnectionString rest) {
		return withDefault(to(servers, rest), Keyword.TARGET_SESSION_ATTRS, (servers.size() > 1) ? "read-write" : null);
	}

	private ConnectionString to(List<Server> servers, ConnectionString rest) {
		if (servers.stream().anyMatch((server) -> server.host().startsWith("/"))) {
			throw new InvalidConnectionStringException("names a Unix socket, and the driver has none; pgbouncer's charm"
					+ " publishes an address if its option local_connection_type is tcp");
		}
		String hosts = servers.stream().map(Server::host).collect(Collectors.joining(","));
		String ports = servers.stream()
			.map((server) -> server.port().isEmpty() ? Server.DEFAULT_PORT : server.port())
			.collect(Collectors.joining(","));
		// the servers are addresses already where a URI gave some
		ConnectionString plain = rest.get(Keyword.HOSTADDR, "").isEmpty() ? rest : rest.with("hostaddr", "");
		return withCredentials(plain).with("host", hosts).with("port", ports);
	}

	private ConnectionString withCredentials(ConnectionString string) {
		ConnectionString result = withDefault(string, Keyword.USER, this.bag.text("username"));
		result = withDefault(result, Keyword.PASSWORD, this.bag.text("password"));
		return "true".equalsIgnoreCase(this.bag.text("tls")) ? encrypted(result) : result;
	}

	private ConnectionString encrypted(ConnectionString string) {
		String authorities = this.bag.text("tls-ca");
		if (authorities != null && !PemCertificates.areIn(authorities)) {
			throw new InvalidRelationException(this.bag.pathOf("tls-ca"),
					"must hold certificates as PEM text, and one at least");
		}
		ConnectionString result = withDefault(string, Keyword.SSLROOTCERT, authorities);
		boolean verified = result.get(Keyword.SSLROOTCERT) != null;
		return MODES_THAT_ENCRYPT.contains(result.get(Keyword.SSLMODE, "")) ? result
				: result.with(Keyword.SSLMODE.toString(), verified ? "verify-ca" : "require");
	}

	private static ConnectionString withDefault(ConnectionString string, Keyword keyword, @Nullable String value) {
		return (value == null || string.get(keyword) != null) ? string : string.with(keyword.toString(), value);
	}

}
