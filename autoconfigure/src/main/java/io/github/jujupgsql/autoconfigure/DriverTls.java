package io.github.jujupgsql.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.jujupgsql.autoconfigure.PgsqlProperties.SslMode;
import io.github.jujupgsql.driver.ApplicationTls;
import io.github.jujupgsql.driver.ApplicationTls.Material;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/**
 * How the application has connections protected: {@code juju.pgsql.ssl-mode} and
 * {@code juju.pgsql.ssl-bundle}, for the driver. What the relation says about it is put
 * together with this for each server, and the stronger wish counts.
 */
final class DriverTls implements AutoCloseable {

	private static final String MODE_PROPERTY = "juju.pgsql.ssl-mode";

	private static final String BUNDLE_PROPERTY = "juju.pgsql.ssl-bundle";

	private static final String MODE = PGProperty.SSL_MODE.getName();

	/** What else an application may have told the driver about it. */
	private static final List<String> OWN_MODE = List.of(MODE, PGProperty.SSL.getName());

	private static final List<String> OWN_CERTIFICATES = List.of(PGProperty.SSL_FACTORY.getName(),
			PGProperty.SSL_FACTORY_ARG.getName(), PGProperty.SSL_ROOT_CERT.getName(), PGProperty.SSL_CERT.getName(),
			PGProperty.SSL_KEY.getName());

	private final @Nullable SslMode mode;

	private final @Nullable ApplicationTls bundle;

	private DriverTls(@Nullable SslMode mode, @Nullable ApplicationTls bundle) {
		this.mode = mode;
		this.bundle = bundle;
	}

	/**
	 * Find what the application wants.
	 * @param mode the least protection, or {@code null} if it does not say
	 * @param name the name of an SSL bundle, or {@code null} if there is none
	 * @param bundles the bundles, or {@code null} if there are none
	 * @return what it wants, to be closed
	 * @throws InvalidConfigurationPropertyValueException if there is no such bundle
	 */
	static DriverTls of(@Nullable SslMode mode, @Nullable String name, @Nullable SslBundles bundles) {
		return new DriverTls(mode, StringUtils.hasText(name) ? open(name, bundles) : null);
	}

	private static ApplicationTls open(String name, @Nullable SslBundles bundles) {
		if (bundles == null) {
			throw new InvalidConfigurationPropertyValueException(BUNDLE_PROPERTY, name,
					"There are no SSL bundles in this application (spring.ssl.bundle).");
		}
		try {
			ApplicationTls opened = ApplicationTls.open(material(bundles.getBundle(name)));
			bundles.addBundleUpdateHandler(name, (bundle) -> opened.replace(material(bundle)));
			return opened;
		}
		catch (NoSuchSslBundleException ex) {
			throw new InvalidConfigurationPropertyValueException(BUNDLE_PROPERTY, name,
					"There is no SSL bundle of that name under 'spring.ssl.bundle'. Those that there are: "
							+ bundles.getBundleNames() + ".");
		}
	}

	private static Material material(SslBundle bundle) {
		boolean identity = bundle.getStores().getKeyStore() != null;
		boolean trust = bundle.getStores().getTrustStore() != null;
		// one that was not made of stores has managers only
		boolean managersOnly = !identity && !trust;
		return new Material(bundle.getProtocol(),
				(identity || managersOnly) ? bundle.getManagers().getKeyManagers() : null,
				(trust || managersOnly) ? bundle.getManagers().getTrustManagers() : null,
				bundle.getOptions().getEnabledProtocols(), bundle.getOptions().getCiphers());
	}

	/**
	 * Tell the driver.
	 * @param properties the application's properties for the driver, to be added to
	 * @throws MutuallyExclusiveConfigurationPropertiesException if they say it already
	 */
	void applyTo(Properties properties) {
		if (this.mode != null) {
			refuse(MODE_PROPERTY, OWN_MODE, properties);
			properties.setProperty(MODE, this.mode.name().toLowerCase(Locale.ROOT).replace('_', '-'));
		}
		if (this.bundle != null) {
			refuse(BUNDLE_PROPERTY, OWN_CERTIFICATES, properties);
			if (OWN_MODE.stream().noneMatch(properties::containsKey)) {
				// whoever shows a certificate, or trusts an authority, wants TLS
				properties.setProperty(MODE, this.bundle.hasAuthorities() ? "verify-ca" : "require");
			}
			properties.putAll(this.bundle.toProperties());
		}
	}

	private static void refuse(String property, List<String> others, Properties properties) {
		Function<String, String> prefixed = PoolTemplate::driverProperty;
		List<String> set = others.stream().filter(properties::containsKey).map(prefixed).toList();
		if (!set.isEmpty()) {
			throw new MutuallyExclusiveConfigurationPropertiesException(with(property, set),
					with(property, others.stream().map(prefixed).toList()));
		}
	}

	private static List<String> with(String property, List<String> others) {
		return Stream.concat(Stream.of(property), others.stream()).toList();
	}

	@Override
	public void close() {
		if (this.bundle != null) {
			this.bundle.close();
		}
	}

}
