package io.github.jujupgsql.driver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Base64;

import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

import org.jspecify.annotations.Nullable;

/**
 * An authority, what it has signed, and another authority, in files for the driver.
 */
public final class Certificates {

	/** Whose certificate is for the name {@code localhost}, and for no address. */
	public static final String SERVER = "server";

	/** Has an RSA key, which the driver expects in PEM. */
	public static final String CLIENT = "client";

	/** Has an EC key. */
	static final String EC_CLIENT = "ec-client";

	public static final String AUTHORITY = "authority";

	public static final String OTHER_AUTHORITY = "other-authority";

	/** Signed by the other authority. */
	public static final String STRANGER = "stranger";

	/** What came after it (PBES2) has no name on JDK 17 that the driver could use. */
	private static final String ENCRYPTION = "PBEWithSHA1AndDESede";

	private static @Nullable Store made;

	private final Path folder;

	private final KeyStore keys;

	private final String password;

	private Certificates(Path folder, Store store) {
		this.folder = folder;
		this.keys = store.keys();
		this.password = store.password();
	}

	/**
	 * The certificates, which are the same in all of a JVM.
	 * @param folder where to put files with them
	 * @return the certificates
	 */
	public static Certificates create(Path folder) {
		try {
			return new Certificates(folder, store(folder));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static synchronized Store store(Path folder) throws IOException, GeneralSecurityException {
		Store store = made;
		if (store == null) {
			store = make(folder.resolve("store.p12"));
			made = store;
		}
		return store;
	}

	private static Store make(Path file) throws IOException, GeneralSecurityException {
		String password = Base64.getEncoder().encodeToString(SecureRandom.getSeed(12));
		new Keytool().generate(AUTHORITY, "EC", "-dname", "CN=test authority", "-ext", "bc:c")
			.generate(OTHER_AUTHORITY, "EC", "-dname", "CN=test authority", "-ext", "bc:c")
			.generate(SERVER, "EC", "-dname", "CN=server", "-ext", "san=dns:localhost", "-signer", AUTHORITY)
			.generate(CLIENT, "RSA", "-dname", "CN=client", "-signer", AUTHORITY)
			.generate(EC_CLIENT, "EC", "-dname", "CN=client", "-signer", AUTHORITY)
			.generate(STRANGER, "EC", "-dname", "CN=client", "-signer", OTHER_AUTHORITY)
			.into(file, password);
		KeyStore keys = KeyStore.getInstance("PKCS12");
		keys.load(new ByteArrayInputStream(Files.readAllBytes(file)), password.toCharArray());
		return new Store(keys, password);
	}

	/**
	 * What opens the encrypted files.
	 */
	String password() {
		return this.password;
	}

	public String certificatePem(String alias) throws GeneralSecurityException {
		return pem("CERTIFICATE", this.keys.getCertificate(alias).getEncoded());
	}

	public String keyPem(String alias) throws GeneralSecurityException {
		return pem("PRIVATE KEY", key(alias).getEncoded());
	}

	private Key key(String alias) throws GeneralSecurityException {
		return this.keys.getKey(alias, this.password.toCharArray());
	}

	private static String pem(String type, byte[] encoded) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { 10 }).encodeToString(encoded)
				+ "\n-----END " + type + "-----\n";
	}

	Path certificateFile(String alias) throws IOException, GeneralSecurityException {
		return write(alias + ".crt", certificatePem(alias).getBytes(StandardCharsets.US_ASCII));
	}

	Path pemKeyFile(String alias) throws IOException, GeneralSecurityException {
		return write(alias + ".key", keyPem(alias).getBytes(StandardCharsets.US_ASCII));
	}

	Path derKeyFile(String alias) throws IOException, GeneralSecurityException {
		return write(alias + ".pk8", key(alias).getEncoded());
	}

	Path encryptedDerKeyFile(String alias) throws IOException, GeneralSecurityException {
		Cipher cipher = Cipher.getInstance(ENCRYPTION);
		cipher.init(Cipher.ENCRYPT_MODE,
				SecretKeyFactory.getInstance(ENCRYPTION).generateSecret(new PBEKeySpec(this.password.toCharArray())));
		byte[] encrypted = cipher.doFinal(key(alias).getEncoded());
		AlgorithmParameters parameters = cipher.getParameters();
		return write(alias + ".encrypted.pk8", new EncryptedPrivateKeyInfo(parameters, encrypted).getEncoded());
	}

	/**
	 * A PKCS#12 file with the certificate and the key under the name that the driver
	 * looks for.
	 */
	Path pkcs12File(String alias) throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null);
		store.setKeyEntry("user", key(alias), this.password.toCharArray(), this.keys.getCertificateChain(alias));
		Path file = write(alias + ".p12", new byte[0]);
		try (OutputStream output = Files.newOutputStream(file)) {
			store.store(output, this.password.toCharArray());
		}
		return file;
	}

	private Path write(String name, byte[] content) throws IOException {
		Path file = this.folder.resolve(name);
		if (Files.notExists(file)) {
			Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
		}
		return Files.write(file, content, StandardOpenOption.TRUNCATE_EXISTING);
	}

	/**
	 * Keys and certificates.
	 *
	 * @param keys the keys, with their certificates
	 * @param password what opens them
	 */
	private record Store(KeyStore keys, String password) {

	}

}
