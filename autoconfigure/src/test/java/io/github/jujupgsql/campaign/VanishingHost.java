package io.github.jujupgsql.campaign;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

import io.github.jujupgsql.test.PgsqlServer;

/**
 * A host that a server seems to have for itself, and that can vanish from the network:
 * then no packet comes back from it, not even one that says so. The server goes on.
 * <p>
 * It is a network namespace with a process that relays to a thread of this JVM, which
 * relays to the server.
 */
final class VanishingHost implements AutoCloseable {

	private final PgsqlServer server;

	private final NetworkNamespace namespace;

	private final Relay relay;

	/**
	 * Makes a host.
	 * @param server the server, under the same port
	 */
	VanishingHost(PgsqlServer server) throws IOException {
		this.server = server;
		this.namespace = NetworkNamespace
			.start(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:-UsePerfData",
					"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-cp", classes(), Relay.class.getName()));
		try {
			this.relay = new Relay(new InetSocketAddress(this.namespace.outerBehind(), 0),
					new InetSocketAddress(server.host(), server.port()));
			this.namespace.say(server.port() + " " + this.namespace.outerBehind() + " " + this.relay.port());
			this.namespace.hear("Listening");
		}
		catch (IOException | RuntimeException | Error ex) {
			this.namespace.close();
			throw ex;
		}
	}

	private static String classes() {
		return Path.of(URI.create(Relay.class.getProtectionDomain().getCodeSource().getLocation().toString()))
			.toString();
	}

	/**
	 * Where the server can be reached.
	 * @return host and port
	 */
	String address() {
		return this.namespace.inner() + ":" + this.server.port();
	}

	/**
	 * The server's connection string, with this host.
	 */
	String connectionString() {
		return this.server.connectionString().replace("host=" + this.server.host(), "host=" + this.namespace.inner());
	}

	void vanish() throws IOException {
		this.namespace.vanish();
	}

	/**
	 * It is there again, with all connections as they were.
	 */
	void appear() throws IOException {
		this.namespace.appear();
	}

	@Override
	public void close() throws IOException {
		try (this.namespace) {
			this.relay.close();
		}
	}

}
