package io.github.jujupgsql.test;

/**
 * For how long a client of a {@link PgBouncer} has a server's connection for itself.
 *
 * @since 0.1.0
 */
public enum PgBouncerPooling {

	/** Until it disconnects, as pgbouncer's charm has it. */
	SESSIONS("session"),

	/** Until its transaction ends. The next one may be on another connection. */
	TRANSACTIONS("transaction");

	private final String mode;

	PgBouncerPooling(String mode) {
		this.mode = mode;
	}

	String mode() {
		return this.mode;
	}

}
