package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The URIs that a bag of {@code postgresql_client} publishes under one key, read once.
 *
 * @param where where they are in the file
 * @param all the URIs, in their order
 */
record ClientUris(String where, List<PublishedUri> all) {

	/**
	 * Read what a bag has under a key.
	 * @param bag the bag
	 * @param key the key
	 * @return the URIs, also those that are none
	 */
	static ClientUris read(RelationDocument bag, String key) {
		List<PublishedUri> uris = new ArrayList<>();
		for (String text : bag.connectionStrings(key)) {
			uris.add(PublishedUri.read(text));
		}
		return new ClientUris(bag.pathOf(key), uris);
	}

	boolean isEmpty() {
		return this.all.isEmpty();
	}

	/**
	 * Return whether there is anything to read, or to complain of.
	 */
	boolean nameServers() {
		return this.all.stream().anyMatch((uri) -> uri.uri() == null || !uri.get().servers().isEmpty());
	}

	/**
	 * Return the database that the first of them that can be read names.
	 * @return the name, or {@code null} if there is none
	 */
	@Nullable String database() {
		for (PublishedUri uri : this.all) {
			if (uri.uri() != null) {
				return uri.uri().database();
			}
		}
		return null;
	}

	/**
	 * Take note that a URI gives a port twice, if it does.
	 * @param uri one of the URIs
	 * @param warnings is told of it
	 */
	void warnOfPortTwice(ClientUri uri, List<String> warnings) {
		if (uri.givesPortTwice()) {
			warnings.add("'" + this.where + "': gives a port twice (host:5432:5432); it is read as given once");
		}
	}

	/**
	 * What was published as a URI, and what came of reading it.
	 *
	 * @param uri the URI, or {@code null} if it is none
	 * @param fault why it is none, or {@code null} if it is one
	 */
	record PublishedUri(@Nullable ClientUri uri, @Nullable String fault) {

		static PublishedUri read(String text) {
			try {
				return new PublishedUri(ClientUri.parse(text), null);
			}
			catch (InvalidConnectionStringException ex) {
				return new PublishedUri(null, ex.getMessage());
			}
		}

		/**
		 * Return the URI.
		 * @return the URI
		 * @throws InvalidConnectionStringException if it is none
		 */
		ClientUri get() {
			if (this.uri == null) {
				throw new InvalidConnectionStringException(String.valueOf(this.fault));
			}
			return this.uri;
		}

	}

}
