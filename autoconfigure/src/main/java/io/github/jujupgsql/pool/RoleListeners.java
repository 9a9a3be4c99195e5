package io.github.jujupgsql.pool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Who is told what becomes of the roles. Listeners can be added by any thread, and those
 * who add them say more in {@link ServerPools}.
 */
final class RoleListeners {

	private volatile Runnable onStaleTopology = () -> {
	};

	private final List<Consumer<PrimaryChange>> onPrimaryChange = new CopyOnWriteArrayList<>();

	private final List<Consumer<Boolean>> onPrimaryMissing = new CopyOnWriteArrayList<>();

	void onStaleTopology(Runnable task) {
		this.onStaleTopology = task;
	}

	void onPrimaryChange(Consumer<PrimaryChange> listener) {
		this.onPrimaryChange.add(listener);
	}

	void onPrimaryMissing(Consumer<Boolean> listener) {
		this.onPrimaryMissing.add(listener);
	}

	/**
	 * Tell that the primary may not be what the relation last said. Called by any thread.
	 */
	void topologyIsStale() {
		this.onStaleTopology.run();
	}

	/**
	 * Tell of a switch. Called by the thread that assigns roles.
	 * @param change the switch
	 */
	void primaryChanged(PrimaryChange change) {
		this.onPrimaryChange.forEach((listener) -> listener.accept(change));
	}

	/**
	 * Tell whether the primary is missing. Called by the thread that assigns roles.
	 * @param missing whether it is now
	 */
	void primaryIsMissing(boolean missing) {
		this.onPrimaryMissing.forEach((listener) -> listener.accept(missing));
	}

}
