package io.github.jujupgsql.relation;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;

/**
 * Certificates as PEM text (RFC 7468), where {@code sslrootcert} would name a file: what
 * {@code tls-ca} publishes.
 */
final class PemCertificates {

	private static final String BEGIN = "-----BEGIN ";

	private PemCertificates() {
	}

	/**
	 * Tell whether a value holds PEM text. No path begins like that.
	 * @param value the value of {@code sslrootcert}
	 * @return whether it is no path
	 */
	static boolean isPem(String value) {
		return value.stripLeading().startsWith(BEGIN);
	}

	/**
	 * Tell whether certificates can be read from a text.
	 * @param text any text
	 * @return whether it is PEM text with one certificate at least
	 */
	static boolean areIn(String text) {
		try {
			return isPem(text) && !read(text).isEmpty();
		}
		catch (CertificateException ex) {
			return false;
		}
	}

	static Collection<? extends Certificate> read(String text) throws CertificateException {
		byte[] bytes = text.strip().getBytes(StandardCharsets.UTF_8);
		return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
	}

}
