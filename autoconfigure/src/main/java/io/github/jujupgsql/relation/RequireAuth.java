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

	/** What the driver can do. */
	private static final Set<String> METHODS = Set.of("password", "md5", "gss", "sspi", "scram-sha-256", "none");

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
		for (String item : Servers.split(value)) {
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
