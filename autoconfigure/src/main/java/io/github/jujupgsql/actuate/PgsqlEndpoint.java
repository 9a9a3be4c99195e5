package io.github.jujupgsql.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.topology.TopologyRoles;
import io.github.jujupgsql.topology.TopologyServer;
import io.github.jujupgsql.watch.RelationProblem;
import io.github.jujupgsql.watch.RelationState;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@link Endpoint @Endpoint} that shows the relation as it was last read and who plays
 * which role. Names servers as {@code host:port} and shows no credentials.
 *
 * @since 0.1.0
 */
@Endpoint(id = "pgsql")
public class PgsqlEndpoint {

	private final PgsqlTopology topology;

	/**
	 * Create the endpoint.
	 * @param topology knows the relation and the roles
	 */
	public PgsqlEndpoint(PgsqlTopology topology) {
		this.topology = topology;
	}

	/**
	 * Describe the relation and the roles.
	 * @return the description
	 */
	@ReadOperation
	public PgsqlDescriptor pgsql() {
		RelationState state = this.topology.getRelation();
		TopologyRoles roles = this.topology.getRoles();
		return new PgsqlDescriptor(RelationDescriptor.of(this.topology.getRelationFile().toString(), state),
				ProblemDescriptor.of(state.problem()),
				(roles.primary() != null) ? PoolDescriptor.of(roles.primary()) : null, roles.primarySince(),
				roles.aheadOfRelation(), roles.replicas().stream().map(PoolDescriptor::ofReplica).toList(),
				roles.draining().stream().map(PoolDescriptor::of).toList());
	}

	/**
	 * All there is to show.
	 *
	 * @param relation the relation as last read
	 * @param problem why the file as it is now cannot be used, if so
	 * @param primary the pool of the primary, if there is one
	 * @param primarySince since when it is the primary for this application
	 * @param aheadOfRelation whether it has been promoted and the relation still names
	 * another master
	 * @param replicas the pools of the replicas
	 * @param draining the pools of servers that have left
	 */
	public record PgsqlDescriptor(RelationDescriptor relation, @Nullable ProblemDescriptor problem,
			@Nullable PoolDescriptor primary, @Nullable Instant primarySince, boolean aheadOfRelation,
			List<PoolDescriptor> replicas, List<PoolDescriptor> draining) {

	}

	/**
	 * The relation.
	 *
	 * @param file the relation file
	 * @param readAt when it was read, if it was
	 * @param database the database
	 * @param extensions the extensions
	 * @param roles the roles
	 * @param version the version of the server
	 * @param master where the master is
	 * @param standbys where the standbys are
	 * @param warnings what was left out, and why
	 * @param waitingFor what the server has yet to grant
	 * @param invalidReads how many contents of the file had to be refused so far
	 */
	public record RelationDescriptor(String file, @Nullable Instant readAt, @Nullable String database,
			List<String> extensions, List<String> roles, @Nullable String version, @Nullable String master,
			List<String> standbys, List<String> warnings, @Nullable String waitingFor, long invalidReads) {

		static RelationDescriptor of(String file, RelationState state) {
			PgsqlRelation relation = state.relation();
			return new RelationDescriptor(file, state.readAt(), relation.database(), relation.extensions(),
					relation.roles(), relation.version(),
					(relation.master() != null) ? relation.master().address() : null,
					relation.standbys().stream().map(relation::nameOf).toList(), state.warnings(), state.waitingFor(),
					state.invalidReads());
		}

	}

	/**
	 * Why the file cannot be used.
	 *
	 * @param at since when
	 * @param message the file, the key and the reason
	 */
	public record ProblemDescriptor(Instant at, String message) {

		static @Nullable ProblemDescriptor of(@Nullable RelationProblem problem) {
			return (problem != null) ? new ProblemDescriptor(problem.since(), problem.message()) : null;
		}

	}

	/**
	 * A pool.
	 *
	 * @param server where its server is
	 * @param pool its name
	 * @param active connections in use
	 * @param idle connections that wait for use
	 * @param waiting threads that wait for a connection
	 * @param maximum the most connections there may be
	 * @param lag how far a replica lags behind the primary, while that is measured
	 * @param systemIdentifier which cluster its server belongs to, if that has told
	 * @param address where its server is as that sees itself, if it has told
	 * @param timeline the timeline on which its server writes, unless that is in recovery
	 * or has not told
	 */
	public record PoolDescriptor(String server, String pool, int active, int idle, int waiting, int maximum,
			@Nullable Duration lag, @Nullable String systemIdentifier, @Nullable String address,
			@Nullable Long timeline) {

		static PoolDescriptor of(TopologyServer server) {
			return of(server, null);
		}

		static PoolDescriptor ofReplica(TopologyServer server) {
			return of(server, server.lag());
		}

		private static PoolDescriptor of(TopologyServer server, @Nullable Duration lag) {
			return new PoolDescriptor(server.server(), server.pool(), server.active(), server.idle(), server.waiting(),
					server.maximum(), lag, server.systemIdentifier(), server.address(), server.timeline());
		}

	}

}
