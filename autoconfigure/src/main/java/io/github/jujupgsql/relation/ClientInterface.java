package io.github.jujupgsql.relation;

import java.util.Set;

/**
 * The words of the {@code postgresql_client} interface, by which its bags are told from
 * others, and answers from requests.
 */
final class ClientInterface {

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

	private ClientInterface() {
	}

	/**
	 * Return whether a bag is one of this interface.
	 * @param document the bag
	 */
	static boolean isBag(RelationDocument document) {
		return document.keys().stream().anyMatch(ClientInterface::isKey)
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

	/**
	 * Return whether a bag has any of the keys that lead to servers.
	 * @param document the bag
	 */
	static boolean speaksOfServers(RelationDocument document) {
		return document.hasAnyOf(KEYS_OF_SERVERS);
	}

	/**
	 * Return whether a bag says more than that there is a relation.
	 * @param document the bag
	 * @return whether it has asked or answered
	 */
	static boolean speaksOfDatabases(RelationDocument document) {
		return isBag(document) && (isAnswer(document) || isRequest(document));
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

	private static boolean isAnswer(RelationDocument document) {
		return speaksOfServers(document) || document.hasAnyOf(MORE_KEYS_OF_ANSWERS);
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

}
