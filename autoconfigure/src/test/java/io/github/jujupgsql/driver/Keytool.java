package io.github.jujupgsql.driver;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes keys and certificates by the JDK's {@code keytool}, all of a store in one JVM:
 * most of its time goes into starting.
 */
public final class Keytool {

	private static final String PACKAGE = "sun.security.tools.keytool";

	/** Begins each command. */
	private static final String GENERATE = "-genkeypair";

	private final List<String> commands = new ArrayList<>();

	/**
	 * Have a key pair made, with a certificate.
	 * @param alias its name in the store
	 * @param algorithm the algorithm of the keys
	 * @param options what else {@code keytool -genkeypair} is told
	 * @return this
	 */
	public Keytool generate(String alias, String algorithm, String... options) {
		this.commands.addAll(List.of(GENERATE, "-alias", alias, "-keyalg", algorithm));
		this.commands.addAll(List.of(options));
		return this;
	}

	/**
	 * Make them, one after the other.
	 * @param store the file to put them in
	 * @param password what opens it
	 */
	public void into(Path store, String password) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
		command.addAll(List.of("--add-exports", "java.base/" + PACKAGE + "=ALL-UNNAMED"));
		String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		command.addAll(List.of("-cp", own, Keytool.class.getName(), store.toString()));
		command.addAll(this.commands);
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().put("STORE_PASSWORD", password);
		Process process = builder.start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (process.onExit().join().exitValue() != 0) {
			throw new IllegalStateException("keytool failed: " + output);
		}
	}

	public static void main(String[] arguments) throws Exception {
		Method keytool = Class.forName(PACKAGE + ".Main").getMethod("main", String[].class);
		List<String> commands = Arrays.asList(arguments).subList(1, arguments.length);
		for (int from = 0; from < commands.size();) {
			int length = commands.subList(from + 1, commands.size()).indexOf(GENERATE) + 1;
			int to = (length > 0) ? from + length : commands.size();
			List<String> command = new ArrayList<>(commands.subList(from, to));
			command.addAll(List.of("-keystore", arguments[0], "-storepass:env", "STORE_PASSWORD"));
			// ends the JVM if it fails
			keytool.invoke(null, (Object) command.toArray(String[]::new));
			from = to;
		}
	}

}
