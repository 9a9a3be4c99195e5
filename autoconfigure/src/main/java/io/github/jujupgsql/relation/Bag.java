package io.github.jujupgsql.relation;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the server's application, or one of its units, has published.
 */
sealed interface Bag permits PgsqlBag, ClientBag {

	static Bag of(RelationDocument document) {
		return ClientBag.isOne(document) ? new ClientBag(document) : new PgsqlBag(document);
	}

	RelationDocument document();

	/**
	 * Return what stands between the bag and its use.
	 * @param request what was asked for
	 * @return the first key that does not answer it, or {@code null} if the bag is ready
	 */
	@Nullable String firstUnmet(Request request);

	boolean hasMaster();

	boolean hasStandbys();

	/**
	 * Read the master, which must be there.
	 * @return the master
	 * @throws InvalidRelationException if it cannot be used
	 */
	PublishedString master();

	/**
	 * Read the standbys.
	 * @param warnings is told of those that are left out
	 * @return those that can be used
	 */
	List<PublishedString> standbys(List<String> warnings);

}
