package io.github.jujupgsql.test;

import java.util.Locale;

/**
 * A position in the write-ahead log, as PostgreSQL's type {@code pg_lsn} writes it: two
 * hexadecimal numbers separated by a slash, such as {@code 0/3000148}.
 *
 * @param value the position in bytes, unsigned
 * @since 0.1.0
 */
public record Lsn(long value) implements Comparable<Lsn> {

	/**
	 * Read the text form of {@code pg_lsn}.
	 * @param text the text
	 * @return the position
	 * @throws IllegalArgumentException if it is not a position
	 */
	public static Lsn parse(String text) {
		int slash = text.indexOf('/');
		if (slash < 0) {
			throw new IllegalArgumentException("No slash in the log position '" + text + "'");
		}
		long high = Long.parseLong(text, 0, slash, 16);
		long low = Long.parseLong(text, slash + 1, text.length(), 16);
		return new Lsn(high << 32 | low);
	}

	@Override
	public int compareTo(Lsn other) {
		return Long.compareUnsigned(this.value, other.value);
	}

	/**
	 * Return whether this position is the other one or later.
	 * @param other the other position
	 * @return whether it has been reached
	 */
	public boolean hasReached(Lsn other) {
		return compareTo(other) >= 0;
	}

	@Override
	public String toString() {
		return String.format(Locale.ROOT, "%X/%X", this.value >>> 32, this.value & 0xFFFF_FFFFL);
	}

}
