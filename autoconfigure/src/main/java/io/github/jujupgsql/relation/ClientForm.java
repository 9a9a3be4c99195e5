package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One bag of {@code postgresql_client}, the interface that follows {@code pgsql}. It does
 * not mirror extensions and roles, so only the database is compared.
 */
final class ClientForm implements RelationForm {

	private final WantedDatabase wanted;

	ClientForm(WantedDatabase wanted) {
		this.wanted = wanted;
	}

	@Override
	public boolean accepts(RelationDocument document) {
		return ClientBag.isOne(document);
	}

	@Override
	public RelationReading read(RelationDocument document) {
		List<String> warnings = new ArrayList<>();
		Bag bag = new ClientBag(document);
		String unmet = bag.firstUnmet(Request.of(this.wanted, RelationDocument.EMPTY));
		@Nullable PublishedString master = (unmet == null && bag.hasMaster()) ? bag.master() : null;
		PgsqlRelation relation = PgsqlRelation.of(document.text("relation-id"), document, master,
				(unmet == null) ? bag.standbys(warnings) : List.of());
		return new RelationReading(relation, warnings,
				(unmet != null) ? "no servers yet; waiting for '" + unmet + "'" : null);
	}

}
