package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A whole relation: one entry of {@code relation-info} in {@code juju show-unit}. Here
 * the pgsql protocol is followed as the charm library does: a server's bag counts once it
 * mirrors what we asked for and lets our subnets in, and of those that count the first
 * one by name that has a master, or standbys, gives them.
 *
 * @param wanted what the workload wants of the server
 */
record RelationInfoForm(WantedDatabase wanted) implements RelationForm {

	private static final String OF_APPLICATION = "application-data";

	private static final String OF_UNITS = "related-units";

	private static final Set<String> KEYS = Set.of(OF_APPLICATION, "local-unit", OF_UNITS);

	private static final Set<String> KEYS_OF_REQUESTS = Set.of("database", "extensions", "roles");

	private static final Set<String> KEYS_OF_ANSWERS = Set.of("master", "standbys", "allowed-units", "allowed-subnets");

	@Override
	public boolean accepts(RelationDocument document) {
		return document.hasAnyOf(KEYS);
	}

	@Override
	public RelationReadResult read(RelationDocument entry) {
		List<NamedBag> bags = bags(entry,
				RequestedDatabase.of(this.wanted, entry.object("local-unit").has("data") ? ownBag(entry) : null));
		List<String> warnings = new ArrayList<>();
		NamedBag forMaster = firstReady(bags, DataBag::hasMaster);
		NamedBag forStandbys = firstReady(bags, DataBag::hasStandbys);
		NamedBag granting = (forMaster != null) ? forMaster : forStandbys;
		if (granting == null && ClientInterface.isRequest(entry.object(OF_APPLICATION))) {
			throw InvalidRelationException.holdsARequest(entry.pathOf(OF_APPLICATION));
		}
		PgsqlRelation relation = PgsqlRelation.of(entry.text("relation-id"),
				(granting != null) ? granting.bag().document() : RelationDocument.EMPTY,
				(granting != null) ? granting.bag().database() : null,
				(forMaster != null) ? forMaster.bag().master(warnings) : null,
				(forStandbys != null) ? forStandbys.bag().standbys(warnings) : List.of());
		String waitingFor = (forMaster == null) ? waitingForMaster(entry, bags)
				: (forStandbys == null) ? waitingForStandbys(bags) : null;
		return new RelationReadResult(relation, warnings, waitingFor);
	}

	/**
	 * Tell whether an entry is about a relation to PostgreSQL: a unit has others.
	 * @param entry the entry
	 * @return whether our side has asked, or the other answered, in its words
	 */
	static boolean isAboutPostgres(RelationDocument entry) {
		return ownBag(entry).hasAnyOf(KEYS_OF_REQUESTS) || bagDocuments(entry).stream()
			.anyMatch((bag) -> bag.hasAnyOf(KEYS_OF_ANSWERS) || ClientInterface.speaksOfDatabases(bag));
	}

	/**
	 * Tell whether an entry is all that is left of a relation: its units are gone, and so
	 * is what they said. While it is removed and made again there are two.
	 * @param entry the entry
	 * @return whether it is dying
	 */
	static boolean isDying(RelationDocument entry) {
		RelationDocument units = entry.object(OF_UNITS);
		return !units.isEmpty() && inScope(units).isEmpty()
				&& bagDocuments(entry).stream().allMatch(RelationDocument::isEmpty);
	}

	/**
	 * Tell whether an entry is about the units of one application among themselves.
	 * @param entry the entry
	 * @param application the application whose units may be meant
	 * @return whether it is a peer relation
	 */
	static boolean isOfPeers(RelationDocument entry, String application) {
		if (!entry.textOrEmpty("endpoint").equals(entry.textOrEmpty("related-endpoint"))) {
			return false;
		}
		Set<String> units = entry.object(OF_UNITS).keys();
		// only among peers does Juju show what we have said; its version 4.0 shows it
		// everywhere
		return units.isEmpty() ? isInScope(entry.object("local-unit")) && !isAboutPostgres(entry)
				: units.stream().allMatch((unit) -> unit.startsWith(application + "/"));
	}

	private static RelationDocument ownBag(RelationDocument entry) {
		return entry.object("local-unit").object("data");
	}

