package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.github.jujupgsql.role.LastingEffect;
import io.github.jujupgsql.role.ServerId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Cuts pools off, and tells what that has cost. Confined to the thread that assigns
 * roles.
 */
final class FencedPools {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private final PrimaryChanges changes;

	private final Duration drainTimeout;

	/** What was in use and open when a server was fenced, until that is told. */
	private final Map<ServerId, Fenced> fenced = new HashMap<>();

	/** The former primaries that have been counted, as fencing may be repeated. */
	private final Set<ServerId> counted = new HashSet<>();

	FencedPools(PrimaryChanges changes, Duration drainTimeout) {
		this.changes = changes;
		this.drainTimeout = drainTimeout;
	}

	void fence(LastingEffect.Fence fence, ServerPool pool) {
		ServerId server = fence.server();
		int active = pool.getActive();
		int waiting = pool.getWaiting();
		int open = pool.fence(fence.because());
		this.fenced.putIfAbsent(server, new Fenced(active, open));
		if (pool.getPrimarySince() != null && this.counted.add(server)) {
			this.changes.cutOff(waiting, open);
		}
	}

	void tell(LastingEffect.CloseFenced closing, ServerPool pool) {
		Fenced before = this.fenced.remove(closing.server());
		if (before == null) {
			return;
		}
		String server = pool.describe();
		switch (closing.why()) {
			case DEPOSED -> logger.info("Cut off " + before.open() + " connection(s) to the former primary " + server);
			case SICK -> logger.info("Aborted " + before.open() + " connection(s) to the replica " + server
					+ ", which does not answer: " + closing.detail());
			case SILENT -> logger.warn("Aborted " + before.open() + " connection(s) to the primary " + server
					+ ", which has not answered for too long: " + closing.detail());
			case WITHDRAWN -> {
				if (before.active() > 0) {
					logger
						.warn("Aborted " + before.active() + " connection(s) to " + server + " that were still in use "
								+ this.drainTimeout.toMillis() + " ms after the relation had withdrawn it");
				}
			}
		}
	}

	/**
	 * Forget a server whose pool is closed.
	 */
	void closed(ServerId server) {
		this.fenced.remove(server);
		this.counted.remove(server);
	}

	/**
	 * What a pool was like when it was fenced.
	 */
	private record Fenced(int active, int open) {

	}

}
