package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One server of a connection string.
 *
 * @param host the name or address to connect to, empty where libpq would use a local
 * socket
 * @param port the port as it was given, empty for the default
 */
record Server(String host, String port) {

	static final String DEFAULT_PORT = "5432";

	/**
	 * Whether {@code hostaddr} says where to connect. It does to libpq, always; but what
	 * the certificate or a Kerberos ticket is checked against is {@code host}, and the
	 * driver knows only one name.
	 */
	static boolean prefersHostaddr(ConnectionString string) {
		@Nullable String gssencmode = string.get(Keyword.GSSENCMODE);
		return string.get(Keyword.HOST, "").isEmpty() || !("verify-full".equals(string.sslmode())
				|| "require".equals(gssencmode) || string.get(Keyword.KRBSRVNAME) != null);
	}

	/**
	 * The servers in the order in which they are tried. Lists of unequal length, which
	 * libpq refuses, are filled up.
	 */
	static List<Server> of(ConnectionString string) {
		List<String> names = split(string.get(Keyword.HOST, ""));
		List<String> addresses = split(string.get(Keyword.HOSTADDR, ""));
		List<String> ports = split(string.get(Keyword.PORT, ""));
		boolean hostaddr = prefersHostaddr(string);
		int count = Math.max(names.size(), addresses.size());
		List<Server> servers = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			String name = item(names, i);
			String address = item(addresses, i);
			String host = (name.isEmpty() || (hostaddr && !address.isEmpty())) ? address : name;
			servers.add(new Server(host, (ports.size() == 1) ? ports.get(0) : item(ports, i)));
		}
		return servers;
	}

	static List<String> split(String list) {
		return List.of(list.split(",", -1));
	}

	private static String item(List<String> list, int index) {
		return (index < list.size()) ? list.get(index) : "";
	}

}
