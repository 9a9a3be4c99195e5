package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A bag of the {@code postgresql_client} interface, which publishes connection strings in
 * pieces.
 *
 * @param document the bag
 */
record ClientBag(RelationDocument document) implements Bag {

	private static final Set<String> KEYS = Set.of("endpoints", "read-only-endpoints", "uris", "read-only-uris",
			"username", "secret-user", "tls", "tls-ca");

	private static final Set<String> KEYS_OF_OTHERS = Set.of("master", "standbys", "db_conn_str", "db_uri",
			"db_ro_uris");

	private static final Set<String> MODES_THAT_ENCRYPT = Set.of("require", "verify-ca", "verify-full");

	/**
	 * Create the bag.
	 * @param document the bag
	 * @throws InvalidRelationException if the credentials are kept where only a charm can
	 * read them
	 */
	ClientBag {
		if (document.has("secret-user") && document.text("username") == null) {
			throw new InvalidRelationException(document.pathOf("secret-user"),
					"names a Juju secret, which the charm can read and this application cannot: have the charm export"
							+ " the secret's content, as username and password");
		}
	}

	static boolean isOne(RelationDocument document) {
		return document.hasAnyOf(KEYS) && !document.hasAnyOf(KEYS_OF_OTHERS);
	}

	@Override
	public @Nullable String firstUnmet(Request request) {
		boolean inPieces = !endpoints("endpoints").isEmpty() || !endpoints("read-only-endpoints").isEmpty();
		if (inPieces && this.document.text("username") == null) {
			return "username";
		}
		String database = this.document.text("database");
		boolean other = database != null && !request.database().isEmpty() && !request.database().equals(database);
		return other ? "database" : null;
	}

	@Override
	public boolean hasMaster() {
		return !endpoints("endpoints").isEmpty() || !uris("uris").isEmpty();
	}

	@Override
	public boolean hasStandbys() {
		return !endpoints("read-only-endpoints").isEmpty() || !uris("read-only-uris").isEmpty();
	}

	@Override
	public PublishedString master() {
		List<Server> endpoints = endpoints("endpoints");
		if (!endpoints.isEmpty()) {
			return PublishedString.compose(this.document.pathOf("endpoints"),
					() -> writable(withServers(pieces(), endpoints)));
		}
		return PublishedString.compose(this.document.pathOf("uris"), () -> writable(withCredentials(joined("uris"))));
	}

	@Override
	public List<PublishedString> standbys(List<String> warnings) {
		List<PublishedString> standbys = new ArrayList<>();
		List<Server> endpoints = endpoints("read-only-endpoints");
		String key = endpoints.isEmpty() ? "read-only-uris" : "read-only-endpoints";
		for (int i = 0; i < endpoints.size(); i++) {
			List<Server> endpoint = List.of(endpoints.get(i));
			String where = this.document.pathOf(key) + "[" + i + "]";
			PublishedString.addIfValid(standbys,
					() -> PublishedString.compose(where, () -> withServers(pieces(), endpoint)), warnings);
		}
		if (endpoints.isEmpty()) {
			uris(key).forEach((uri) -> addEachHost(standbys, uri, warnings));
		}
		return PublishedString.limit(this.document.pathOf(key), standbys, warnings);
	}

	private void addEachHost(List<PublishedString> standbys, String text, List<String> warnings) {
		String where = this.document.pathOf("read-only-uris");
		try {
			ConnectionString uri = withCredentials(ConnectionString.parse(text));
			for (Server server : servers(uri)) {
				PublishedString.addIfValid(standbys,
						() -> PublishedString.compose(where, () -> withServers(uri, List.of(server))), warnings);
			}
		}
		catch (InvalidConnectionStringException ex) {
			warnings.add(PublishedString.leftOut(new InvalidRelationException(where, String.valueOf(ex.getMessage()))));
		}
	}

	private List<String> uris(String key) {
		return this.document.connectionStrings(key);
	}

	private List<Server> endpoints(String key) {
		return this.document.commaSeparated(key).stream().map(ClientBag::endpoint).toList();
	}

	/**
	 * Split {@code host:port}, {@code [address]:port}, or an IPv6 address alone.
	 */
	private static Server endpoint(String text) {
		int colon = text.lastIndexOf(':');
		if (text.startsWith("[") && text.indexOf(']') > 0) {
			int bracket = text.indexOf(']');
			return new Server(text.substring(1, bracket), (colon > bracket) ? text.substring(colon + 1) : "");
		}
		boolean port = colon >= 0 && text.indexOf(':') == colon;
		return port ? new Server(text.substring(0, colon), text.substring(colon + 1)) : new Server(text, "");
	}

	private ConnectionString pieces() {
		return withCredentials(ConnectionString.parse(""));
	}

	/**
	 * Read the URI of the master. The interface has one, which may name several hosts;
	 * several URIs that differ in nothing else are taken as that.
	 */
	private ConnectionString joined(String key) {
		List<ConnectionString> uris = uris(key).stream().map(ConnectionString::parse).toList();
		List<Server> servers = uris.stream().flatMap((uri) -> servers(uri).stream()).toList();
		List<ConnectionString> joined = uris.stream().map((uri) -> withServers(uri, servers)).distinct().toList();
		if (joined.size() > 1) {
			throw new InvalidRelationException(this.document.pathOf(key),
					"has several URIs that differ in more than their hosts");
		}
		return joined.get(0);
	}

	private static List<Server> servers(ConnectionString uri) {
		return new Servers(uri).list();
	}

	private static ConnectionString withServers(ConnectionString string, List<Server> servers) {
		String hosts = servers.stream().map(Server::host).collect(Collectors.joining(","));
		String ports = servers.stream()
			.map((server) -> server.port().isEmpty() ? Server.DEFAULT_PORT : server.port())
			.collect(Collectors.joining(","));
		// the servers are addresses already where a URI gave some
		ConnectionString plain = string.get(Keyword.HOSTADDR, "").isEmpty() ? string : string.with("hostaddr", "");
		return plain.with("host", hosts).with("port", ports);
	}

	private ConnectionString withCredentials(ConnectionString string) {
		ConnectionString result = withDefault(string, Keyword.DBNAME, this.document.text("database"));
		result = withDefault(result, Keyword.USER, this.document.text("username"));
		result = withDefault(result, Keyword.PASSWORD, this.document.text("password"));
		return "true".equalsIgnoreCase(this.document.text("tls")) ? encrypted(result) : result;
	}

	private ConnectionString encrypted(ConnectionString string) {
		String authorities = this.document.text("tls-ca");
		if (authorities != null && !PemCertificates.areIn(authorities)) {
			throw new InvalidRelationException(this.document.pathOf("tls-ca"),
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

	/**
	 * Of several servers, have the driver find the one that takes writes.
	 */
	private static ConnectionString writable(ConnectionString string) {
		boolean several = servers(string).size() > 1;
		return withDefault(string, Keyword.TARGET_SESSION_ATTRS, several ? "read-write" : null);
	}

}
