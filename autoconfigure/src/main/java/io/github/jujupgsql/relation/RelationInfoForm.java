package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * A whole relation: one entry of {@code relation-info} in {@code juju show-unit}. Here
 * the pgsql protocol is followed as the charm library does: a server's bag counts once it
 * mirrors what we asked for and lets our subnets in, and of those that count the first
 * one by name that has a master, or standbys, gives them.
 */
final class RelationInfoForm implements RelationForm {

	private static final Set<String> KEYS = Set.of("application-data", "local-unit", "related-units");

	private static final Set<String> KEYS_OF_REQUESTS = Set.of("database", "extensions", "roles");

	private static final Set<String> KEYS_OF_ANSWERS = Set.of("master", "standbys", "allowed-units", "allowed-subnets");

	private final WantedDatabase wanted;

	RelationInfoForm(WantedDatabase wanted) {
		this.wanted = wanted;
	}

	@Override
	public boolean accepts(RelationDocument document) {
		return document.hasAnyOf(KEYS);
	}

	@Override
	public RelationReading read(RelationDocument entry) {
		List<NamedBag> bags = bags(entry);
		Request request = Request.of(this.wanted, ownBag(entry));
		List<String> warnings = new ArrayList<>();
		NamedBag forMaster = firstReady(bags, request, Bag::hasMaster);
		NamedBag forStandbys = firstReady(bags, request, Bag::hasStandbys);
		NamedBag granting = (forMaster != null) ? forMaster : forStandbys;
		PgsqlRelation relation = PgsqlRelation.of(entry.text("relation-id"),
				(granting != null) ? granting.bag().document() : RelationDocument.EMPTY,
				(forMaster != null) ? forMaster.bag().master() : null,
				(forStandbys != null) ? forStandbys.bag().standbys(warnings) : List.of());
		String waitingFor = (forMaster == null) ? waitingForMaster(bags, request)
				: (forStandbys == null) ? waitingForStandbys(bags, request) : null;
		return new RelationReading(relation, warnings, waitingFor);
	}

	/**
	 * Tell whether an entry is about a relation to PostgreSQL: a unit has others.
	 * @param entry the entry
	 * @return whether our side has asked, or the other answered, in its words
	 */
	static boolean isAboutPostgres(RelationDocument entry) {
		return ownBag(entry).hasAnyOf(KEYS_OF_REQUESTS) || bagDocuments(entry).stream()
			.anyMatch((bag) -> bag.hasAnyOf(KEYS_OF_ANSWERS) || ClientBag.isOne(bag));
	}

	private static RelationDocument ownBag(RelationDocument entry) {
		return entry.object("local-unit").object("data");
	}

	private static List<RelationDocument> bagDocuments(RelationDocument entry) {
		List<RelationDocument> bags = new ArrayList<>();
		bags.add(entry.object("application-data"));
		RelationDocument units = entry.object("related-units");
		units.keys().forEach((name) -> bags.add(units.object(name).object("data")));
		return bags;
	}

	/**
	 * The bags in the order in which they are visited: the application's name, then those
	 * of its units. A unit that has left its scope has departed; the charm library does
	 * not see it any more.
	 */
	private static List<NamedBag> bags(RelationDocument entry) {
		List<NamedBag> bags = new ArrayList<>();
		bags.add(new NamedBag("application-data", Bag.of(entry.object("application-data"))));
		RelationDocument units = entry.object("related-units");
		units.keys()
			.stream()
			.sorted(Comparator.naturalOrder())
			.filter((name) -> !"false".equals(units.object(name).text("in-scope")))
			.map((name) -> new NamedBag(RelationDocument.nameOf(name), Bag.of(units.object(name).object("data"))))
			.forEach(bags::add);
		return bags;
	}

	private static @Nullable NamedBag firstReady(List<NamedBag> bags, Request request, Predicate<Bag> offers) {
		for (NamedBag named : bags) {
			if (offers.test(named.bag()) && named.bag().firstUnmet(request) == null) {
				return named;
			}
		}
		return null;
	}

	private static String waitingForMaster(List<NamedBag> bags, Request request) {
		List<String> keys = new ArrayList<>();
		for (NamedBag named : bags) {
			boolean unused = named == bags.get(0) && named.bag().document().isEmpty();
			if (!unused) {
				keys.add(named.missing(request, "master"));
			}
		}
		if (keys.isEmpty()) {
			keys.add("the server's units to publish something");
		}
		return "no master yet; waiting for " + String.join(", ", keys);
	}

	/**
	 * A server without standbys is complete, so there is something to wait for only where
	 * they have been published and are not granted yet.
	 */
	private static @Nullable String waitingForStandbys(List<NamedBag> bags, Request request) {
		List<String> keys = bags.stream()
			.filter((named) -> named.bag().hasStandbys())
			.map((named) -> named.missing(request, "standbys"))
			.toList();
		return keys.isEmpty() ? null : "no standbys yet; waiting for " + String.join(", ", keys);
	}

	/**
	 * A bag and whose it is.
	 *
	 * @param name the unit's name, fit for logs
	 * @param bag the bag
	 */
	private record NamedBag(String name, Bag bag) {

		String missing(Request request, String offer) {
			String unmet = this.bag.firstUnmet(request);
			return "'" + ((unmet != null) ? unmet : offer) + "' of " + this.name;
		}

	}

}
