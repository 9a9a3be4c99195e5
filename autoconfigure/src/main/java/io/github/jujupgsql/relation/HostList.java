package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;

/**
 * The lists {@code host}, {@code hostaddr} and {@code port} of a connection string.
 */
final class HostList {

	/**
	 * The driver tries one after the other, and all of them stand in names and logs. No
	 * cluster has as many.
	 */
	private static final int MOST = 64;

	/** DNS knows none that is longer. */
	private static final int LONGEST = 255;

	private final ConnectionString string;

	private final List<String> names;

	private final List<String> addresses;

	private final List<String> ports;

	HostList(ConnectionString string) {
		this.string = string;
		this.names = split(string.get(Keyword.HOST, ""));
		this.addresses = split(string.get(Keyword.HOSTADDR, ""));
		this.ports = split(string.get(Keyword.PORT, ""));
	}

	static List<String> split(String list) {
		return List.of(list.split(",", -1));
	}

	/**
	 * Return the servers in the order in which they are tried. Lists of unequal length,
	 * which libpq refuses, are filled up.
	 */
	List<Server> list() {
		return list(connectsByName());
	}

	private List<Server> list(boolean byName) {
		int count = Math.max(this.names.size(), this.addresses.size());
		List<Server> servers = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			String name = item(this.names, i);
			String address = item(this.addresses, i);
			boolean useName = address.isEmpty() || (byName && !name.isEmpty());
			servers.add(new Server(useName ? name : address, item(this.ports, (this.ports.size() == 1) ? 0 : i)));
		}
		return servers;
	}

	/**
	 * Return the servers as {@link #list()} has them, if the driver can connect to them
	 * and libpq would try. Ports are plain numbers.
	 */
	List<Server> checked() {
		checkLists();
		for (String address : this.addresses) {
			if (!isNumeric(address)) {
				throw OptionChecks.refused(Keyword.HOSTADDR, "must hold IP addresses only; names go into host");
			}
		}
		return checked(list());
	}

	private static List<Server> checked(List<Server> servers) {
		return servers.stream()
			.map((server) -> new Server(checkedHost(server.host()), checkedPort(server.port())))
			.toList();
	}

	/**
	 * Return the servers as {@link #checked()} would have them if their names were to be
	 * verified.
	 * @return the servers, none if connections go to them already or names of them are
	 * none
	 */
	List<Server> checkedByName() {
		List<Server> byName = list(true);
		try {
			return byName.equals(list()) ? List.of() : checked(byName);
		}
		catch (InvalidConnectionStringException ex) {
			// as a name for hostaddr to go by, anything will do
			return List.of();
		}
	}

	/**
	 * Return whether connections go to {@code host} although {@code hostaddr} is given,
	 * too. To libpq {@code host} is then only what a certificate or a Kerberos ticket
	 * must be for; but the driver knows one name for both.
	 */
	boolean connectsByName() {
		List<String> methods = split(this.string.get(Keyword.REQUIRE_AUTH, ""));
		boolean kerberos = "require".equals(this.string.get(Keyword.GSSENCMODE)) || methods.contains("gss")
				|| methods.contains("sspi") || !this.string.get(Keyword.KRBSRVNAME, "").isEmpty();
		return kerberos || "verify-full".equals(this.string.sslmode());
	}

	private void checkLists() {
		checkCount(Keyword.HOST, this.names);
		checkCount(Keyword.HOSTADDR, this.addresses);
		boolean names = !this.string.get(Keyword.HOST, "").isEmpty();
		boolean addresses = !this.string.get(Keyword.HOSTADDR, "").isEmpty();
		if (!names && !addresses) {
			throw OptionChecks.refused(Keyword.HOST,
					"is missing; libpq would use a local socket, and the driver has none: name the server");
		}
		if (names && addresses && this.names.size() != this.addresses.size()) {
			throw OptionChecks.refused(Keyword.HOSTADDR, "must have as many items as host has");
		}
		if (this.ports.size() != 1 && this.ports.size() != Math.max(this.names.size(), this.addresses.size())) {
			throw OptionChecks.refused(Keyword.PORT, "must have one item, or as many as there are hosts");
		}
	}

	private static void checkCount(Keyword keyword, List<String> hosts) {
		if (hosts.size() > MOST) {
			throw OptionChecks.refused(keyword, "has " + hosts.size() + " items; " + MOST + " are the most");
		}
	}

	private static String checkedHost(String host) {
		if (host.isEmpty()) {
			throw OptionChecks.refused(Keyword.HOST,
					"has an empty item; libpq would use a local socket, and the driver has none: name the server");
		}
		if (host.startsWith("/") || host.startsWith("@")) {
			throw OptionChecks.refused(Keyword.HOST,
					"names a Unix socket, and the driver has none: name the server or its IP address");
		}
		if (host.length() > LONGEST) {
			throw OptionChecks.refused(Keyword.HOST, "has an item of more than " + LONGEST + " characters");
		}
		boolean bracketed = host.startsWith("[") && host.endsWith("]");
		if (!consistsOfHostCharacters(bracketed ? host.substring(1, host.length() - 1) : host)) {
			throw OptionChecks.refused(Keyword.HOST, "has a character that no host's name or address has");
		}
		return host;
	}

	/**
	 * Return whether a text can be a name, in any script, or an address. What cannot must
	 * not get into a log: a line break would begin a line of its own there.
	 */
	private static boolean consistsOfHostCharacters(String text) {
		return !text.isEmpty() && text.codePoints().allMatch((c) -> isPartOfName(c) || ".-_:%".indexOf(c) >= 0);
	}

	/**
	 * Return whether names of hosts have a character: a letter, in some scripts with
	 * marks, or a digit.
	 */
	static boolean isPartOfName(int codePoint) {
		int type = Character.getType(codePoint);
		return Character.isLetterOrDigit(codePoint) || type == Character.NON_SPACING_MARK
				|| type == Character.COMBINING_SPACING_MARK;
	}

	private static String checkedPort(String port) {
		if (port.isEmpty()) {
			return Server.DEFAULT_PORT;
		}
		int number = OptionChecks.integer(Keyword.PORT, port);
		if (number < 1 || number > 65535) {
			throw OptionChecks.refused(Keyword.PORT, "must be from 1 to 65535");
		}
		return Integer.toString(number);
	}

	/**
	 * Return whether it cannot be the name of a host: what is no address after all must
	 * not be looked up.
	 */
	private static boolean isNumeric(String address) {
		if (address.indexOf(':') >= 0) {
			int scope = address.indexOf('%');
			return OptionChecks.consistsOf((scope < 0) ? address : address.substring(0, scope),
					"0123456789abcdefABCDEF:.") && consistsOfHostCharacters(address);
		}
		return OptionChecks.consistsOf(address, "0123456789.");
	}

	private static String item(List<String> list, int index) {
		return (index < list.size()) ? list.get(index) : "";
	}

}
