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
