package io.github.jujupgsql.campaign;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A network namespace of Linux with a process in it, joined to ours by a pair of links
 * that look like Ethernet. Each end has two addresses: one to be seen, which can stop
 * answering, and one behind the scenes, which never does.
 * <p>
 * It has no name, and so lives as long as its process. That is told to end by the end of
 * its standard input, which it also is when this JVM is killed.
 */
final class NetworkNamespace implements AutoCloseable {

	/** Addresses for tests of networks, RFC 2544: four for each namespace. */
	private static final int FIRST_ADDRESS = (198 << 24) | (18 << 16);

	private static final int NAMESPACES = 1 << 15;

	private static final int ATTEMPTS = 50;

	/** What the link is called in the namespace. */
	private static final String INSIDE = "eth0";

	/** An Ethernet address that nobody has. */
	private static final String NOBODY = "02:00:00:00:00:01";

	private final Process process;

	private final BufferedReader output;

	/** What our end is called: unique, as process ids are. */
	private final String link;

	private int base;

	private NetworkNamespace(Process process) {
		this.process = process;
		this.output = process.inputReader(StandardCharsets.UTF_8);
		this.link = "jpg" + process.pid();
	}

	/**
	 * Tells why there can be none here.
	 * @return what is in the way, or {@code null}
	 */
	static @Nullable String obstacle() {
		try (NetworkNamespace tried = start(List.of("cat"))) {
			tried.vanish();
			tried.appear();
			return null;
		}
		catch (IOException ex) {
			return ex.getMessage();
		}
	}

	/**
	 * Starts a process in a namespace of its own.
	 * @param command the program and its arguments; it must end with its input
	 * @return the namespace, to be closed
	 * @throws IOException if that is not possible here
	 */
	static NetworkNamespace start(List<String> command) throws IOException {
		// what is joined to it before it is there would be joined to ours
		List<String> full = new ArrayList<>(
				List.of("unshare", "--net", "sh", "-c", "echo inside && exec \"$@\"", "sh"));
		full.addAll(command);
		NetworkNamespace namespace = new NetworkNamespace(new ProcessBuilder(full).redirectErrorStream(true).start());
		try {
			namespace.hear("inside");
			namespace.join();
			return namespace;
		}
		catch (IOException | RuntimeException | Error ex) {
			namespace.close();
			throw ex;
		}
	}

	private void join() throws IOException {
		ip("link", "add", this.link, "type", "veth", "peer", "name", INSIDE, "netns",
				Long.toString(this.process.pid()));
		ip("link", "set", this.link, "up");
		chooseAddresses();
		ip("addr", "add", outer(), "dev", this.link);
		ip("addr", "add", outerBehind(), "dev", this.link);
		ip("route", "add", innerBehind(), "dev", this.link, "src", outerBehind());
		ipInside("addr", "add", inner(), "dev", INSIDE);
		ipInside("addr", "add", innerBehind(), "dev", INSIDE);
		ipInside("link", "set", INSIDE, "up");
		ipInside("route", "add", outer(), "dev", INSIDE, "src", inner());
		ipInside("route", "add", outerBehind(), "dev", INSIDE, "src", innerBehind());
	}

	/**
	 * The kernel takes the route to an address only once, so another test, of any JVM,
	 * that chooses the same addresses finds out.
	 */
	private void chooseAddresses() throws IOException {
		for (int i = 1;; i++) {
			this.base = FIRST_ADDRESS + 4 * ThreadLocalRandom.current().nextInt(NAMESPACES);
			try {
				ip("route", "add", inner(), "dev", this.link);
				return;
			}
			catch (IOException ex) {
				if (i == ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	private String outer() {
		return address(this.base);
	}

	/**
	 * Where what is in there can be reached, unless it has vanished.
	 * @return the address
	 */
	String inner() {
		return address(this.base + 1);
	}

	/**
	 * Where it reaches us, always.
	 * @return an address of ours
	 */
	String outerBehind() {
		return address(this.base + 2);
	}

	private String innerBehind() {
		return address(this.base + 3);
	}

	private static String address(int number) {
		return (number >>> 24) + "." + (number >> 16 & 0xff) + "." + (number >> 8 & 0xff) + "." + (number & 0xff);
	}

	/**
	 * From now on packets go nowhere, in both directions, and nobody is told: they are
	 * sent to an Ethernet address that nobody has. A link that is down would be seen.
	 */
	void vanish() throws IOException {
		ip("neigh", "replace", inner(), "lladdr", NOBODY, "nud", "permanent", "dev", this.link);
		ipInside("neigh", "replace", outer(), "lladdr", NOBODY, "nud", "permanent", "dev", INSIDE);
	}

	/**
	 * Packets arrive again, also those that are sent once more.
	 */
	void appear() throws IOException {
		ipInside("neigh", "del", outer(), "dev", INSIDE);
		ip("neigh", "del", inner(), "dev", this.link);
	}

	/**
	 * Says something to the process.
	 * @param line what
	 */
	void say(String line) throws IOException {
		Writer input = new OutputStreamWriter(this.process.getOutputStream(), StandardCharsets.UTF_8);
		input.write(line + "\n");
		input.flush();
	}

	/**
	 * Waits until the process says something.
	 * @param expected how its next line begins
	 * @throws IOException if it says something else, or nothing any more
	 */
	void hear(String expected) throws IOException {
		String line = this.output.readLine();
		if (line == null || !line.startsWith(expected)) {
			throw new IOException((line != null) ? line : "The process has ended");
		}
	}

	private void ipInside(String... arguments) throws IOException {
		run(Stream.concat(Stream.of("nsenter", "--net=/proc/" + this.process.pid() + "/ns/net", "ip"),
				Stream.of(arguments)));
	}

	private static void ip(String... arguments) throws IOException {
		run(Stream.concat(Stream.of("ip"), Stream.of(arguments)));
	}

	private static void run(Stream<String> words) throws IOException {
		List<String> command = words.toList();
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		try (BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			List<String> lines = output.lines().toList();
			if (process.waitFor() != 0) {
				throw new IOException(String.join(" ", command) + ": " + String.join("; ", lines));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted", ex);
		}
	}

	/**
	 * Ends the process, and with it the namespace. Connections to what has vanished keep
	 * that for minutes more, so the links are taken away.
	 */
	@Override
	public void close() {
		this.process.destroyForcibly();
		try {
			ip("link", "del", this.link);
		}
		catch (IOException ex) {
			// it has gone with the namespace, or there has never been one
		}
	}

}
