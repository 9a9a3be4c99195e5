package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.Objects;

import io.github.jujupgsql.relation.ConnectionString;
import org.jspecify.annotations.Nullable;

/**
 * Which server may come after the last primary. Timelines alone do not move anything
 * while the primary answers: a copy or a stray promotion has a higher one, too.
 */
final class SuccessorRules {

	private final Draft draft;

	SuccessorRules(Draft draft) {
		this.draft = draft;
	}

	/**
	 * Return whether a server that is out of recovery, and is not what the relation or a
	 * promotion has made the primary, is to be that now.
	 */
	boolean isSuccessor(ManagedServer server) {
		if (!this.draft.followsPromotions()) {
			return false;
		}
		ConnectionString ahead = this.draft.succession.ahead();
		if (ahead != null && server.connectionString().equals(this.draft.relation.master())) {
			return mayTakeBack(server);
		}
		ServerIdentity identity = server.seen().identity();
		if (identity == null || this.draft.master() == null || !isOnHighestTimeline(server, identity)) {
			return false;
		}
		Lineage lineage = this.draft.succession.lineage();
		if (lineage == null) {
			return this.draft.isPromotionSought() && isAlone(server, identity);
		}
		if (!this.draft.succession.isNewer(identity)) {
			return false;
		}
		boolean leftLater = this.draft.succession.isUnconfirmed(server.seen());
		if (this.draft.isPromotionSought()) {
			return leftLater || identity.walSenders() > 0;
		}
		return !leftLater && hasWitness(server);
	}

	/**
	 * Return whether a server is ahead of the primary, and may be what comes after it.
	 */
	boolean isRival(ManagedServer server) {
		return this.draft.followsPromotions() && !this.draft.isMaster(server)
				&& this.draft.succession.isNewer(server.seen().writer());
	}

	/**
	 * Return whether a standby streams from a server, and none from the primary.
	 */
	boolean hasWitness(ManagedServer rival) {
		ServerIdentity writer = rival.seen().writer();
		ManagedServer primary = this.draft.find(this.draft.primary);
		ServerIdentity present = (primary != null) ? primary.seen().writer() : null;
		return writer != null && writer.walSenders() > 0 && present != null && present.walSenders() == 0;
	}

	/**
	 * Return how soon to ask a server again that is out of recovery and no primary.
	 */
	RetryBackoff backoff(ManagedServer server) {
		return isRival(server) ? RetryBackoff.RIVAL : RetryBackoff.NO_STANDBY;
	}

	/**
	 * Return whether the relation's master may be the primary again although another
	 * server has been promoted in its place.
	 */
	private boolean mayTakeBack(ManagedServer master) {
		Succession succession = this.draft.succession;
		ServerIdentity identity = master.seen().identity();
		boolean changed = !Objects.equals(succession.aheadOf(), master.connectionString().address());
		if (succession.isOfOtherCluster(identity)) {
			return changed;
		}
		if (succession.isOlder(identity)) {
			return isWayBackOpen();
		}
		return changed || succession.isNewer(identity) || isPrimaryItself(master);
	}

	/**
	 * Return whether a server is the primary, under another name.
	 */
	private boolean isPrimaryItself(ManagedServer server) {
		ManagedServer primary = this.draft.find(this.draft.primary);
		return primary != null && server.isSameWriterAs(primary);
	}

	private boolean isWayBackOpen() {
		Long since = this.draft.succession.doubtedSince();
		Duration wayBack = this.draft.policy.times().promotion().wayBack();
		return this.draft.succession.relationTrusted()
				|| (since != null && this.draft.now - since >= wayBack.toNanos());
	}

	private boolean isOnHighestTimeline(ManagedServer server, ServerIdentity identity) {
		for (ManagedServer other : this.draft.namedServers()) {
			ServerIdentity writer = other.seen().writer();
			if (writer != null && !other.id().equals(server.id()) && writer.cluster().equals(identity.cluster())
					&& writer.timeline() > identity.timeline()) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Where no history is known, return whether no other server of the relation could be
	 * the primary as well.
	 */
	private boolean isAlone(ManagedServer server, ServerIdentity identity) {
		for (ManagedServer other : this.draft.namedServers()) {
			ServerIdentity writer = other.seen().writer();
			if (other.seen() == Sighting.NONE && other.question().open() && !this.draft.isMaster(other)) {
				return false;
			}
			if (writer == null || writer.instance().equals(identity.instance()) || other.id().equals(server.id())) {
				continue;
			}
			boolean sameCluster = writer.cluster().equals(identity.cluster());
			boolean higher = identity.timeline() > writer.timeline();
			boolean onlySender = identity.walSenders() > 0 && writer.walSenders() == 0;
			if (!sameCluster || !(higher || onlySender)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Return whether the server that is to be the primary is on a lower timeline than the
	 * last one, so that it must not be, for the time being: what has been written since
	 * is not there.
	 */
	boolean isBehind(ManagedServer master) {
		if (!this.draft.followsPromotions() || !this.draft.succession.isOlder(master.seen().identity())) {
			return false;
		}
		return !isWayBackOpen() || !haveOthersBeenHeard(master);
	}

	/**
	 * Return whether every other server has been asked, and has answered or failed to,
	 * since this one was first refused: the last primary may be back.
	 */
	private boolean haveOthersBeenHeard(ManagedServer refused) {
		ManagedServer.Failure failure = refused.failure();
		if (failure == null || failure.answer().kind() != ProbeAnswer.Kind.NOT_IN_RECOVERY) {
			return false;
		}
		for (ManagedServer server : this.draft.namedServers()) {
			boolean heard = !server.question().open() && server.question().askedAt() - failure.refusedSince() >= 0;
			if (!heard && !server.id().equals(refused.id())) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Say why a server that is out of recovery is not the primary.
	 */
	String reason(ManagedServer server) {
		ServerIdentity identity = server.seen().identity();
		Lineage lineage = this.draft.succession.lineage();
		if (identity == null || lineage == null || !this.draft.followsPromotions()) {
			return "not in recovery";
		}
		Succession succession = this.draft.succession;
		if (succession.isOlder(identity)) {
			return "not in recovery, on timeline " + identity.timeline() + ", below the primary's "
					+ lineage.timeline();
		}
		if (!succession.isNewer(identity)) {
			return "not in recovery";
		}
		return succession.isUnconfirmed(server.seen())
				? "it has been promoted to timeline " + identity.timeline() + ", and the primary is being asked"
				: "it has been promoted to timeline " + identity.timeline() + ", and the primary answers on "
						+ lineage.timeline() + "; until a standby follows it, or the relation names it, writes stay";
	}

}
