package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

	/**
	 * Return the units by their names.
	 */
	private static Map<String, RelationDocument> units(RelationDocument document) {
		Map<String, RelationDocument> units = new LinkedHashMap<>();
		document.keys()
			.stream()
			.filter((key) -> UNIT.matcher(key).matches() && document.isObject(key))
			.filter((key) -> document.object(key).hasAnyOf(KEYS_OF_UNITS))
			.forEach((key) -> units.put(key, document.object(key)));
		return units;
	}

	@Override
	public RelationReadResult read(RelationDocument document) {
		List<RelationDocument> entries = new ArrayList<>();
		List<RelationDocument> candidates = new ArrayList<>();
		units(document).forEach((name, unit) -> {
			String application = name.substring(0, name.indexOf('/'));
			for (RelationDocument entry : unit.objects("relation-info")) {
				entries.add(entry);
				if (isNamed(entry) && !RelationInfoForm.isDying(entry)
						&& !RelationInfoForm.isOfPeers(entry, application)) {
					candidates.add(entry);
				}
			}
		});
		List<RelationDocument> speaking = candidates.stream().filter(RelationInfoForm::isAboutPostgres).toList();
		if (speaking.size() > 1) {
			throw new InvalidRelationException(speaking.get(0).path().replaceFirst("\\[[0-9]+]\\.$", ""),
					"holds several relations, and "
							+ ((this.endpoint != null) ? "juju.pgsql.endpoint cannot tell them apart: "
									: "juju.pgsql.endpoint does not say which: ")
							+ names(speaking));
		}
		if (speaking.size() == 1) {
			return this.form.read(speaking.get(0));
		}
		return (candidates.size() == 1) ? this.form.read(candidates.get(0)) : none(entries);
	}

	private boolean isNamed(RelationDocument entry) {
		return this.endpoint == null || this.endpoint.equals(entry.text("endpoint"));
	}

	private RelationReadResult none(List<RelationDocument> entries) {
		return new RelationReadResult(PgsqlRelation.NONE, List.of(),
				"no relation yet; waiting for one" + ((this.endpoint != null)
						? " with the endpoint that juju.pgsql.endpoint says; there is " : " to PostgreSQL; there is ")
						+ (entries.isEmpty() ? "none" : names(entries)));
	}

	private static String names(List<RelationDocument> entries) {
		return entries.stream()
			.map((entry) -> RelationDocument.nameOf(entry.textOrEmpty("endpoint")) + " (relation-id "
					+ RelationDocument.idOf(entry.textOrEmpty("relation-id")) + ")")
			.collect(Collectors.joining(", "));
	}

}
