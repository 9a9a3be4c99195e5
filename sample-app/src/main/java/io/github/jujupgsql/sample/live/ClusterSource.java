package io.github.jujupgsql.sample.live;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.sample.live.ClusterState.FileState;
import io.github.jujupgsql.sample.live.ClusterState.Instance;
import io.github.jujupgsql.sample.live.ClusterState.Role;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.topology.TopologyRoles;
import io.github.jujupgsql.topology.TopologyServer;
import io.github.jujupgsql.watch.RelationState;
import org.jspecify.annotations.Nullable;

/**
 * Shows the cluster as {@link PgsqlTopology} has it.
 */
final class ClusterSource implements LiveSource {

	private final @Nullable PgsqlTopology topology;

	private final Narrator narrator;

	/**
	 * Create the picture.
	 * @param topology what is shown, or {@code null} without a relation
	 * @param narrator told each picture, in order
	 */
	ClusterSource(@Nullable PgsqlTopology topology, Narrator narrator) {
		this.topology = topology;
		this.narrator = narrator;
	}

	@Override
	public String name() {
		return "state";
	}

	@Override
	public ClusterState current() {
		if (this.topology == null) {
			return ClusterState.UNRELATED;
		}
		TopologyRoles roles = this.topology.getRoles();
		FileState file = file(this.topology.getRelationFile().toString(), this.topology.getRelation());
		ClusterState state = new ClusterState(file, instances(roles, file), roles.noPrimaryReason(),
				roles.aheadOfRelation(), millis(roles.primarySince()));
		this.narrator.sees(state);
		return state;
	}

	private static FileState file(String path, RelationState state) {
		PgsqlRelation relation = state.relation();
		return new FileState(path, millis(state.readAt()), Narrator.master(relation), Narrator.standbys(relation),
				relation.database(), relation.version(), (state.problem() != null) ? state.problem().message() : null,
				state.waitingFor());
	}

	private static @Nullable Long millis(@Nullable Instant time) {
		return (time != null) ? time.toEpochMilli() : null;
	}

	private static List<Instance> instances(TopologyRoles roles, FileState file) {
		List<Instance> instances = new ArrayList<>();
		if (roles.primary() != null) {
			instances.add(instance(roles.primary(), Role.PRIMARY, null));
		}
		roles.replicas().forEach((server) -> instances.add(instance(server, Role.REPLICA, null)));
		roles.excluded()
			.forEach((excluded) -> instances.add(instance(excluded.server(), Role.EXCLUDED, excluded.reason())));
		roles.draining().forEach((server) -> instances.add(instance(server, Role.DRAINING, null)));
		String master = file.master();
		if (master != null && instances.stream().noneMatch((instance) -> instance.name().equals(master))) {
			instances.add(new Instance(master, null, Role.EXCLUDED, "the file's master, and not the primary", null, 0,
					0, 0, 0, null));
		}
		return instances;
	}

	private static Instance instance(TopologyServer server, Role role, @Nullable String reason) {
		return new Instance(server.server(), server.address(), role, reason, server.timeline(), server.active(),
				server.idle(), server.waiting(), server.maximum(),
				(server.lag() != null) ? server.lag().toMillis() : null);
	}

}
