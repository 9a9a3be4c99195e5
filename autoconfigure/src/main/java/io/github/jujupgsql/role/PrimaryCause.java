package io.github.jujupgsql.role;

/**
 * Why another server is the primary, or why there is none any more.
 *
 * @since 0.1.0
 */
public enum PrimaryCause {

	/** The relation says so. */
	RELATION,

	/** A server that has been promoted is followed before the relation says so. */
	PROMOTION,

	/** The primary turned out to be in recovery. */
	DEMOTION,

	/** The primary has not answered for too long. */
	SILENCE

}
