package io.github.jujupgsql.relation;

import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.Consumer;

import io.github.jujupgsql.driver.ApplicationTlsSocketFactory;

/**
 * Decides whom to trust where a connection string and an application may both say so.
 * That cannot be had from both, as the driver has one factory for it. The one whose
 * {@code sslmode} counts says it, if it says it at all.
 * <p>
 * An application that shows a certificate of an SSL bundle shows it in any case: the
 * factory that does so trusts whomever it is told to.
 */
final class AuthorityMerger {

	/** Trusts the JVM's authorities. */
	private static final String SYSTEM_FACTORY = "org.postgresql.ssl.DefaultJavaSSLFactory";

	private static final String FACTORY = DriverProperty.SSL_FACTORY.toString();

	private static final String ROOT_CERTIFICATE = DriverProperty.SSL_ROOT_CERT.toString();

	private static final List<String> AUTHORITY = List.of(FACTORY, PropertiesMerger.FACTORY_ARGUMENT, ROOT_CERTIFICATE);

	private static final List<String> CLIENT_CERTIFICATE = List.of(DriverProperty.SSL_CERT.toString(),
			DriverProperty.SSL_KEY.toString(), DriverProperty.SSL_PASSWORD.toString());

	private final Properties published;

	private final Properties own;

	private final Properties merged;

	private final Consumer<String> conflicts;

	/**
	 * Create a merger.
	 * @param published what the connection string says
	 * @param own what the application says
	 * @param merged what both come to
	 * @param conflicts is told what one of them has said and cannot have
	 */
	AuthorityMerger(Properties published, Properties own, Properties merged, Consumer<String> conflicts) {
		this.published = published;
		this.own = own;
		this.merged = merged;
		this.conflicts = conflicts;
	}

	/**
	 * Put together who is trusted.
	 * @param ownModeCounts whether the application has the stronger {@code sslmode}
	 */
	void merge(boolean ownModeCounts) {
		boolean bundle = ApplicationTlsSocketFactory.class.getName().equals(this.own.getProperty(FACTORY));
		Properties publishedAuthority = authority(this.published);
		Properties ownAuthority = authority(this.own);
		boolean ownTrust = bundle ? ownAuthority.containsKey(ROOT_CERTIFICATE) : !ownAuthority.isEmpty();
		if (bundle) {
			leaveOutClientCertificate();
		}
		if (publishedAuthority.isEmpty() || ownAuthority.isEmpty() || publishedAuthority.equals(ownAuthority)) {
			return;
		}
		AUTHORITY.forEach(this.merged::remove);
		if (ownTrust && ownModeCounts) {
			this.merged.putAll(ownAuthority);
			this.conflicts.accept("the connection string's sslrootcert is left out: "
					+ "the application, whose sslmode counts, says whom to trust");
			return;
		}
		this.merged.putAll(publishedAuthority);
		if (bundle) {
			showCertificateTo(publishedAuthority);
		}
		if (ownTrust) {
			this.conflicts.accept("the application's " + (bundle ? "SSL bundle's trust store" : names(ownAuthority))
					+ " is left out: the connection string says whom to trust");
		}
	}

	private void showCertificateTo(Properties authority) {
		if (SYSTEM_FACTORY.equals(authority.getProperty(FACTORY))) {
			this.merged.setProperty(ROOT_CERTIFICATE, ApplicationTlsSocketFactory.SYSTEM);
		}
		this.merged.setProperty(FACTORY, this.own.getProperty(FACTORY));
		this.merged.setProperty(PropertiesMerger.FACTORY_ARGUMENT,
				this.own.getProperty(PropertiesMerger.FACTORY_ARGUMENT));
	}

	/**
	 * Only the driver's own factory knows the connection string's client certificate.
	 */
	private void leaveOutClientCertificate() {
		if (CLIENT_CERTIFICATE.stream().anyMatch(this.published::containsKey)) {
			CLIENT_CERTIFICATE.forEach(this.merged::remove);
			this.conflicts
				.accept("the connection string's sslcert is left out: the application has an SSL bundle of its own");
		}
	}

	private static Properties authority(Properties properties) {
		Properties authority = new Properties();
		authority.putAll(properties);
		authority.keySet().retainAll(AUTHORITY);
		return authority;
	}

	private static String names(Properties properties) {
		return String.join(", ", new TreeSet<>(properties.stringPropertyNames()));
	}

}
