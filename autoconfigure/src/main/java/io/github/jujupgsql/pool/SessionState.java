package io.github.jujupgsql.pool;

/**
 * What a borrower can leave behind in a session: another role, settings, advisory locks,
 * cursors, prepared statements, channels, temporary tables. Only a hash of it leaves the
 * server, because settings may be secrets. Two sessions of one server with the same hash
 * are alike.
 * <p>
 * PostgreSQL lists no settings that it does not know ({@code SET app.tenant = 'a'}), so
 * they are not part of it.
 */
final class SessionState {

	/** A setting that has its initial value again is as good as one never changed. */
	static final String HASH = """
			pg_catalog.hashtextextended(pg_catalog.concat_ws(',', CURRENT_USER, SESSION_USER,
			(SELECT pg_catalog.string_agg(pg_catalog.concat(s.name, '=', s.setting), ',' ORDER BY s.name)
			FROM pg_catalog.pg_settings s WHERE s.source OPERATOR(pg_catalog.=) 'session'
			AND s.setting OPERATOR(pg_catalog.<>) COALESCE(s.reset_val, '')),
			(SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks l
			WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory'
			AND l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()),
			(SELECT pg_catalog.count(*) FROM pg_catalog.pg_cursors c WHERE c.is_holdable),
			(SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_statements p WHERE p.from_sql),
			(SELECT pg_catalog.count(*) FROM pg_catalog.pg_listening_channels()),
			pg_catalog.pg_my_temp_schema()), 0)""";

	/** The same, which a server in recovery does not work out. */
	static final String HASH_OF_PRIMARY = "CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL ELSE " + HASH + " END";

	private SessionState() {
	}

}
