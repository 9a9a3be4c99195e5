package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code require_auth}: which ways to authenticate are acceptable.
 */
final class RequireAuth {

	private static final String OAUTH = "oauth";

	/**
	 * A list that the driver refuses. One that forbids everything would not do: the
	 * driver takes it for one that forbids nothing.
	 */
	static final String NOTHING = "none,!none";

	/** What the driver can do. */
	private static final List<String> METHODS = List.of("password", "md5", "gss", "sspi", "scram-sha-256", "none");

	private RequireAuth() {
	}

	/**
	 * Check the list as libpq does, and make it one that the driver knows.
	 * @return the list for the driver, empty if it may do all that it can
	 */
	static String toDriver(String value) {
		if (value.isEmpty()) {
			return "";
		}
		boolean negated = value.startsWith("!");
		Set<String> seen = new HashSet<>();
		List<String> kept = new ArrayList<>();
		for (String item : HostList.split(value)) {
			if (item.startsWith("!") != negated) {
				throw OptionChecks.refused(Keyword.REQUIRE_AUTH,
						"must have a \"!\" before each of its methods or before none");
			}
			String method = negated ? item.substring(1) : item;
			check(method, negated, seen);
			if (!method.equals(OAUTH)) {
				kept.add(item);
			}
		}
		// No authentication could succeed. The driver would tell only when it connects
		if (negated && kept.size() == METHODS.size()) {
			throw OptionChecks.refused(Keyword.REQUIRE_AUTH, "forbids every method that the driver can use");
		}
		return String.join(",", kept);
	}

	/**
	 * Return what the driver may use.
	 * @param value a list as the driver reads it
	 * @return the methods, none if the driver refuses the list
	 */
	static List<String> allowedByDriver(String value) {
		List<String> items = HostList.split(value).stream().map(String::trim).toList();
		boolean negated = items.get(0).startsWith("!");
		List<String> methods = items.stream().map((item) -> negated ? item.substring(1) : item).toList();
		boolean alike = items.stream().allMatch((item) -> item.startsWith("!") == negated);
		if (!alike || !METHODS.containsAll(methods) || new HashSet<>(methods).size() < methods.size()) {
			return List.of();
		}
		if (negated && methods.size() < METHODS.size()) {
			return METHODS.stream().filter((method) -> !methods.contains(method)).toList();
		}
		return negated ? METHODS : methods;
	}

	private static void check(String method, boolean negated, Set<String> seen) {
		if (!METHODS.contains(method) && !method.equals(OAUTH)) {
			throw OptionChecks.refused(Keyword.REQUIRE_AUTH,
					"must be a list of password, md5, gss, sspi, scram-sha-256, "
							+ "none, separated by commas without blanks; letter case counts");
		}
		if (!seen.add(method)) {
			throw OptionChecks.refused(Keyword.REQUIRE_AUTH, "names a method twice");
		}
		if (method.equals(OAUTH) && !negated) {
			throw OptionChecks.refused(Keyword.REQUIRE_AUTH, "asks for oauth, which the driver cannot do");
		}
	}

}
