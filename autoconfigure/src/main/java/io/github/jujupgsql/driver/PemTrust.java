package io.github.jujupgsql.driver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;

import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Trust in the certificates of a PEM text.
 */
final class PemTrust {

	private static final String BEGIN = "-----BEGIN ";

	private PemTrust() {
	}

	/**
	 * Tell whether a value of {@code sslrootcert} holds PEM text. No path begins like
	 * that.
	 */
	static boolean isPem(String value) {
		return value.stripLeading().startsWith(BEGIN);
	}

	/**
	 * Trust the certificates of a text, and those that they have signed.
	 * @param pem the text
	 * @return what trusts them
	 * @throws GeneralSecurityException if the certificates cannot be used
	 * @throws IOException never
	 */
	static TrustManager[] in(String pem) throws GeneralSecurityException, IOException {
		KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
		trusted.load(null);
		byte[] bytes = pem.strip().getBytes(StandardCharsets.UTF_8);
		for (Certificate certificate : CertificateFactory.getInstance("X.509")
			.generateCertificates(new ByteArrayInputStream(bytes))) {
			trusted.setCertificateEntry("authority-" + trusted.size(), certificate);
		}
		TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trustManagers.init(trusted);
		return trustManagers.getTrustManagers();
	}

}
