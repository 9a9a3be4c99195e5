package io.github.jujupgsql.relation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What our side of a relation has asked the server for. What is not said to have been
 * asked for is not compared: {@code juju show-unit} does not show our own bag.
 *
 * @param database the database, or {@code null} if any will do
 * @param extensions the extensions, or {@code null} if any will do
 * @param roles the roles, or {@code null} if any will do
 * @param egressSubnets where our connections come from
 */
record RequestedDatabase(@Nullable String database, @Nullable Set<String> extensions, @Nullable Set<String> roles,
		List<String> egressSubnets) {

	/** Nothing that is known of. */
	static final RequestedDatabase UNKNOWN = new RequestedDatabase(null, null, null, List.of());

	/**
	 * Tell what was asked for.
	 * @param wanted what the workload is set up to want
	 * @param own our own bag, which says the rest, or {@code null} if it is not there
	 * @return the request
	 */
	static RequestedDatabase of(WantedDatabase wanted, @Nullable RelationDocument own) {
		String database = (wanted.database() != null) ? wanted.database() : (own != null) ? own.text("database") : null;
		return new RequestedDatabase((database != null && !database.isBlank()) ? database : null,
				set(wanted.extensions(), own, "extensions"), set(wanted.roles(), own, "roles"),
				(own != null) ? own.commaSeparated("egress-subnets") : List.of());
	}

	private static @Nullable Set<String> set(@Nullable List<String> wanted, @Nullable RelationDocument own,
			String key) {
		List<String> said = (wanted != null) ? wanted : (own != null) ? own.commaSeparated(key) : null;
		return (said != null) ? Set.copyOf(said) : null;
	}

	/**
	 * Return the first key with which a bag does not mirror the request. A server may put
	 * the name of its choice where no database was asked for.
	 * @param bag the server's bag
	 * @return the key, or {@code null} if the request is granted
	 */
	@Nullable String firstNotMirroredBy(RelationDocument bag) {
		if (this.database != null && !this.database.equals(bag.text("database"))) {
			return "database";
		}
		if (isUnlike(this.roles, bag, "roles")) {
			return "roles";
		}
		if (isUnlike(this.extensions, bag, "extensions")) {
			return "extensions";
		}
		boolean allowed = new HashSet<>(bag.commaSeparated("allowed-subnets")).containsAll(this.egressSubnets);
		return allowed ? null : "allowed-subnets";
	}

	private static boolean isUnlike(@Nullable Set<String> asked, RelationDocument bag, String key) {
		return asked != null && !asked.equals(Set.copyOf(bag.commaSeparated(key)));
	}

}
