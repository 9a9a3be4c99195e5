package io.github.jujupgsql.role;

import java.util.List;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import io.github.jujupgsql.role.Sighting.History;
import org.jspecify.annotations.Nullable;

/**
 * Finds standbys that have replayed what the primary has never written: they have been
 * ahead of the one that was promoted, and hold what has been lost. How far a standby is
 * proves that only if the primary is asked after it, and only until the primary has
 * written as much; so it is asked once for each standby that is met, and each standby
 * once for each primary.
 */
final class HistoryRules {

	private final Draft draft;

	private final Probing probing;

	private final FailureRules failures;

	HistoryRules(Draft draft, Probing probing, FailureRules failures) {
		this.draft = draft;
		this.probing = probing;
		this.failures = failures;
	}

	/**
	 * A standby has answered.
	 */
	void heard(ServerId id) {
		ManagedServer standby = this.draft.find(id);
		ManagedServer primary = this.draft.find(this.draft.primary);
		if (standby == null || primary == null || standby.seen().history() != History.UNKNOWN) {
			return;
		}
		if (isBeyond(standby.seen(), standby.seen().position(), primary)) {
			prove(List.of(standby), primary);
		}
		else if (standby.seen().position() > 0 && primary.seen().position() > 0) {
			this.draft.put(standby.withSeen(standby.seen().judged(History.SHARED)));
		}
	}

	/**
	 * Ask the primary how far it is by now. An answer to an older question would prove
	 * nothing.
	 */
	private void prove(List<ManagedServer> standbys, ManagedServer primary) {
		if (!standbys.isEmpty() && !primary.question().open() && !this.draft.paused) {
			standbys.forEach(
					(standby) -> this.draft.put(standby.withSeen(standby.seen().claiming(standby.seen().position()))));
			this.probing.ask(primary);
		}
	}

	private static boolean isBeyond(Sighting standby, long position, ManagedServer primary) {
		ServerIdentity one = standby.identity();
		ServerIdentity other = primary.seen().identity();
		return !standby.outOfRecovery() && one != null && other != null && other.position() > 0
				&& one.cluster().equals(other.cluster()) && position > other.position();
	}

	/**
	 * There is another primary, and it is not known who shares its history.
	 */
	void promoted() {
		for (ManagedServer server : this.draft.namedServers()) {
			this.draft.put(server.withSeen(server.seen().judged(History.UNKNOWN)));
		}
	}

	/**
	 * The primary has answered, having been asked after what standbys claim.
	 */
	void primaryAnswered(ManagedServer primary) {
		for (ManagedServer standby : this.draft.namedServers()) {
			if (standby.seen().claimed() > 0) {
				judge(standby, isBeyond(standby.seen(), standby.seen().claimed(), primary));
			}
		}
		ManagedServer answered = this.draft.find(primary.id());
		if (answered != null) {
			prove(this.draft.namedServers()
				.stream()
				.filter((standby) -> standby.inRecovery() && standby.seen().history() == History.UNKNOWN)
				.filter((standby) -> isBeyond(standby.seen(), standby.seen().position(), answered))
				.toList(), answered);
		}
	}

	private void judge(ManagedServer standby, boolean stray) {
		ManagedServer judged = this.draft
			.put(standby.withSeen(standby.seen().judged(stray ? History.STRAY : History.SHARED)));
		if (stray && judged.inRecovery()) {
			leaveOut(judged, ProbeAnswer.of(Kind.IN_RECOVERY));
		}
	}

	/**
	 * Let a standby serve no reads that holds what the primary does not.
	 */
	void leaveOut(ManagedServer standby, ProbeAnswer answer) {
		this.failures.leaveOut(standby, answer, "it has replayed what the primary has never written");
	}

	/**
	 * Return whether a standby has not been asked since there is this primary.
	 */
	static boolean isUnaskedSincePromotion(ManagedServer standby, @Nullable ManagedServer primary) {
		return primary != null && primary.seen().position() > 0 && standby.seen().position() > 0
				&& standby.question().askedAt() - primary.since() < 0;
	}

}
