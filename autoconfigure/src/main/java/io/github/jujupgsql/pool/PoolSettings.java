package io.github.jujupgsql.pool;

import java.time.Duration;

import io.github.jujupgsql.role.PrimaryPolicy;
import io.github.jujupgsql.role.RolePolicy;
import io.github.jujupgsql.role.RoleTimes;
import org.jspecify.annotations.Nullable;

/**
 * How pools are sized and how they are left.
 *
 * @param primary the size of the primary's pool
 * @param replica the size of each replica's pool
 * @param drainTimeout how long work in flight may go on when a server leaves
 * @param sickAfter how long a replica may leave a question unanswered before it counts as
 * sick
 * @param fallbackToPrimary whether reads go to the primary while there is no replica
 * @param maximumLag how far a replica may lag behind the primary, or {@code null} if it
 * does not matter
 * @param whenGone how it is found out that the primary has gone, and what follows
 * @since 0.1.0
 */
public record PoolSettings(PoolSize primary, PoolSize replica, Duration drainTimeout, Duration sickAfter,
		boolean fallbackToPrimary, @Nullable Duration maximumLag, PrimarySettings whenGone) {

	/**
	 * Return what the rules need to know of it.
	 * @param times the times that no property sets
	 * @return the policy
	 */
	RolePolicy policy(RoleTimes times) {
		return new RolePolicy(this.sickAfter, this.drainTimeout, this.fallbackToPrimary, this.maximumLag,
				new PrimaryPolicy(this.whenGone.sickAfter(), this.whenGone.patience(),
						this.whenGone.followPromotions()),
				times);
	}

}
