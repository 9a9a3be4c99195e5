package io.github.jujupgsql.relation;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Which database a bag of {@code postgresql_client} leads to.
 *
 * @param name its name, or {@code null} while that is waited for
 * @param unmet the key that is waited for, or {@code null}
 */
record ClientDatabase(@Nullable String name, @Nullable String unmet) {

	/**
	 * Find the database.
	 * @param bag the bag
	 * @param wanted what was asked for, or {@code null} if any will do
	 * @param ofUris what the bag's URIs name, or {@code null} if they name none
	 * @return the database, or what is waited for
	 * @throws InvalidRelationException if neither the bag nor the application says which
	 */
	static ClientDatabase of(RelationDocument bag, @Nullable String wanted, @Nullable String ofUris) {
		String granted = granted(bag);
		if (isPrefix(bag)) {
			return ofPrefix(bag, isPrefix(wanted) ? null : wanted, isPrefix(ofUris) ? null : ofUris);
		}
		String named = (granted != null) ? granted : ofUris;
		if (named != null) {
			return (wanted == null || wanted.equals(named)) ? found(named) : waitingFor("database");
		}
		if (wanted != null) {
			return found(wanted);
		}
		throw new InvalidRelationException(bag.pathOf("database"),
				"is missing, as is 'resource', and the driver would take the database that is named like the user:"
						+ " publish one of them, or set juju.pgsql.database");
	}

	/**
	 * Return what a bag says was granted: a database, or the prefix of several.
	 * @param bag the bag
	 * @return the name, or {@code null} if none is said
	 */
	static @Nullable String granted(RelationDocument bag) {
		String database = bag.text("database");
		return (database != null) ? database : bag.text("resource");
	}

	/**
	 * Return whether a bag speaks of all databases whose names begin alike.
	 * @param bag the bag
	 */
	static boolean isPrefix(RelationDocument bag) {
		return isPrefix(granted(bag)) || bag.has("prefix-databases");
	}

	private static boolean isPrefix(@Nullable String name) {
		return name != null && name.endsWith("*");
	}

	private static ClientDatabase ofPrefix(RelationDocument bag, @Nullable String wanted, @Nullable String ofUris) {
		List<String> names = bag.commaSeparated("prefix-databases");
		if (wanted != null) {
			return names.contains(wanted) ? found(wanted) : waitingFor("prefix-databases");
		}
		if (ofUris != null) {
			return found(ofUris);
		}
		if (names.size() > 1) {
			throw new InvalidRelationException(bag.pathOf("prefix-databases"),
					"names several databases, and juju.pgsql.database does not say which: "
							+ names.stream().map(RelationDocument::nameOf).collect(Collectors.joining(", ")));
		}
		return names.isEmpty() ? waitingFor("prefix-databases") : found(names.get(0));
	}

	private static ClientDatabase found(String name) {
		return new ClientDatabase(name, null);
	}

	private static ClientDatabase waitingFor(String key) {
		return new ClientDatabase(null, key);
	}

}
