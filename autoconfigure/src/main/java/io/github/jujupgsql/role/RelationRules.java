package io.github.jujupgsql.role;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.jspecify.annotations.Nullable;

/**
 * What follows from the relation saying something else.
 */
final class RelationRules {

	private final Draft draft;

	private final Probing probing;

	RelationRules(Draft draft, Probing probing) {
		this.draft = draft;
		this.probing = probing;
	}

	/**
	 * Name the servers of a relation. One that is known keeps its pool, also if it had
	 * been left and its work is still in flight; a primary that the relation has
	 * withdrawn does not, because no borrower may go on writing there.
	 */
	void follow(Fact.RelationRead read) {
		PgsqlRelation relation = read.relation();
		this.draft.relation = relation;
		this.draft.causedAt = read.since();
		Map<ConnectionString, ServerId> named = new LinkedHashMap<>();
		for (ConnectionString server : named(relation)) {
			ManagedServer known = known(server);
			boolean withdrawn = known != null && known.heldPrimary() && relation.master() == null;
			named.put(server, (known != null && !withdrawn) ? known.id() : this.draft.create(server).id());
		}
		this.draft.named = named;
		this.draft.names.retain(named.keySet(), relation.master());
		compareWithAhead(relation);
		this.probing.askUnsettled();
	}

	/**
	 * Keep what has been promoted before the relation said so, unless the relation says
	 * so now, or does not name it any more. If the primary does not answer, or is not
	 * named any more, what the relation says now counts more than any timeline.
	 */
	private void compareWithAhead(PgsqlRelation relation) {
		Succession succession = this.draft.succession;
		ConnectionString ahead = succession.ahead();
		ManagedServer primary = this.draft.find(this.draft.primary);
		boolean unknown = succession.doubtedSince() != null || primary == null
				|| sameServer(relation, primary.connectionString()) == null;
		if (ahead != null) {
			ConnectionString still = sameServer(relation, ahead);
			boolean caughtUp = still == null || still.equals(relation.master());
			succession = succession.follow(caughtUp ? null : still, caughtUp ? null : succession.aheadOf());
		}
		this.draft.succession = unknown ? succession.trustRelation() : succession;
	}

	private @Nullable ConnectionString sameServer(PgsqlRelation relation, ConnectionString known) {
		if (relation.master() == null) {
			return null;
		}
		for (ConnectionString server : this.draft.named.keySet()) {
			if (server.address().equals(known.address()) && Objects.equals(server.database(), known.database())) {
				return server;
			}
		}
		return null;
	}

	private static Set<ConnectionString> named(PgsqlRelation relation) {
		Set<ConnectionString> named = new LinkedHashSet<>();
		if (relation.master() != null) {
			named.add(relation.master());
		}
		named.addAll(relation.standbys());
		return named;
	}

	private @Nullable ManagedServer known(ConnectionString server) {
		ManagedServer named = this.draft.find(this.draft.named.get(server));
		if (named != null) {
			return named;
		}
		for (ManagedServer former : this.draft.former()) {
			if (former.connectionString().equals(server)) {
				return former;
			}
		}
		return null;
	}

}
