package io.github.jujupgsql.relation;

import java.util.HashSet;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What our side of a relation has asked the server for, as the pgsql protocol compares
 * it: to the letter.
 *
 * @param database the database, empty if any will do
 * @param extensions the extensions, separated by commas
 * @param roles the roles, separated by commas
 * @param egressSubnets where our connections come from
 */
record Request(String database, String extensions, String roles, List<String> egressSubnets) {

	/**
	 * Tell what was asked for.
	 * @param wanted what the workload is set up to want
	 * @param own our own bag, which says the rest
	 * @return the request
	 */
	static Request of(WantedDatabase wanted, RelationDocument own) {
		return new Request((wanted.database() != null) ? wanted.database() : own.textOrEmpty("database"),
				text(wanted.extensions(), own, "extensions"), text(wanted.roles(), own, "roles"),
				own.commaSeparated("egress-subnets"));
	}

	private static String text(@Nullable List<String> wanted, RelationDocument own, String key) {
		return (wanted != null) ? String.join(",", wanted) : own.textOrEmpty(key);
	}

	/**
	 * Return the first key with which a bag does not mirror the request. A server may put
	 * the name of its choice where no database was asked for.
	 * @param bag the server's bag
	 * @return the key, or {@code null} if the request is granted
	 */
	@Nullable String firstNotMirroredBy(RelationDocument bag) {
		if (!this.database.isEmpty() && !this.database.equals(bag.textOrEmpty("database"))) {
			return "database";
		}
		if (!this.roles.equals(bag.textOrEmpty("roles"))) {
			return "roles";
		}
		if (!this.extensions.equals(bag.textOrEmpty("extensions"))) {
			return "extensions";
		}
		boolean allowed = new HashSet<>(bag.commaSeparated("allowed-subnets")).containsAll(this.egressSubnets);
		return allowed ? null : "allowed-subnets";
	}

}
