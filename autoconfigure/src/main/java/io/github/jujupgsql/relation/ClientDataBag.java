package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A bag of the {@code postgresql_client} interface, which publishes connection strings in
 * pieces, as URIs, or both. The pieces win, but where the URIs of the standbys name
 * another database than the master's: that is how pgbouncer tells reads from writes.
 *
 * @param document the bag, or of a bag with several answers the one that is meant
 * @param request what was asked for
 * @param answered whether there is an answer at all
 */
record ClientDataBag(RelationDocument document, RequestedDatabase request, boolean answered) implements DataBag {

	/** What leads to servers. */
	private static final Set<String> KEYS_OF_SERVERS = Set.of("endpoints", "read-only-endpoints", "uris",
			"read-only-uris");

	/** What else only an answer has. */
	private static final Set<String> MORE_KEYS_OF_ANSWERS = Set.of("username", "secret-user", "requests",
			"prefix-databases", "subordinated");

	/** What only a client publishes. */
	private static final Set<String> KEYS_OF_REQUESTS = Set.of("requested-secrets", "extra-user-roles",
			"extra-group-roles");

	/** What else shows which interface it is. */
	private static final Set<String> MORE_KEYS = Set.of("tls", "tls-ca", "data", "resource");

	/**
	 * Return the bag, or the answer in it that is meant.
	 * @param bag what was published
	 * @param request what was asked for
	 * @return the bag
	 * @throws InvalidRelationException if several answers could be meant
	 */
	static ClientDataBag of(RelationDocument bag, RequestedDatabase request) {
		RelationDocument answer = ClientAnswers.choose(bag, request.database());
		return new ClientDataBag(answer, request, answer == bag || !answer.isEmpty());
	}

	static boolean isOne(RelationDocument document) {
		return document.keys().stream().anyMatch(ClientDataBag::isKey)
				&& !document.hasAnyOf(ConnectionsForm.KEYS_OF_SERVERS);
	}

	/**
	 * Return whether the interface knows a key, and hardly any other does.
	 * @param key the key
	 */
	static boolean isKey(String key) {
		return KEYS_OF_SERVERS.contains(key) || MORE_KEYS_OF_ANSWERS.contains(key) || KEYS_OF_REQUESTS.contains(key)
				|| MORE_KEYS.contains(key);
	}

	private static boolean isAnswer(RelationDocument document) {
		return document.hasAnyOf(KEYS_OF_SERVERS) || document.hasAnyOf(MORE_KEYS_OF_ANSWERS);
	}

	/**
	 * Return whether a bag says more than that there is a relation.
	 * @param document the bag
	 * @return whether it has asked or answered
	 */
	static boolean speaksOfDatabases(RelationDocument document) {
		return isOne(document) && (isAnswer(document) || isRequest(document));
	}

	/**
	 * Return whether a bag is a client's: the database it asks for, and no answer.
	 * @param document the bag
	 * @return whether it is the other side's
	 */
	static boolean isRequest(RelationDocument document) {
		return document.hasAnyOf(KEYS_OF_REQUESTS) && ClientDatabase.granted(document) != null && !isAnswer(document)
				&& !document.hasAnyOf(ConnectionsForm.KEYS_OF_SERVERS);
	}

	/**
	 * Return whether the server is a proxy on the machine of each client. It says for
	 * each of them when it is there, and has other databases for reads, at the same
	 * address.
	 * @param document the bag
	 */
	static boolean isSubordinated(RelationDocument document) {
		return "true".equalsIgnoreCase(document.text("subordinated"));
	}

	/**
	 * Return whether a bag has been given none of the keys that lead to servers.
	 */
	boolean saysNothingOfServers() {
		return this.answered && !this.document.hasAnyOf(KEYS_OF_SERVERS);
	}

	@Override
	public @Nullable String firstUnmet() {
		if (!this.answered) {
			return "requests";
		}
		if (!hasUsername() && this.document.has("secret-user") && uris("uris").isEmpty()) {
			throw new InvalidRelationException(this.document.pathOf("secret-user"),
					"names a Juju secret, which the charm can read and this application cannot: have the charm export"
							+ " the secret's content, as username and password");
		}
		if (!hasMaster() && !hasStandbys()) {
			boolean inPieces = !endpoints("endpoints").isEmpty() || !endpoints("read-only-endpoints").isEmpty();
			return inPieces ? "username" : null;
		}
		return chosen().unmet();
	}

	private boolean hasUsername() {
		return this.document.text("username") != null;
	}

	@Override
	public String keyOfMaster() {
		return "endpoints";
	}

	@Override
	public String keyOfStandbys() {
		return "read-only-endpoints";
	}

	@Override
	public boolean hasMaster() {
		return !pieces("endpoints").isEmpty() || nameServers(uris("uris"));
	}

	@Override
	public boolean hasStandbys() {
		return !pieces("read-only-endpoints").isEmpty() || nameServers(uris("read-only-uris"));
	}

	/**
	 * Whether there is anything to read, or to complain of.
	 */
	private static boolean nameServers(List<String> uris) {
		return uris.stream().anyMatch((uri) -> {
			try {
				return !ClientUri.parse(uri).servers().isEmpty();
			}
			catch (InvalidConnectionStringException ex) {
				return true;
			}
		});
	}

	@Override
	public @Nullable String database() {
		boolean servers = hasMaster() || hasStandbys();
		return servers ? chosen().name() : ClientDatabase.granted(this.document);
	}

