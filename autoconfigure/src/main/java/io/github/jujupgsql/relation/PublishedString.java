package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A connection string that can be used, with the text it was published as.
 */
final class PublishedString {

	/**
	 * Each standby has a pool and a thread that looks after it. No cluster has as many.
	 */
	private static final int MOST_STANDBYS = 100;

	private final String text;

	private final ConnectionString connectionString;

	private PublishedString(String text, ConnectionString connectionString) {
		this.text = text;
		this.connectionString = connectionString;
	}

	/**
	 * Read a connection string.
	 * @param where where it is in the file
	 * @param text the text
	 * @return what was read
	 * @throws InvalidRelationException if it is none, or cannot be had through the driver
	 */
	static PublishedString read(String where, String text) {
		return new PublishedString(text, check(where, () -> ConnectionString.parse(text)));
	}

	/**
	 * Make a connection string of what was published in pieces.
	 * @param where where they are in the file
	 * @param pieces puts them together
	 * @return what came of it
	 * @throws InvalidRelationException if they do not fit, or cannot be had through the
	 * driver
	 */
	static PublishedString compose(String where, Supplier<ConnectionString> pieces) {
		ConnectionString composed = check(where, pieces);
		return new PublishedString(composed.toKeyValue(), composed);
	}

	/**
	 * Read the standbys that can be read: a typo in a standby must not keep a dead master
	 * in use.
	 * @param where where they are in the file
	 * @param texts their texts
	 * @param warnings is told of those that are left out
	 * @return the others
	 */
	static List<PublishedString> readStandbys(String where, List<String> texts, List<String> warnings) {
		List<PublishedString> standbys = new ArrayList<>();
		int index = 0;
		for (String text : texts) {
			String item = where + "[" + index++ + "]";
			addIfValid(standbys, () -> read(item, text), warnings);
		}
		return limit(where, standbys, warnings);
	}

	/**
	 * Leave out standbys of which there are too many: that must not keep the others, and
	 * the master, from being used.
	 * @param where where they are in the file
	 * @param standbys the standbys
	 * @param warnings is told of it, before everything else: only the first are told
	 * @return as many as there may be
	 */
	static List<PublishedString> limit(String where, List<PublishedString> standbys, List<String> warnings) {
		if (standbys.size() <= MOST_STANDBYS) {
			return standbys;
		}
		InvalidRelationException fault = new InvalidRelationException(where, "has " + standbys.size() + " standbys; "
				+ MOST_STANDBYS + " are the most, and those after them are left out");
		warnings.add(0, String.valueOf(fault.getMessage()));
		return standbys.subList(0, MOST_STANDBYS);
	}

	static void addIfValid(List<PublishedString> standbys, Supplier<PublishedString> standby, List<String> warnings) {
		try {
			standbys.add(standby.get());
		}
		catch (InvalidRelationException ex) {
			warnings.add(leftOut(ex));
		}
	}

	static String leftOut(InvalidRelationException fault) {
		return "standby left out: " + fault.getMessage();
	}

	private static ConnectionString check(String where, Supplier<ConnectionString> source) {
		try {
			ConnectionString connectionString = source.get();
			DriverProperties.of(connectionString, "");
			return connectionString;
		}
		catch (InvalidConnectionStringException ex) {
			throw new InvalidRelationException(where, String.valueOf(ex.getMessage()));
		}
	}

	String text() {
		return this.text;
	}

	ConnectionString connectionString() {
		return this.connectionString;
	}

	@Override
	public String toString() {
		return this.connectionString.toString();
	}

}
