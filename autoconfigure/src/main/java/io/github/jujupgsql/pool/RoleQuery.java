package io.github.jujupgsql.pool;

/**
 * What a server is asked together with its role. Any user may ask all of it, on
 * PostgreSQL 14 to 18, unless a function has been revoked.
 */
enum RoleQuery {

	/** The role alone. */
	ROLE(false, ""),

	/** The state of the session as well. */
	SESSION(false, SessionState.HASH),

	/** Who the server is. */
	IDENTITY(true, ""),

	/**
	 * Who it is, and the state of the session, which a server in recovery does not work
	 * out.
	 */
	IDENTITY_AND_SESSION_OF_PRIMARY(true, SessionState.HASH_OF_PRIMARY),

	/** The state of the session, likewise. */
	SESSION_OF_PRIMARY(false, SessionState.HASH_OF_PRIMARY);

	/**
	 * The standbys are counted by the function beneath pg_stat_replication: planning the
	 * view takes longer than all the rest, and writers may wait for the answer.
	 */
	private static final String IDENTITY_COLUMNS = """
			, (SELECT c.system_identifier FROM pg_catalog.pg_control_system() c),
			EXTRACT(EPOCH FROM pg_catalog.pg_postmaster_start_time()),
			pg_catalog.host(pg_catalog.inet_server_addr()), pg_catalog.inet_server_port(),
			CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL
			ELSE pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()) END,
			CASE WHEN pg_catalog.pg_is_in_recovery() THEN 0
			ELSE (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_wal_senders()) END,
			CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
			ELSE pg_catalog.pg_current_wal_insert_lsn() END""";

	/** The first column after the role and the session's default. */
	static final int FIRST = 3;

	private static final int IDENTITY_SIZE = 7;

	private final boolean identity;

	private final boolean session;

	private final String sql;

	RoleQuery(boolean identity, String session) {
		this.identity = identity;
		this.session = !session.isEmpty();
		this.sql = """
				SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('default_transaction_read_only')"""
				+ (identity ? RoleQuery.IDENTITY_COLUMNS : "") + (session.isEmpty() ? "" : ", " + session);
	}

	/**
	 * Return what to ask to find out whether a session is fit for writers.
	 * @param identity whether to ask who the server is, too
	 * @param session whether the state of the session matters
	 * @return the query
	 */
	static RoleQuery of(boolean identity, boolean session) {
		if (identity) {
			return session ? IDENTITY_AND_SESSION_OF_PRIMARY : IDENTITY;
		}
		return session ? SESSION_OF_PRIMARY : ROLE;
	}

	String sql() {
		return this.sql;
	}

	boolean asksForIdentity() {
		return this.identity;
	}

	/**
	 * Return the column of the session's state.
	 * @return its number, or 0 if it is not asked for
	 */
	int sessionColumn() {
		return !this.session ? 0 : this.identity ? FIRST + IDENTITY_SIZE : FIRST;
	}

}
