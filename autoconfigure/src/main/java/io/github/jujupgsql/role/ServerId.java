package io.github.jujupgsql.role;

import org.jspecify.annotations.Nullable;

/**
 * Tells one managed server from every other, also from an earlier one of the same name: a
 * server that is named again after it has been fenced gets a fresh pool and another id.
 *
 * @param number never used twice
 * @param name where the server is, as logs have it: {@code host:port}
 * @param instance the server that it stands for, if its name leads to several; otherwise
 * {@code null}
 * @since 0.1.0
 */
public record ServerId(long number, String name, @Nullable ServerInstance instance) {

	/**
	 * Create an id of whatever a name leads to.
	 * @param number never used twice
	 * @param name where the server is
	 */
	public ServerId(long number, String name) {
		this(number, name, null);
	}

	// Not those of a record, which are slow until they are compiled: a switch of roles is
	// rare, and writers wait for it

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof ServerId that && this.number == that.number);
	}

	@Override
	public int hashCode() {
		return Long.hashCode(this.number);
	}

	@Override
	public String toString() {
		return this.name + "#" + this.number;
	}

}
