package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One bag of the pgsql interface: what {@code relation-get --format=json - postgresql/0}
 * prints. That it is a whole bag, and not chosen by a charm, shows in the keys that no
 * connection is made of, Juju's own among them.
 *
 * @param wanted what the workload wants of the server
 */
record BagForm(WantedDatabase wanted) implements RelationForm {

	private static final Set<String> KEYS = Set.of("allowed-subnets", "allowed-units", "host", "port", "user",
			"password", "schema_user", "schema_password", "state", "egress-subnets", "ingress-address",
			"private-address", "ip");

	private static final String NO_SERVERS_YET = "no servers yet; waiting for the server to publish 'master' (pgsql) or"
			+ " 'endpoints' (postgresql_client)";

	@Override
	public boolean accepts(RelationDocument document) {
		return document.hasAnyOf(KEYS);
	}

	@Override
	public RelationReadResult read(RelationDocument document) {
		List<String> warnings = new ArrayList<>();
		DataBag bag = new PgsqlDataBag(document, RequestedDatabase.UNKNOWN);
		PgsqlRelation relation = PgsqlRelation.of(document.text("relation-id"), document, bag.database(),
				bag.hasMaster() ? bag.master(warnings) : null, bag.standbys(warnings));
		if (!bag.hasMaster() && !bag.hasStandbys()) {
			return new RelationReadResult(relation, warnings, NO_SERVERS_YET);
		}
		return this.wanted.grantedBy(relation, warnings, this.wanted.firstNotMirroredBy(document));
	}

}
