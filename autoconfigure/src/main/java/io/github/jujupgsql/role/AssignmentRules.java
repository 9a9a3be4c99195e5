package io.github.jujupgsql.role;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.role.RoleAssignment.Exclusion;
import org.jspecify.annotations.Nullable;

/**
 * Who plays which role, as it follows from what is known.
 */
final class AssignmentRules {

	private final Draft draft;

	AssignmentRules(Draft draft) {
		this.draft = draft;
	}

	/**
	 * Assign the roles, and publish them if they are others than before. A server that is
	 * asked with a new password keeps its role in the old pool until it has answered; the
	 * primary steps down at once for another server, and for another database or user,
	 * too.
	 */
	RoleAssignment assign() {
		ManagedServer master = this.draft.master();
		ManagedServer primary = this.draft.find(this.draft.primary);
		if (primary != null && (master == null || !master.canTakeOverFrom(primary))) {
			this.draft.primary = null;
			primary = null;
		}
		Set<ServerId> replicas = new LinkedHashSet<>();
		Set<Exclusion> excluded = new LinkedHashSet<>();
		Set<ServerInstance> instances = new HashSet<>();
		for (ManagedServer named : this.draft.namedServers()) {
			if (this.draft.isMaster(named)) {
				continue;
			}
			ManagedServer serving = named.mayServeReads() ? named : this.draft.predecessorOf(named);
			ServerIdentity identity = (serving != null) ? serving.seen().identity() : null;
			if (serving != null && (identity == null || instances.add(identity.instance()))) {
				replicas.add(serving.id());
			}
			else if (serving != null) {
				excluded.add(new Exclusion(named.id(), "it is the same server as another standby", false));
			}
			else {
				excluded.add(new Exclusion(named.id(), named.reason(), named.inRecovery() && named.lagging()));
			}
		}
		if (master != null && replicas.isEmpty() && servesReadsUntilPromoted(master)) {
			replicas.add(master.id());
		}
		boolean failFast = primary == null && master != null && master.mustFailFast();
		RoleAssignment roles = new RoleAssignment((primary != null) ? primary.id() : null, List.copyOf(replicas),
				List.copyOf(excluded), (primary != null) ? "" : noPrimaryReason(master), failFast,
				replicas.isEmpty() && mustReadsFailFast(failFast),
				primary != null && this.draft.succession.ahead() != null);
		if (!roles.equals(this.draft.before.roles())) {
			publish(roles);
		}
		return roles;
	}

	void publish(RoleAssignment roles) {
		this.draft.then(Step.PUBLISH, new LastingEffect.Publish(roles));
		// not that the old primary has stepped down while the new one is still asked
		if (roles.primary() != null || this.draft.master() == null) {
			PrimaryCause cause = roles.aheadOfRelation() ? PrimaryCause.PROMOTION : PrimaryCause.RELATION;
			this.draft.then(Step.TELL, new LastingEffect.TellRoles(roles, cause, this.draft.causedAt));
		}
	}

	/**
	 * Return whether the relation's master has yet to be promoted: until then it is the
	 * standby that it was.
	 */
	private boolean servesReadsUntilPromoted(ManagedServer master) {
		return this.draft.primary == null && master.inRecovery() && !master.lagging();
	}

	private boolean mustReadsFailFast(boolean primaryFailsFast) {
		List<ManagedServer> standbys = this.draft.namedServers()
			.stream()
			.filter((server) -> !this.draft.isMaster(server))
			.toList();
		boolean nowhereElse = this.draft.policy.fallbackToPrimary() ? primaryFailsFast : !standbys.isEmpty();
		return nowhereElse && standbys.stream().allMatch(ManagedServer::mustFailFast);
	}

	private static String noPrimaryReason(@Nullable ManagedServer master) {
		return (master != null) ? master.id().name() + ": " + master.reason() : "the relation names no master";
	}

	/**
	 * Move every server to the state that goes with its role, or with why it has none.
	 */
	void settleStates(RoleAssignment roles) {
		for (ManagedServer server : this.draft.servers()) {
			if (server.state().hasLeft()) {
				continue;
			}
			ServerState next = state(server, roles);
			if (next == ServerState.REPLICA && server.state() != ServerState.REPLICA) {
				boolean fill = !this.draft.isMaster(server);
				this.draft.then(Step.GIVE_ROLE, new LastingEffect.GiveReplicaRole(server.id(), fill));
			}
			this.draft.move(server, next);
		}
		share(roles);
	}

	/**
	 * Size the pools of replicas behind the same name.
	 */
	private void share(RoleAssignment roles) {
		if (this.draft.names.shared.isEmpty() || roles.replicas().equals(this.draft.before.roles().replicas())) {
			return;
		}
		Map<ConnectionString, List<ServerId>> byName = new LinkedHashMap<>();
		for (ServerId id : roles.replicas()) {
			ManagedServer replica = this.draft.find(id);
			if (replica != null) {
				byName.computeIfAbsent(replica.connectionString(), (key) -> new ArrayList<>()).add(id);
			}
		}
		byName.values().forEach((replicas) -> {
			for (ServerId id : replicas) {
				this.draft.then(Step.GIVE_ROLE, new PassingEffect.Share(id, replicas.indexOf(id), replicas.size()));
			}
		});
	}

	private ServerState state(ManagedServer server, RoleAssignment roles) {
		if (this.draft.isPrimary(server)) {
			return ServerState.PRIMARY;
		}
		if (roles.replicas().contains(server.id())) {
			return ServerState.REPLICA;
		}
		if (this.draft.isDeposed(server) || !this.draft.isNamed(server)) {
			return ServerState.STEPPING_DOWN;
		}
		if (server.failure() != null || server.inRecovery()) {
			return ServerState.EXCLUDED;
		}
		return (server.state() == ServerState.WARMING) ? ServerState.WARMING : ServerState.NEW;
	}

}
