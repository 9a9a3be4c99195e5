package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Who plays which role right now.
 *
 * @param primary the pool of the primary, or {@code null} while there is none
 * @param replicas the pools of the replicas
 * @param noPrimaryReason why there is no primary; empty while there is one
 * @param excluded the standbys that do not serve reads now
 * @param failFast whether it is of no use to wait for one: the server refuses credentials
 * that have never worked, or all is over
 * @param readsFailFast whether it is of no use for a reader to wait, for a replica or, if
 * reads may go there, for the primary
 * @param aheadOfRelation whether the primary has been promoted and the relation still
 * names another master
 * @since 0.1.0
 */
public record RoleTable(@Nullable ServerPool primary, List<ServerPool> replicas, List<ExcludedStandby> excluded,
		String noPrimaryReason, boolean failFast, boolean readsFailFast, boolean aheadOfRelation) {

	static final RoleTable EMPTY = new RoleTable(null, List.of(), List.of(), "no relation has been read yet", false,
			false, false);

	public RoleTable {
		replicas = List.copyOf(replicas);
		excluded = List.copyOf(excluded);
	}

	static RoleTable closed() {
		return new RoleTable(null, List.of(), List.of(), "the application is shutting down", true, true, false);
	}

	/**
	 * Say why there is no replica.
	 * @return the standbys that are left out, and the reasons
	 */
	public String noReplicaReason() {
		return this.excluded.isEmpty() ? "there is no standby"
				: this.excluded.stream().map(ExcludedStandby::toString).collect(Collectors.joining(", "));
	}

	/**
	 * A standby that does not serve reads.
	 *
	 * @param pool its pool, which may not be open yet
	 * @param cause why not, unless it lags
	 * @param lagging whether it lags too far behind
	 */
	public record ExcludedStandby(ServerPool pool, String cause, boolean lagging) {

		/**
		 * Return why it does not serve reads, with its lag as it was last measured.
		 * @return the reason
		 */
		public String reason() {
			Duration lag = this.lagging ? this.pool.getLag() : null;
			return (lag != null) ? "it lags by " + lag.toMillis() + " ms" : this.cause;
		}

		@Override
		public String toString() {
			return this.pool.getServer() + ": " + reason();
		}

	}

}
