package io.github.jujupgsql.relation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

import io.github.jujupgsql.driver.Keytool;

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

	private static final String PASSWORD = "changeit";

	static TestAuthority create(String name) {
		return inFolder((folder) -> {
			KeyStore keys = make(folder,
					authority(name).generate("server", "EC", "-dname", "CN=server", "-signer", "ca"));
			return new TestAuthority(certificate(keys, "ca"), certificate(keys, "server"),
					pem("PRIVATE KEY", keys.getKey("server", PASSWORD.toCharArray()).getEncoded()));
		});
	}

	/**
	 * Create an authority that signs nothing, and return its certificate.
	 */
	static String certificateOf(String name) {
		return inFolder((folder) -> certificate(make(folder, authority(name)), "ca"));
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

	private static Keytool authority(String name) {
		return new Keytool().generate("ca", "EC", "-dname", "CN=" + name, "-ext", "bc:c");
	}

	private static KeyStore make(Path folder, Keytool keytool) throws IOException, GeneralSecurityException {
		Path store = folder.resolve("store.p12");
		keytool.into(store, PASSWORD);
		KeyStore keys = KeyStore.getInstance("PKCS12");
		keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), PASSWORD.toCharArray());
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
