package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits the {@code standbys} of a bag. Most charms put one connection string on a line;
 * Charmed PostgreSQL 14 on machines separates them by commas, which may also stand inside
 * {@code host=a,b}, a URI's host list or a password: there a comma separates only where a
 * new connection string visibly begins.
 */
final class ConnectionStringList {

	private final String text;

	private final List<String> items = new ArrayList<>();

	private int start;

	private ConnectionStringList(String text) {
		this.text = text;
	}

	static List<String> split(String text) {
		return new ConnectionStringList(text).split();
	}

	private List<String> split() {
		boolean quoted = false;
		for (int i = 0; i < this.text.length(); i++) {
			char c = this.text.charAt(i);
			if (c == '\n' || c == '\r') {
				endItem(i);
				quoted = false;
			}
			else if (c == '\\' && !isUri()) {
				i += (i + 1 < this.text.length() && this.text.charAt(i + 1) != '\n') ? 1 : 0;
			}
			else if (c == '\'' && !isUri()) {
				quoted = quoted ? false : opensValue(i);
			}
			else if (c == ',' && !quoted && beginsConnectionString(i + 1)) {
				endItem(i);
			}
		}
		endItem(this.text.length());
		return this.items;
	}

	private void endItem(int end) {
		String item = this.text.substring(this.start, end);
		if (!item.isBlank()) {
			this.items.add(item);
		}
		this.start = end + 1;
	}

	private boolean isUri() {
		return beginsUri(this.start);
	}

	private boolean beginsUri(int at) {
		return this.text.startsWith("postgresql://", at) || this.text.startsWith("postgres://", at);
	}

	/**
	 * Return whether a quote opens a quoted value: only as its first character.
	 * @param at where the quote stands
	 * @return whether a value begins there
	 */
	private boolean opensValue(int at) {
		int i = at - 1;
		while (i >= this.start && Character.isWhitespace(this.text.charAt(i))) {
			i--;
		}
		return i >= this.start && this.text.charAt(i) == '=';
	}

	private boolean beginsConnectionString(int at) {
		if (beginsUri(at)) {
			return true;
		}
		int end = at;
		while (end < this.text.length() && isKeywordCharacter(this.text.charAt(end))) {
			end++;
		}
		return end < this.text.length() && this.text.charAt(end) == '='
				&& Keyword.of(this.text.substring(at, end)) != null;
	}

	private static boolean isKeywordCharacter(char c) {
		return (c >= 'a' && c <= 'z') || c == '_';
	}

}
