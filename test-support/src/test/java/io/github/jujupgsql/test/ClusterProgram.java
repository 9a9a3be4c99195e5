package io.github.jujupgsql.test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Another JVM that starts a cluster, and ends when its standard input does.
 */
final class ClusterProgram implements AutoCloseable {

	private final Process process;

	private final BufferedReader output;

	private final List<String> lines = new ArrayList<>();

	private ClusterProgram(Process process) {
		this.process = process;
		this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	/**
	 * Starts the program, and waits until its cluster runs.
	 * @param mode {@code leave}, {@code freeze} or {@code hook}
	 * @param jvmOptions options of the JVM
	 * @return the program
	 */
	static ClusterProgram start(String mode, String... jvmOptions) throws IOException {
		return launch(mode, jvmOptions).awaitReady();
	}

	ClusterProgram awaitReady() throws IOException {
		assertThat(readUntil("READY")).as("its cluster runs: " + this.lines).isTrue();
		return this;
	}

	static ClusterProgram launch(String mode, String... jvmOptions) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		// it is there for a few seconds only
		command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
		command.add("-D" + PreparedFolder.PROPERTY + "=" + TestFolder.get().prepared().path());
		command.addAll(List.of(jvmOptions));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), ClusterProgram.class.getName(), mode));
		return new ClusterProgram(new ProcessBuilder(command).redirectErrorStream(true).start());
	}

	boolean readUntil(String end) throws IOException {
		for (String line = this.output.readLine(); line != null; line = this.output.readLine()) {
			if (line.equals(end)) {
				return true;
			}
			this.lines.add(line);
		}
		return false;
	}

	String value(String name) {
		return this.lines.stream()
			.filter((line) -> line.startsWith(name + "="))
			.map((line) -> line.substring(name.length() + 1))
			.findFirst()
			.orElseThrow();
	}

	Path folder() {
		return Path.of(value("folder"));
	}

	List<ProcessHandle> servers() {
		return this.lines.stream()
			.filter((line) -> line.startsWith("pid="))
			.map((line) -> ProcessHandle.of(Long.parseLong(line.substring(4))))
			.flatMap(Optional::stream)
			.filter(Processes::isAlive)
			.toList();
	}

	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
	}

	/**
	 * Lets the program end by itself.
	 * @return what else it printed
	 */
	String end() throws IOException, InterruptedException {
		this.process.getOutputStream().close();
		int before = this.lines.size();
		readUntil("");
		this.process.waitFor();
		return String.join("\n", this.lines.subList(before, this.lines.size()));
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	@SuppressWarnings("resource")
	public static void main(String[] arguments) throws Exception {
		PgsqlCluster cluster = PgsqlCluster.builder()
			.standbys(arguments[0].equals("hook") ? 0 : 1)
			.closeOnShutdown(!arguments[0].equals("hook"))
			.start();
		if (arguments[0].equals("freeze")) {
			cluster.standbys().get(0).freeze();
		}
		if (arguments[0].equals("hook")) {
			Runtime.getRuntime().addShutdownHook(new Thread(() -> closeAfterQuestion(cluster)));
		}
		System.out.println("folder=" + TestFolder.get().path());
		cluster.servers()
			.forEach((server) -> System.out.println("pid=" + server.folder().postmasterFile().orElseThrow().pid()));
		System.out.println("READY");
		while (System.in.read() >= 0) {
			// until it ends
		}
		System.exit(0);
	}

	/**
	 * Closes the cluster after other hooks had the time to do it.
	 */
	private static void closeAfterQuestion(PgsqlCluster cluster) {
		try {
			System.out.println("asked=" + cluster.master().connections().ask("SELECT pg_sleep(1)"));
		}
		catch (SQLException ex) {
			System.out.println("failed=" + ex);
		}
		cluster.close();
	}

}
