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
		try {
			Path folder = Files.createTempDirectory("test-authority");
			try {
				return create(folder, name);
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

	private static TestAuthority create(Path folder, String name) throws IOException, GeneralSecurityException {
		Path store = folder.resolve("store.p12");
		keytool(store, "", "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "bc:c");
		keytool(store, "", "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=server");
		String request = keytool(store, "", "-certreq", "-alias", "server");
		String signed = keytool(store, request, "-gencert", "-alias", "ca", "-rfc");
		KeyStore keys = KeyStore.getInstance("PKCS12");
		keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), PASSWORD);
		return new TestAuthority(pem("CERTIFICATE", keys.getCertificate("ca").getEncoded()), signed,
				pem("PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded()));
	}

	private static String keytool(Path store, String input, String... arguments) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
		command.addAll(List.of(arguments));
		command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
		process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
		process.getOutputStream().close();
		return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
	}

	private static String pem(String type, byte[] encoded) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { 10 }).encodeToString(encoded)
				+ "\n-----END " + type + "-----\n";
	}

}
