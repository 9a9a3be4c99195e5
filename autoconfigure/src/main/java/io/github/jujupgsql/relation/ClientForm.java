package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * One bag of {@code postgresql_client}, the interface that follows {@code pgsql}. It does
 * not mirror extensions and roles, so only the database is compared.
 *
 * @param wanted what the workload wants of the server
 */
record ClientForm(WantedDatabase wanted) implements RelationForm {

	/** Beside those that every bag may have. Secrets and entities have a prefix. */
	private static final Set<String> MORE_KEYS = Set.of("relation-id", "database", "password", "version",
			"provided-secrets", "external-node-connectivity", "extensions", "roles", "request-id", "salt", "state",
			"egress-subnets", "ingress-address", "private-address", "ip");

	@Override
	public boolean accepts(RelationDocument document) {
		return ClientInterface.isBag(document);
	}

	@Override
	public RelationReadResult read(RelationDocument document) {
		if (ClientInterface.isRequest(document)) {
			throw InvalidRelationException.holdsARequest(null);
		}
		ClientDataBag bag = ClientDataBag.of(document, RequestedDatabase.of(this.wanted, null));
		if (bag.saysNothingOfServers() && ClientDatabase.granted(document) != null && hasKeysUnknown(document)) {
			throw InvalidRelationException.saysNothingOfServers();
		}
		List<String> warnings = new ArrayList<>();
		String unmet = bag.firstUnmet();
		@Nullable PublishedString master = (unmet == null && bag.hasMaster()) ? bag.master(warnings) : null;
		List<PublishedString> standbys = (unmet == null) ? bag.standbys(warnings) : List.of();
		PgsqlRelation relation = PgsqlRelation.of(document.text("relation-id"), bag.document(), bag.database(), master,
				standbys);
		return new RelationReadResult(relation, warnings, waitingFor(bag, unmet, master, standbys));
	}

	private static boolean hasKeysUnknown(RelationDocument document) {
		return !document.keys()
			.stream()
			.allMatch((key) -> MORE_KEYS.contains(key) || ClientInterface.isKey(key) || key.startsWith("secret-")
					|| key.startsWith("entity-"));
	}

	private static @Nullable String waitingFor(DataBag bag, @Nullable String unmet, @Nullable PublishedString master,
			List<PublishedString> standbys) {
		if (unmet != null || (master == null && standbys.isEmpty())) {
			return "no servers yet; waiting for '" + ((unmet != null) ? unmet : bag.keyOfMaster()) + "'";
		}
		return (master == null) ? "no master now; waiting for '" + bag.keyOfMaster() + "' to name one" : null;
	}

}
