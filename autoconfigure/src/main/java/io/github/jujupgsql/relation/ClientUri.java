package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A URI of the {@code postgresql_client} interface. Charms put it together from texts of
 * their own, so its hosts are not always what libpq would read: none at all, a port at
 * the end that is meant for all, an IPv6 address without brackets.
 *
 * @param rest all but the servers
 * @param endpoints the servers as they were written, known or not
 */
record ClientUri(ConnectionString rest, List<ClientEndpoint> endpoints) {

	/**
	 * Read a URI, or a connection string of {@code keyword=value} pairs as libpq does.
	 * @param text the text
	 * @return what it says
	 * @throws InvalidConnectionStringException if it is none
	 */
	static ClientUri parse(String text) {
		if (!UriParser.accepts(text)) {
			ConnectionString string = ConnectionString.parse(text);
			return new ClientUri(string, endpointsOf(string));
		}
		int start = startOfHosts(text);
		int end = indexOfAny(text, "/?", start);
		ConnectionString rest = ConnectionString.parse(text.substring(0, start) + text.substring(end));
		boolean named = end == start && !endpointsOf(rest).isEmpty();
		return new ClientUri(rest, named ? endpointsOf(rest) : endpoints(text.substring(start, end)));
	}

	/**
	 * Return where the hosts begin. A user ends at the first {@code @}, if that comes
	 * before any {@code /}.
	 */
	private static int startOfHosts(String uri) {
		int authority = uri.indexOf("://") + 3;
		int end = indexOfAny(uri, "@/", authority);
		return (end < uri.length() && uri.charAt(end) == '@') ? end + 1 : authority;
	}

	private static int indexOfAny(String text, String characters, int from) {
		int index = from;
		while (index < text.length() && characters.indexOf(text.charAt(index)) < 0) {
			index++;
		}
		return index;
	}

	private static List<ClientEndpoint> endpoints(String hosts) {
		List<ClientEndpoint> endpoints = Stream.of(hosts.split(",", -1))
			.map((host) -> ClientEndpoint.parse(PercentCodec.decode(host, "the host list")))
			.toList();
		ClientEndpoint last = endpoints.get(endpoints.size() - 1);
		boolean forAll = endpoints.stream()
			.filter((endpoint) -> !endpoint.port().isEmpty())
			.toList()
			.equals(List.of(last));
		return forAll ? endpoints.stream().map((endpoint) -> endpoint.orPort(last.port())).toList() : endpoints;
	}

	private static List<ClientEndpoint> endpointsOf(ConnectionString string) {
		List<ClientEndpoint> endpoints = new ArrayList<>();
		for (Server server : new HostList(string).list()) {
			if (!server.host().isEmpty()) {
				endpoints.add(new ClientEndpoint(server.host(), server.port(), false));
			}
		}
		return endpoints;
	}

	/**
	 * Return the servers that the charm knows now.
	 * @return the servers, perhaps none
	 */
	List<Server> servers() {
		return this.endpoints.stream().map(ClientEndpoint::server).filter(Objects::nonNull).toList();
	}

	@Nullable String database() {
		return this.rest.get(Keyword.DBNAME);
	}

	boolean givesPortTwice() {
		return this.endpoints.stream().anyMatch(ClientEndpoint::portTwice);
	}

}
