package io.github.jujupgsql.pool;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells of changes of roles, one line each: from what to what, and how long after its
 * cause. Confined to the thread that assigns roles.
 */
final class RoleChangeLogger {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private final boolean fallbackToPrimary;

	private final Ticker ticker;

	private RoleTable told = RoleTable.EMPTY;

	RoleChangeLogger(boolean fallbackToPrimary, Ticker ticker) {
		this.fallbackToPrimary = fallbackToPrimary;
		this.ticker = ticker;
	}

	/**
	 * Tell what has changed since the last time, if anything has.
	 * @param table the roles now
	 * @param since when what led to it happened, as of the ticker
	 */
	void tell(RoleTable table, long since) {
		if (table.primary() == this.told.primary() && table.replicas().equals(this.told.replicas())) {
			return;
		}
		long millis = TimeUnit.NANOSECONDS.toMillis(this.ticker.nanoTime() - since);
		logger.info("Roles changed in " + millis + " ms: " + describeChange(this.told, table));
		this.told = table;
	}

	/**
	 * Describe a change. The same server in another pool means other credentials, or that
	 * it has been away.
	 */
	private String describeChange(RoleTable before, RoleTable now) {
		String change = "primary " + describeChange(primaries(before), primaries(now)) + ", replicas "
				+ describeChange(before.replicas(), now.replicas());
		boolean fallback = this.fallbackToPrimary && now.primary() != null && now.replicas().isEmpty();
		return fallback ? change + " (reads go to the primary)" : change;
	}

	private static List<ServerPool> primaries(RoleTable table) {
		return (table.primary() != null) ? List.of(table.primary()) : List.of();
	}

	private static String describeChange(List<ServerPool> before, List<ServerPool> now) {
		String then = servers(before);
		String next = servers(now);
		if (!then.equals(next)) {
			return then + " -> " + next;
		}
		return before.equals(now) ? next : next + " (new connections)";
	}

	private static String servers(List<ServerPool> pools) {
		return pools.isEmpty() ? "none" : pools.stream().map(ServerPool::getServer).collect(Collectors.joining(", "));
	}

}