	private ClientDatabase chosen() {
		String ofUris = databaseOf("uris");
		return ClientDatabase.of(this.document, this.request.database(),
				(ofUris != null) ? ofUris : databaseOf("read-only-uris"));
	}

	private @Nullable String databaseOf(String key) {
		for (String uri : uris(key)) {
			try {
				return ClientUri.parse(uri).database();
			}
			catch (InvalidConnectionStringException ex) {
				// is told where it is used
			}
		}
		return null;
	}

	@Override
	public PublishedString master(List<String> warnings) {
		List<Server> endpoints = pieces("endpoints");
		if (!endpoints.isEmpty()) {
			return PublishedString.compose(this.document.pathOf("endpoints"),
					() -> connection().toMaster(endpoints, inDatabase(chosen().name())));
		}
		return PublishedString.compose(this.document.pathOf("uris"), () -> masterOfUris(warnings));
	}

	/**
	 * Read the URI of the master. The interface has one, which may name several hosts;
	 * several URIs that differ in nothing else are taken as that.
	 */
	private ConnectionString masterOfUris(List<String> warnings) {
		List<ClientUri> uris = uris("uris").stream().map(ClientUri::parse).toList();
		uris.forEach((uri) -> warnOfPortTwice("uris", uri, warnings));
		List<Server> servers = uris.stream().flatMap((uri) -> uri.servers().stream()).toList();
		List<ConnectionString> masters = uris.stream()
			.map((uri) -> connection().toMaster(servers, inItsDatabase(uri)))
			.distinct()
			.toList();
		if (masters.size() > 1) {
			throw new InvalidConnectionStringException("has several URIs that differ in more than their hosts");
		}
		return masters.get(0);
	}

	@Override
	public List<PublishedString> standbys(List<String> warnings) {
		List<Server> endpoints = pieces("read-only-endpoints");
		if (endpoints.isEmpty() || hasDatabaseForReads()) {
			return PublishedString.limit(this.document.pathOf("read-only-uris"), standbysOfUris(warnings), warnings);
		}
		String where = this.document.pathOf("read-only-endpoints");
		if (isSubordinated(this.document) && !this.document.has("read-only-uris")) {
			warnings
				.add("'" + where + "': are those of the proxy for the database that is written to, so reads go to the"
						+ " primary; have the charm ask for 'read-only-uris', which name the database for reads");
		}
		List<PublishedString> standbys = new ArrayList<>();
		ConnectionString rest = inDatabase(chosen().name());
		for (int i = 0; i < endpoints.size(); i++) {
			add(standbys, where + "[" + i + "]", endpoints.get(i), rest, warnings);
		}
		return PublishedString.limit(where, standbys, warnings);
	}

	private boolean hasDatabaseForReads() {
		String forReads = databaseOf("read-only-uris");
		return forReads != null && !forReads.equals(databaseOf("uris")) && !forReads.equals(chosen().name());
	}

	private List<PublishedString> standbysOfUris(List<String> warnings) {
		List<PublishedString> standbys = new ArrayList<>();
		String where = this.document.pathOf("read-only-uris");
		for (String text : uris("read-only-uris")) {
			try {
				ClientUri uri = ClientUri.parse(text);
				warnOfPortTwice("read-only-uris", uri, warnings);
				ConnectionString rest = inItsDatabase(uri);
				uri.servers().forEach((server) -> add(standbys, where, server, rest, warnings));
			}
			catch (InvalidConnectionStringException ex) {
				warnings
					.add(PublishedString.leftOut(new InvalidRelationException(where, String.valueOf(ex.getMessage()))));
			}
		}
		return standbys;
	}

	private void add(List<PublishedString> standbys, String where, Server server, ConnectionString rest,
			List<String> warnings) {
		PublishedString.addIfValid(standbys, () -> PublishedString.compose(where, () -> connection().to(server, rest)),
				warnings);
	}

	/**
	 * Of several databases with one prefix the URIs name one. Where another is wanted,
	 * the name for reads follows the name for writes.
	 */
	private ConnectionString inItsDatabase(ClientUri uri) {
		String chosen = chosen().name();
		String published = uri.database();
		if (chosen == null || published == null) {
			return (chosen != null) ? uri.rest().with("dbname", chosen) : uri.rest();
		}
		String ofMaster = databaseOf("uris");
		if (ofMaster == null || !published.startsWith(ofMaster) || !ClientDatabase.isPrefix(this.document)) {
			return uri.rest();
		}
		return uri.rest().with("dbname", chosen + published.substring(ofMaster.length()));
	}

	private static ConnectionString inDatabase(@Nullable String database) {
		ConnectionString nothing = ConnectionString.parse("");
		return (database != null) ? nothing.with("dbname", database) : nothing;
	}

	private void warnOfPortTwice(String key, ClientUri uri, List<String> warnings) {
		if (uri.givesPortTwice()) {
			warnings.add("'" + this.document.pathOf(key)
					+ "': gives a port twice (host:5432:5432); it is read as given once");
		}
	}

	private ClientConnection connection() {
		return new ClientConnection(this.document);
	}

	private List<String> uris(String key) {
		return this.document.connectionStrings(key);
	}

	/**
	 * The servers of which everything is known without a URI.
	 */
	private List<Server> pieces(String key) {
		return hasUsername() ? endpoints(key) : List.of();
	}

	private List<Server> endpoints(String key) {
		return this.document.commaSeparated(key)
			.stream()
			.map((text) -> ClientEndpoint.parse(text).server())
			.filter(Objects::nonNull)
			.toList();
	}

}
