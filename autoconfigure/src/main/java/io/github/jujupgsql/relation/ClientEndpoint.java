package io.github.jujupgsql.relation;

import org.jspecify.annotations.Nullable;

/**
 * A server as charms write it: {@code host:port}. They join an address and a port by a
 * colon whatever the address is, and a released charm joins the port twice.
 *
 * @param host the name or address, without brackets; empty if none is given
 * @param port the port as it was given, empty for the default
 * @param portTwice whether the port was given twice
 */
record ClientEndpoint(String host, String port, boolean portTwice) {

	/** What Python makes of an address that a charm does not know. */
	private static final String UNKNOWN = "None";

	private static final int HIGHEST_PORT = 65535;

	static ClientEndpoint parse(String text) {
		String endpoint = text.strip();
		int bracket = endpoint.startsWith("[") ? endpoint.indexOf(']') : -1;
		if (bracket > 0) {
			String rest = endpoint.substring(bracket + 1);
			return of(endpoint.substring(1, bracket), rest.startsWith(":") ? rest.substring(1) : rest);
		}
		int first = endpoint.indexOf(':');
		int last = endpoint.lastIndexOf(':');
		if (first != last && Ipv6Address.isOne(endpoint.substring(0, last)) && isPort(endpoint.substring(last + 1))) {
			return of(endpoint.substring(0, last), endpoint.substring(last + 1));
		}
		if (first < 0 || Ipv6Address.isOne(endpoint)) {
			return of(endpoint, "");
		}
		return of(endpoint.substring(0, first), endpoint.substring(first + 1));
	}

	private static ClientEndpoint of(String host, String ports) {
		int colon = ports.indexOf(':');
		boolean twice = colon >= 0 && ports.substring(0, colon).equals(ports.substring(colon + 1));
		return new ClientEndpoint(host, twice ? ports.substring(0, colon) : ports, twice);
	}

	private static boolean isPort(String text) {
		return text.length() <= 5 && OptionChecks.consistsOf(text, "0123456789") && !text.isEmpty()
				&& Integer.parseInt(text) <= HIGHEST_PORT;
	}

	/**
	 * Return the server.
	 * @return the server, or {@code null} if the charm does not know it now
	 */
	@Nullable Server server() {
		boolean known = !this.host.isEmpty() && !UNKNOWN.equals(this.host);
		return known ? new Server(this.host, this.port) : null;
	}

	/**
	 * Return the same server on another port, if it has none of its own.
	 * @param other the port
	 * @return the server with a port
	 */
	ClientEndpoint orPort(String other) {
		return this.port.isEmpty() ? new ClientEndpoint(this.host, other, false) : this;
	}

}
