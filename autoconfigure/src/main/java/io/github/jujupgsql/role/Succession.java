package io.github.jujupgsql.role;

import io.github.jujupgsql.relation.ConnectionString;
import org.jspecify.annotations.Nullable;

/**
 * What is known of who comes after whom as the primary.
 *
 * @param ahead the server that has been promoted and that is the primary, or was until it
 * was in doubt, although the relation names another master; otherwise {@code null}
 * @param aheadOf where the master is that the relation named then
 * @param lineage the history that the last primary has written, or {@code null} if there
 * has been none, or it did not tell
 * @param doubtedSince since when it is not known whether there is a primary, as of
 * {@link System#nanoTime()}; {@code null} if it is
 * @param relationTrusted whether the relation has changed since then, so that its master
 * may be on a lower timeline
 * @since 0.1.0
 */
public record Succession(@Nullable ConnectionString ahead, @Nullable String aheadOf, @Nullable Lineage lineage,
		@Nullable Long doubtedSince, boolean relationTrusted) {

	static final Succession NONE = new Succession(null, null, null, null, false);

	Succession follow(@Nullable ConnectionString promoted, @Nullable String insteadOf) {
		return new Succession(promoted, insteadOf, this.lineage, this.doubtedSince, this.relationTrusted);
	}

	Succession confirmed(Lineage lineage) {
		return new Succession(this.ahead, this.aheadOf, lineage, null, false);
	}

	Succession doubted(long since) {
		return (this.doubtedSince != null) ? this
				: new Succession(this.ahead, this.aheadOf, this.lineage, since, this.relationTrusted);
	}

	Succession undoubted() {
		return new Succession(this.ahead, this.aheadOf, this.lineage, null, this.relationTrusted);
	}

	Succession trustRelation() {
		return new Succession(this.ahead, this.aheadOf, this.lineage, this.doubtedSince, true);
	}

	/**
	 * Return whether a server is on a lower timeline than the last primary.
	 */
	boolean isOlder(@Nullable ServerIdentity identity) {
		return isOfSameCluster(identity) && this.lineage != null && identity != null
				&& identity.timeline() < this.lineage.timeline();
	}

	boolean isNewer(@Nullable ServerIdentity identity) {
		return isOfSameCluster(identity) && this.lineage != null && identity != null
				&& identity.timeline() > this.lineage.timeline();
	}

	/**
	 * Return whether a server has been promoted since the primary last answered, so that
	 * it is not known whether there are two.
	 */
	boolean isUnconfirmed(Sighting sighting) {
		return isNewer(sighting.writer()) && this.lineage != null && sighting.since() - this.lineage.lastAnswered() > 0;
	}

	private boolean isOfSameCluster(@Nullable ServerIdentity identity) {
		return this.lineage != null && identity != null && this.lineage.isOf(identity);
	}

	/**
	 * Return whether a server has other data than the last primary.
	 */
	boolean isOfOtherCluster(@Nullable ServerIdentity identity) {
		return this.lineage != null && this.lineage.isKnown() && identity != null && !this.lineage.isOf(identity);
	}

}
