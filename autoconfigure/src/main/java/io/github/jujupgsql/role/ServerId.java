package io.github.jujupgsql.role;

/**
 * Tells one managed server from every other, also from an earlier one of the same name: a
 * server that is named again after it has been fenced gets a fresh pool and another id.
 *
 * @param number never used twice
 * @param name where the server is, as logs have it: {@code host:port}
 * @since 0.1.0
 */
public record ServerId(long number, String name) {

	@Override
	public String toString() {
		return this.name + "#" + this.number;
	}

}