	private static List<RelationDocument> bagDocuments(RelationDocument entry) {
		List<RelationDocument> bags = new ArrayList<>();
		bags.add(entry.object(OF_APPLICATION));
		RelationDocument units = entry.object(OF_UNITS);
		units.keys().forEach((name) -> bags.add(units.object(name).object("data")));
		return bags;
	}

	/**
	 * Return the names of the units that are there. One that has left its scope has
	 * departed; the charm library does not see it any more.
	 */
	private static List<String> inScope(RelationDocument units) {
		return units.keys()
			.stream()
			.sorted(Comparator.naturalOrder())
			.filter((name) -> isInScope(units.object(name)))
			.toList();
	}

	private static boolean isInScope(RelationDocument unit) {
		return !"false".equals(unit.text("in-scope"));
	}

	/**
	 * Return the bags in the order in which they are visited: the application's name,
	 * then those of its units.
	 */
	private static List<NamedBag> bags(RelationDocument entry, RequestedDatabase request) {
		List<NamedBag> bags = new ArrayList<>();
		RelationDocument ofApplication = entry.object(OF_APPLICATION);
		RelationDocument units = entry.object(OF_UNITS);
		List<String> names = inScope(units);
		bags.add(new NamedBag(OF_APPLICATION, DataBag.of(ofApplication, request),
				ClientInterface.isSubordinated(ofApplication) ? unitToBeReady(units, names) : null));
		for (String name : names) {
			bags.add(new NamedBag(RelationDocument.nameOf(name), DataBag.of(units.object(name).object("data"), request),
					null));
		}
		return bags;
	}

	private static @Nullable String unitToBeReady(RelationDocument units, List<String> names) {
		boolean ready = names.stream()
			.anyMatch((name) -> "ready".equals(units.object(name).object("data").text("state")));
		String who = names.isEmpty() ? "a unit of the proxy"
				: names.stream().map(RelationDocument::nameOf).collect(Collectors.joining(", "));
		return ready ? null : "'state' of " + who + " to be ready";
	}

	private static @Nullable NamedBag firstReady(List<NamedBag> bags, Predicate<DataBag> offers) {
		for (NamedBag named : bags) {
			if (named.heldBy() == null && offers.test(named.bag()) && named.bag().firstUnmet() == null) {
				return named;
			}
		}
		return null;
	}

	private static String waitingForMaster(RelationDocument entry, List<NamedBag> bags) {
		boolean byApplication = bags.get(0).bag() instanceof ClientDataBag;
		List<String> keys = new ArrayList<>();
		for (NamedBag named : bags) {
			boolean unused = named == bags.get(0) ? named.bag().document().isEmpty() : byApplication;
			if (!unused) {
				keys.add(named.missing(named.bag().keyOfMaster()));
			}
		}
		if (keys.isEmpty()) {
			keys.add(entry.has(OF_UNITS) || !entry.has("local-unit") ? "the server's units to publish something"
					: "'related-units', which Juju 4.0 leaves out of what 'juju show-unit' prints: have the charm export"
							+ " what the server has published");
		}
		return "no master yet; waiting for " + String.join(", ", keys);
	}

	/**
	 * Return which standbys are waited for. A server without standbys is complete, so
	 * there is something to wait for only where they have been published and are not
	 * granted yet.
	 */
	private static @Nullable String waitingForStandbys(List<NamedBag> bags) {
		List<String> keys = bags.stream()
			.filter((named) -> named.bag().hasStandbys())
			.map((named) -> named.missing(named.bag().keyOfStandbys()))
			.toList();
		return keys.isEmpty() ? null : "no standbys yet; waiting for " + String.join(", ", keys);
	}

	/**
	 * A bag and whose it is.
	 *
	 * @param name the unit's name, fit for logs
	 * @param bag the bag
	 * @param heldBy what must be so before it counts, or {@code null} if it counts
	 */
	private record NamedBag(String name, DataBag bag, @Nullable String heldBy) {

		String missing(String offer) {
			if (this.heldBy != null) {
				return this.heldBy;
			}
			String unmet = this.bag.firstUnmet();
			return "'" + ((unmet != null) ? unmet : offer) + "' of " + this.name;
		}

	}

}
