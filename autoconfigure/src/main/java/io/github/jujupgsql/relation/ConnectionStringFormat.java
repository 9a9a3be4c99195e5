package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A connection string as text again.
 */
final class ConnectionStringFormat {

	private static final String MASK = "***";

	private ConnectionStringFormat() {
	}

	static String keyValue(Map<Keyword, String> values) {
		return values.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + "=" + quote(entry.getValue()))
			.collect(Collectors.joining(" "));
	}

	/**
	 * Render as {@link #keyValue(Map)} does, but without secrets. Only what looks as if
	 * it was meant is shown: a raw {@code /} in a URI's password ends the servers early,
	 * and then pieces of that password are host, port and, with the {@code @} still in
	 * it, database.
	 */
	static String masked(Map<Keyword, String> values) {
		boolean strayPassword = values.getOrDefault(Keyword.DBNAME, "").indexOf('@') >= 0;
		return values.entrySet().stream().map((entry) -> {
			Keyword keyword = entry.getKey();
			boolean stray = strayPassword && (keyword == Keyword.HOST || keyword == Keyword.PORT);
			boolean shown = !keyword.isSecret() && !stray && isPlain(keyword, entry.getValue());
			return keyword + "=" + (shown ? quote(entry.getValue()) : MASK);
		}).collect(Collectors.joining(" ", "[", "]"));
	}

	/**
	 * Render as a URI. What the front part of a URI can say goes there. The rest are
	 * parameters: what is empty, as empty means not set in the front part.
	 */
	static String uri(Map<Keyword, String> values) {
		Map<Keyword, String> rest = new EnumMap<>(Keyword.class);
		rest.putAll(values);
		String user = take(rest, Keyword.USER);
		String password = take(rest, Keyword.PASSWORD);
		StringBuilder uri = new StringBuilder("postgresql://");
		uri.append(PercentCodec.encode(user, ""));
		if (!password.isEmpty()) {
			uri.append(':').append(PercentCodec.encode(password, ""));
		}
		if (!user.isEmpty() || !password.isEmpty()) {
			uri.append('@');
		}
		uri.append(servers(take(rest, Keyword.HOST), take(rest, Keyword.PORT)));
		String dbname = take(rest, Keyword.DBNAME);
		if (!dbname.isEmpty()) {
			uri.append('/').append(PercentCodec.encode(dbname, ""));
		}
		char separator = '?';
		for (Map.Entry<Keyword, String> entry : rest.entrySet()) {
			uri.append(separator).append(entry.getKey()).append('=').append(PercentCodec.encode(entry.getValue(), ""));
			separator = '&';
		}
		return uri.toString();
	}

	static String address(ConnectionString string) {
		return new HostList(string).list()
			.stream()
			.map((server) -> host(server.host()) + ":" + port(server.port()))
			.collect(Collectors.joining(","));
	}

	private static String take(Map<Keyword, String> values, Keyword keyword) {
		String value = values.getOrDefault(keyword, "");
		if (!value.isEmpty()) {
			values.remove(keyword);
		}
		return value;
	}

	/**
	 * Render as {@code host:port,…} if each host has its port, else as both lists with
	 * their commas encoded: raw ones would make the lists equally long.
	 */
	private static String servers(String hosts, String ports) {
		List<String> hostList = HostList.split(hosts);
		List<String> portList = HostList.split(ports);
		if (hostList.size() != portList.size()) {
			hostList = List.of(hosts);
			portList = List.of(ports);
		}
		List<String> servers = new ArrayList<>(hostList.size());
		for (int i = 0; i < hostList.size(); i++) {
			String host = hostList.get(i);
			boolean bracketed = host.indexOf(':') >= 0;
			String encoded = PercentCodec.encode(host, bracketed ? ":" : "");
			String port = portList.get(i);
			servers.add((bracketed ? "[" + encoded + "]" : encoded)
					+ (port.isEmpty() ? "" : ":" + PercentCodec.encode(port, "")));
		}
		return String.join(",", servers);
	}

	private static String quote(String value) {
		boolean plain = !value.isEmpty();
		StringBuilder quoted = new StringBuilder("'");
		for (int i = 0; i < value.length(); i++) {
			char c = value.charAt(i);
			// Nothing in a value without quotes may look like the start of a next string
			plain = plain && (Character.isLetterOrDigit(c) || "._-:,%+".indexOf(c) >= 0);
			if (c == '\'' || c == '\\') {
				quoted.append('\\');
			}
			quoted.append(c);
		}
		return plain ? value : quoted.append('\'').toString();
	}

	private static boolean isPlain(Keyword keyword, String value) {
		String punctuation = switch (keyword) {
			case PORT -> ", +-";
			case HOST, HOSTADDR -> ".-_:%/,[]";
			default -> ".-_:%/,=+* !$~";
		};
		boolean letters = keyword != Keyword.PORT;
		return value.codePoints()
			.allMatch((c) -> (c >= '0' && c <= '9') || (letters && HostList.isPartOfName(c))
					|| punctuation.indexOf(c) >= 0);
	}

	private static String host(String host) {
		if (!isPlain(Keyword.HOST, host)) {
			return MASK;
		}
		return (host.indexOf(':') >= 0 && !host.startsWith("[")) ? "[" + host + "]" : host;
	}

	private static String port(String port) {
		if (port.isEmpty()) {
			return Server.DEFAULT_PORT;
		}
		OptionalInt number = PgInteger.parse(port);
		return number.isPresent() ? Integer.toString(number.getAsInt()) : MASK;
	}

}
