package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A whole {@code juju show-unit}: the unit's name, and under it a list
 * {@code relation-info} with all its relations, of which one is picked.
 */
final class ShowUnitForm implements RelationForm {

	private static final Pattern UNIT = Pattern.compile("[^/]+/[0-9]+");

	private static final Set<String> KEYS_OF_UNITS = Set.of("relation-info", "opened-ports", "charm", "leader", "life");

	private final @Nullable String endpoint;

	private final RelationInfoForm form;

	ShowUnitForm(@Nullable String endpoint, RelationInfoForm form) {
		this.endpoint = (endpoint != null && !endpoint.isBlank()) ? endpoint : null;
		this.form = form;
	}

	@Override
	public boolean accepts(RelationDocument document) {
		return !units(document).isEmpty();
	}

	private static List<RelationDocument> units(RelationDocument document) {
		return document.keys()
			.stream()
			.filter((key) -> UNIT.matcher(key).matches() && document.isObject(key))
			.map(document::object)
			.filter((unit) -> unit.hasAnyOf(KEYS_OF_UNITS))
			.toList();
	}

	@Override
	public RelationReading read(RelationDocument document) {
		List<RelationDocument> entries = new ArrayList<>();
		units(document).forEach((unit) -> entries.addAll(unit.objects("relation-info")));
		List<RelationDocument> candidates = candidates(entries);
		if (candidates.size() == 1) {
			return this.form.read(candidates.get(0));
		}
		if (candidates.size() > 1) {
			throw new InvalidRelationException(candidates.get(0).path().replaceFirst("\\[[0-9]+]\\.$", ""),
					"holds several relations, and "
							+ ((this.endpoint != null) ? "juju.pgsql.endpoint cannot tell them apart: "
									: "juju.pgsql.endpoint does not say which: ")
							+ names(candidates));
		}
		return new RelationReading(PgsqlRelation.NONE, List.of(),
				"no relation yet; waiting for one" + ((this.endpoint != null)
						? " with the endpoint that juju.pgsql.endpoint says; there is " : " to PostgreSQL; there is ")
						+ (entries.isEmpty() ? "none" : names(entries)));
	}

	/**
	 * The entries that may be meant. Without an endpoint, those that are visibly about
	 * something else are left aside.
	 */
	private List<RelationDocument> candidates(List<RelationDocument> entries) {
		if (this.endpoint != null) {
			return entries.stream().filter((entry) -> this.endpoint.equals(entry.text("endpoint"))).toList();
		}
		List<RelationDocument> candidates = entries.stream().filter(RelationInfoForm::isAboutPostgres).toList();
		return candidates.isEmpty() ? entries : candidates;
	}

	private static String names(List<RelationDocument> entries) {
		return entries.stream()
			.map((entry) -> RelationDocument.nameOf(entry.textOrEmpty("endpoint")) + " (relation-id "
					+ RelationDocument.nameOf(entry.textOrEmpty("relation-id")) + ")")
			.collect(Collectors.joining(", "));
	}

}
