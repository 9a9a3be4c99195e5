package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A bag of the {@code postgresql_client} interface, which publishes connection strings in
 * pieces, as URIs, or both. The pieces win, but where the URIs of the standbys name
 * another database than the master's: that is how pgbouncer tells reads from writes.
 * <p>
 * Reads what it is asked for and keeps it: a bag that is not used may hold anything.
 * Confined to one thread.
 */
final class ClientDataBag implements DataBag {

	private final RelationDocument document;

	private final RequestedDatabase request;

	private final boolean answered;

	private final Map<String, ClientUris> uris = new HashMap<>();

	private @Nullable ClientDatabase chosen;

	/**
	 * Create a bag.
	 * @param document the bag, or of a bag with several answers the one that is meant
	 * @param request what was asked for
	 * @param answered whether there is an answer at all
	 */
	private ClientDataBag(RelationDocument document, RequestedDatabase request, boolean answered) {
		this.document = document;
		this.request = request;
		this.answered = answered;
	}

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

	@Override
	public RelationDocument document() {
		return this.document;
	}

	/**
	 * Return whether a bag has been given none of the keys that lead to servers.
	 */
	boolean saysNothingOfServers() {
		return this.answered && !ClientInterface.speaksOfServers(this.document);
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
		return !pieces("endpoints").isEmpty() || uris("uris").nameServers();
	}

	@Override
	public boolean hasStandbys() {
		return !pieces("read-only-endpoints").isEmpty() || uris("read-only-uris").nameServers();
	}

	@Override
	public @Nullable String database() {
		boolean servers = hasMaster() || hasStandbys();
		return servers ? chosen().name() : ClientDatabase.granted(this.document);
	}

	private ClientDatabase chosen() {
		ClientDatabase database = this.chosen;
		if (database == null) {
			String ofMaster = uris("uris").database();
			database = ClientDatabase.of(this.document, this.request.database(),
					(ofMaster != null) ? ofMaster : uris("read-only-uris").database());
			this.chosen = database;
		}
		return database;
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
		ClientUris published = uris("uris");
		List<ClientUri> uris = published.all().stream().map(ClientUris.PublishedUri::get).toList();
		uris.forEach((uri) -> published.warnOfPortTwice(uri, warnings));
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
		if (ClientInterface.isSubordinated(this.document) && !this.document.has("read-only-uris")) {
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
		String forReads = uris("read-only-uris").database();
		return forReads != null && !forReads.equals(uris("uris").database()) && !forReads.equals(chosen().name());
	}

	private List<PublishedString> standbysOfUris(List<String> warnings) {
		List<PublishedString> standbys = new ArrayList<>();
		ClientUris published = uris("read-only-uris");
		for (ClientUris.PublishedUri item : published.all()) {
			try {
				ClientUri uri = item.get();
				published.warnOfPortTwice(uri, warnings);
				ConnectionString rest = inItsDatabase(uri);
				uri.servers().forEach((server) -> add(standbys, published.where(), server, rest, warnings));
			}
			catch (InvalidConnectionStringException ex) {
				warnings.add(PublishedString
					.leftOut(new InvalidRelationException(published.where(), String.valueOf(ex.getMessage()))));
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
	 * Return all but the servers of a URI, in the database that is meant. Of several
	 * databases with one prefix the URIs name one; where another is wanted, the name for
	 * reads follows the name for writes.
	 */
	private ConnectionString inItsDatabase(ClientUri uri) {
		String chosen = chosen().name();
		String published = uri.database();
		if (chosen == null || published == null) {
			return (chosen != null) ? uri.rest().with("dbname", chosen) : uri.rest();
		}
		String ofMaster = uris("uris").database();
		if (ofMaster == null || !published.startsWith(ofMaster) || !ClientDatabase.isPrefix(this.document)) {
			return uri.rest();
		}
		return uri.rest().with("dbname", chosen + published.substring(ofMaster.length()));
	}

	private static ConnectionString inDatabase(@Nullable String database) {
		ConnectionString nothing = ConnectionString.parse("");
		return (database != null) ? nothing.with("dbname", database) : nothing;
	}

	private ClientConnection connection() {
		return new ClientConnection(this.document);
	}

	private ClientUris uris(String key) {
		return this.uris.computeIfAbsent(key, (name) -> ClientUris.read(this.document, name));
	}

	/**
	 * Return the servers of which everything is known without a URI.
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
