package io.github.jujupgsql.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/**
 * Has a pool be forgotten when it is closed. HikariCP lists for each thread what that has
 * returned, and each connection in the list knows its pool, so a thread that lives long
 * would keep every pool that it has ever borrowed from. In an executable jar, where
 * HikariCP is not on the JVM's own class path, the lists are weak; here they always are,
 * unless the application says otherwise.
 * <p>
 * HikariCP looks at a system property when it makes a pool. It is set meanwhile, so that
 * other pools stay as they are, and by all that make pools at that time together.
 */
final class HikariThreadLists {

	private static final String WEAK = "com.zaxxer.hikari.useWeakReferences";

	private static final boolean SET_BY_APPLICATION = System.getProperty(WEAK) != null;

	/** How many pools are being made. Guarded by the class. */
	private static int making;

	private HikariThreadLists() {
	}

	/**
	 * Make a pool with weak lists. Blocks while its first connection is set up.
	 * @param config what to make it of
	 * @return the pool
	 */
	static HikariDataSource open(HikariConfig config) {
		changeMaking(1);
		try {
			return new HikariDataSource(config);
		}
		finally {
			changeMaking(-1);
		}
	}

	private static synchronized void changeMaking(int change) {
		making += change;
		if (SET_BY_APPLICATION) {
			return;
		}
		if (making > 0) {
			System.setProperty(WEAK, "true");
		}
		else {
			System.clearProperty(WEAK);
		}
	}

}
