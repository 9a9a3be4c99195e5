package io.github.jujupgsql.test;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes libpq connection strings, as <a href=
 * "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING">its
 * manual</a> describes them.
 */
final class ConnectionStrings {

	private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	private ConnectionStrings() {
	}

	/**
	 * Write keywords and values, in the order of the keywords, as charms do.
	 * @param options the values by keyword
	 * @return the connection string
	 */
	static String keyValue(Map<String, String> options) {
		StringBuilder result = new StringBuilder();
		new TreeMap<>(options).forEach((keyword,
				value) -> result.append(result.isEmpty() ? "" : " ").append(keyword).append('=').append(quote(value)));
		return result.toString();
	}

	private static String quote(String value) {
		boolean plain = !value.isEmpty()
				&& value.chars().noneMatch((character) -> character == '\'' || character == '\\' || character <= ' ');
		return plain ? value : "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
	}

	/**
	 * Write a URI.
	 * @param user the user
	 * @param password the password
	 * @param address host and port, or several of them separated by commas
	 * @param database the database
	 * @return the URI
	 */
	static String uri(String user, String password, String address, String database) {
		return "postgresql://" + encode(user) + ":" + encode(password) + "@" + address + "/" + encode(database);
	}

	private static String encode(String value) {
		StringBuilder result = new StringBuilder();
		for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
			if (UNRESERVED.indexOf(octet) >= 0) {
				result.append((char) octet);
			}
			else {
				result.append(String.format(Locale.ROOT, "%%%02X", octet));
			}
		}
		return result.toString();
	}

}
