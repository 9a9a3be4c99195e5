package io.github.jujupgsql.relation;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The master and the standbys of a relation to the letter, as the charm published them.
 * The pgsql protocol calls a server changed when this text differs, whatever it means.
 * <p>
 * Immutable. Holds passwords, so it lets itself be compared and nothing else.
 *
 * @since 0.1.0
 */
public final class PublishedServers {

	static final PublishedServers NONE = new PublishedServers(null, List.of());

	private final @Nullable String master;

	private final List<String> standbys;

	PublishedServers(@Nullable String master, List<String> standbys) {
		this.master = master;
		this.standbys = List.copyOf(standbys);
	}

	/**
	 * Return whether the master was published with the same text.
	 * @param other what was published at another time
	 * @return {@code true} also if there is none in either
	 */
	public boolean hasSameMaster(PublishedServers other) {
		return Objects.equals(this.master, other.master);
	}

	/**
	 * Return whether the standbys were published with the same texts in the same order.
	 * @param other what was published at another time
	 * @return {@code true} also if there are none in either
	 */
	public boolean hasSameStandbys(PublishedServers other) {
		return this.standbys.equals(other.standbys);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other
				|| (other instanceof PublishedServers that && hasSameMaster(that) && hasSameStandbys(that));
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.master, this.standbys);
	}

	/**
	 * Return how many there are, without a word of what they say.
	 */
	@Override
	public String toString() {
		return "[" + ((this.master != null) ? 1 : 0) + " master, " + this.standbys.size() + " standbys]";
	}

}
