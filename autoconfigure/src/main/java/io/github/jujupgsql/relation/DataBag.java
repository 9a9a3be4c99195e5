package io.github.jujupgsql.relation;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the server's application, or one of its units, has published.
 */
sealed interface DataBag permits PgsqlDataBag, ClientDataBag {

	/**
	 * Return a bag of the interface whose words it uses.
	 * @param document what was published
	 * @param request what was asked for
	 * @return the bag
	 */
	static DataBag of(RelationDocument document, RequestedDatabase request) {
		return ClientInterface.isBag(document) ? ClientDataBag.of(document, request)
				: new PgsqlDataBag(document, request);
	}

	RelationDocument document();

	/**
	 * Return what stands between the bag and its use.
	 * @return the first key that does not answer what was asked for, or {@code null} if
	 * the bag is ready
	 */
	@Nullable String firstUnmet();

	/**
	 * Return the key that names the master in this interface.
	 */
	String keyOfMaster();

	/**
	 * Return the key that names the standbys in this interface.
	 */
	String keyOfStandbys();

	boolean hasMaster();

	boolean hasStandbys();

	/**
	 * Return the database that was granted.
	 * @return the name, or {@code null} if it was not published
	 */
	@Nullable String database();

	/**
	 * Read the master, which must be there.
	 * @param warnings is told of what is read otherwise than it was written
	 * @return the master
	 * @throws InvalidRelationException if it cannot be used
	 */
	PublishedString master(List<String> warnings);

	/**
	 * Read the standbys.
	 * @param warnings is told of those that are left out
	 * @return those that can be used
	 */
	List<PublishedString> standbys(List<String> warnings);

}
