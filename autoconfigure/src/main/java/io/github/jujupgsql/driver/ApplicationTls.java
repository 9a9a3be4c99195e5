package io.github.jujupgsql.driver;

import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * What an application brings to TLS: the certificate that it shows, and whom it trusts.
 * <p>
 * The driver makes its factory of sockets by name and gives it nothing but texts, so this
 * stands in {@link #OPEN} under a number until it is closed.
 *
 * @since 0.1.0
 */
public final class ApplicationTls implements AutoCloseable {

	private static final Map<String, ApplicationTls> OPEN = new ConcurrentHashMap<>();

	private static final AtomicLong numbers = new AtomicLong();

	private final String number = Long.toString(numbers.incrementAndGet());

	/**
	 * Replaced as a whole, by any thread; for connections that are opened from then on.
	 */
	private volatile Material material;

	private ApplicationTls(Material material) {
		this.material = material;
	}

	/**
	 * Let the driver find what an application brings.
	 * @param material what that is
	 * @return what it is kept in, to be closed
	 */
	public static ApplicationTls open(Material material) {
		ApplicationTls opened = new ApplicationTls(material);
		OPEN.put(opened.number, opened);
		return opened;
	}

	/**
	 * Bring something else for connections that are opened from now on.
	 * @param replacement what that is
	 */
	public void replace(Material replacement) {
		this.material = replacement;
	}

	/**
	 * Return whether the application says whom to trust.
	 * @return whether it brings authorities
	 */
	public boolean hasAuthorities() {
		return this.material.authorities() != null;
	}

	/**
	 * Return what to tell the driver.
	 * @return properties by the driver's names, without a secret
	 */
	public Properties toProperties() {
		Properties properties = new Properties();
		properties.setProperty(PGProperty.SSL_FACTORY.getName(), ApplicationTlsSocketFactory.class.getName());
		properties.setProperty(PGProperty.SSL_FACTORY_ARG.getName(), this.number);
		if (hasAuthorities()) {
			properties.setProperty(PGProperty.SSL_ROOT_CERT.getName(), ApplicationTlsSocketFactory.OWN_AUTHORITIES);
		}
		return properties;
	}

	static Material find(String number) {
		return Objects.requireNonNull(OPEN.get(number), "The application has been closed").material;
	}

	@Override
	public void close() {
		OPEN.remove(this.number);
	}

	/**
	 * What an application brings.
	 *
	 * @param protocol the name of the {@link javax.net.ssl.SSLContext}'s protocol
	 * @param keys what the application shows, or {@code null} for nothing
	 * @param authorities whom the application trusts, or {@code null} if it does not say
	 * @param enabledProtocols the protocols to speak, or {@code null} for the JVM's
	 * @param ciphers the ciphers to use, or {@code null} for the JVM's
	 * @since 0.1.0
	 */
	public record Material(String protocol, KeyManager @Nullable [] keys, TrustManager @Nullable [] authorities,
			String @Nullable [] enabledProtocols, String @Nullable [] ciphers) {

	}

}
