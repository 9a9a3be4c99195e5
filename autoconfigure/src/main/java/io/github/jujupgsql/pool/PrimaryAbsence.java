package io.github.jujupgsql.pool;

import java.util.function.Consumer;

import io.github.jujupgsql.role.Topology;

/**
 * Finds out from what has been decided whether the primary is missing: there is none, or
 * it is in doubt. Borrowers see it before the roles change, listeners are told once they
 * have. Confined to the thread that assigns roles.
 */
final class PrimaryAbsence {

	private final CurrentRoles roles;

	private final Consumer<Boolean> listener;

	private final Ticker ticker;

	private boolean told = true;

	/**
	 * Create what finds it out.
	 * @param roles shows it to borrowers
	 * @param listener told {@code true} when a primary that there was is missing, and
	 * {@code false} when there is one again; must not block
	 * @param ticker tells the time
	 */
	PrimaryAbsence(CurrentRoles roles, Consumer<Boolean> listener, Ticker ticker) {
		this.roles = roles;
		this.listener = listener;
		this.ticker = ticker;
	}

	/**
	 * Take note of a decision whose effects have yet to be carried out.
	 */
	void decided(Topology topology) {
		PrimaryPresence before = this.roles.getPresence();
		Long doubtedSince = topology.succession().doubtedSince();
		if (topology.roles().primary() != null && doubtedSince == null) {
			this.roles.setPresence(before.found());
		}
		else {
			long age = (doubtedSince != null) ? Math.max(0, this.ticker.nanoTime() - doubtedSince) : 0;
			this.roles.setPresence(before.lost(age));
		}
	}

	/**
	 * Tell listeners once the effects of the decision have been carried out.
	 */
	void performed() {
		boolean missing = this.roles.getPresence().missing();
		if (missing != this.told) {
			this.told = missing;
			this.listener.accept(missing);
		}
	}

}
