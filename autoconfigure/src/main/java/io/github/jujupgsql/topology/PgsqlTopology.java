package io.github.jujupgsql.topology;

import java.nio.file.Path;
import java.time.Instant;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.watch.RelationFileWatcher;
import io.github.jujupgsql.watch.RelationState;
import org.jspecify.annotations.Nullable;

/**
 * The relation as it was last read, who is primary and who is a replica, and who is left
 * out and why: plain values, each as of the moment of asking. Can close, change and lend
 * nothing. Can be used by any thread.
 *
 * @since 0.1.0
 */
public final class PgsqlTopology {

	private final RelationFileWatcher watcher;

	private final ServerPools pools;

	/**
	 * Create the topology.
	 * @param watcher knows the relation
	 * @param pools knows the roles
	 */
	public PgsqlTopology(RelationFileWatcher watcher, ServerPools pools) {
		this.watcher = watcher;
		this.pools = pools;
	}

	/**
	 * Return the relation file.
	 * @return the file, whether it is there or not
	 */
	public Path getRelationFile() {
		return this.watcher.getFile();
	}

	/**
	 * Return the relation as it was last read, and what is wrong with its file now.
	 * @return what is known of the relation
	 */
	public RelationState getRelation() {
		return this.watcher.getState();
	}

	/**
	 * Return who plays which role.
	 * @return the roles
	 */
	public TopologyRoles getRoles() {
		RoleTable table = this.pools.getRoles().current();
		ServerPool primary = table.primary();
		return new TopologyRoles((primary != null) ? TopologyServer.of(primary) : null,
				table.replicas().stream().map(TopologyServer::of).toList(),
				table.excluded().stream().map(ExcludedStandby::of).toList(),
				this.pools.getDraining().stream().map(TopologyServer::of).toList(), table.noPrimaryReason(),
				table.aheadOfRelation(), (primary != null) ? primary.getPrimarySince() : null);
	}

	/**
	 * Return since when the primary is missing: there is none, or none that is known to
	 * answer.
	 * @return since when, or {@code null} if it is there, or there has never been one
	 */
	public @Nullable Instant getPrimaryMissingSince() {
		return this.pools.getRoles().getPrimaryMissingSince();
	}

	/**
	 * Return whether there has ever been a primary.
	 * @return whether one has confirmed its role since the application started
	 */
	public boolean hasHadPrimary() {
		return this.pools.getRoles().hasHadPrimary();
	}

	/**
	 * Return how often the relation's master was asked and could not be made the primary.
	 * @return the number of attempts that failed
	 */
	public long getMasterFailures() {
		return this.pools.getPrimaryFailures();
	}

	/**
	 * Ask the primary whether it still is one. Waits for its answer for the validation
	 * timeout at the most, and asks once, however many threads want to know at the same
	 * time.
	 * @return what is wrong, or {@code null} if all is well or there is no primary
	 */
	public @Nullable PrimaryFault findPrimaryFault() {
		ServerPool primary = this.pools.getRoles().current().primary();
		ServerPool.Fault fault = (primary != null) ? this.pools.findFault(primary) : null;
		return (fault != null) ? new PrimaryFault(fault.reason(), fault.serving()) : null;
	}

	/**
	 * What is wrong with the primary.
	 *
	 * @param reason what it is, on one line
	 * @param serving whether the connections that are open serve on: the server only lets
	 * no further ones in
	 * @since 0.1.0
	 */
	public record PrimaryFault(String reason, boolean serving) {

	}

}
