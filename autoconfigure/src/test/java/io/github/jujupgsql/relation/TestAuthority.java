package io.github.jujupgsql.relation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import org.springframework.util.FileSystemUtils;

/**
 * A certificate authority with a server's certificate that it has signed, made by the
 * JDK's {@code keytool}.
 *
 * @param certificate the authority's certificate
 * @param serverCertificate the server's certificate
 * @param serverKey the server's private key
 */
record TestAuthority(String certificate, String serverCertificate, String serverKey) {

	private static final char[] PASSWORD = "changeit".toCharArray();

	static TestAuthority create(String name) {
		return inFolder((folder) -> {
			Path store = createAuthority(folder, name);
			keytool(store, "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=server", "-signer", "ca");
			KeyStore keys = open(store);
			return new TestAuthority(certificate(keys, "ca"), certificate(keys, "server"),
					pem("PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded()));
		});
	}

	/**
	 * Create an authority that signs nothing, and return its certificate.
	 */
	static String certificateOf(String name) {
		return inFolder((folder) -> certificate(open(createAuthority(folder, name)), "ca"));
	}

	private static <T> T inFolder(Work<T> work) {
		try {
			Path folder = Files.createTempDirectory("test-authority");
			try {
				return work.in(folder);
			}
			finally {
				FileSystemUtils.deleteRecursively(folder);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Path createAuthority(Path folder, String name) throws IOException {
		Path store = folder.resolve("store.p12");
		keytool(store, "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "bc:c");
		return store;
	}

	private static void keytool(Path store, String... arguments) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
		// most of its time goes into starting
		command.addAll(List.of("-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1"));
		command.addAll(List.of(arguments));
		command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (process.onExit().join().exitValue() != 0) {
			throw new IllegalStateException("keytool failed: " + output);
		}
	}

	private static KeyStore open(Path store) throws IOException, GeneralSecurityException {
		KeyStore keys = KeyStore.getInstance("PKCS12");
		keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), PASSWORD);
		return keys;
	}

	private static String certificate(KeyStore keys, String alias) throws GeneralSecurityException {
		return pem("CERTIFICATE", keys.getCertificate(alias).getEncoded());
	}

	private static String pem(String type, byte[] encoded) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { 10 }).encodeToString(encoded)
				+ "\n-----END " + type + "-----\n";
	}

	/**
	 * What is done in a folder for a while.
	 */
	private interface Work<T> {

		T in(Path folder) throws IOException, GeneralSecurityException;

	}

}
