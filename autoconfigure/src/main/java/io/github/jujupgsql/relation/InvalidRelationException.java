package io.github.jujupgsql.relation;

import org.jspecify.annotations.Nullable;

/**
 * What was published is not a relation that this library understands, or asks for
 * something it refuses. Its message names the key and the reason and repeats no value.
 *
 * @since 0.1.0
 */
public class InvalidRelationException extends RuntimeException {

	private final @Nullable String key;

	private final String reason;

	/**
	 * Create the exception.
	 * @param key where the fault is, such as {@code standbys[1]}, or {@code null} if the
	 * whole is at fault
	 * @param reason what is wrong, without any value
	 */
	public InvalidRelationException(@Nullable String key, String reason) {
		super((key != null) ? "'" + key + "': " + reason : reason);
		this.key = key;
		this.reason = reason;
	}

	/**
	 * Refuse a file that says nothing of servers. It would otherwise be taken for a
	 * relation that has none, so that a misspelt key took all of them away.
	 */
	static InvalidRelationException saysNothingOfServers() {
		return new InvalidRelationException(null,
				"says nothing of servers: 'master' or 'standbys' would, or 'endpoints',"
						+ " 'read-only-endpoints', 'uris' or 'read-only-uris'; that there are none now is said by 'master: null'");
	}

	/**
	 * Refuse what was published by the side that asks.
	 * @param key where it is, or {@code null} if it is the whole
	 */
	static InvalidRelationException holdsARequest(@Nullable String key) {
		return new InvalidRelationException(key,
				"holds what a client asks for, and no answer of the server. From Juju 4 on, 'juju show-unit' prints our"
						+ " own side there: have the charm export what the server's application has published");
	}

	/**
	 * Return where the fault is.
	 * @return the key, or {@code null} if the whole is at fault
	 */
	public @Nullable String getKey() {
		return this.key;
	}

	/**
	 * Return what is wrong.
	 * @return the reason
	 */
	public String getReason() {
		return this.reason;
	}

}
