package io.github.jujupgsql.autoconfigure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.github.jujupgsql.autoconfigure.OverridingPropertyException.Override;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Finds properties that say what the relation says.
 * <p>
 * Those of {@code spring.datasource} itself are for running without a relation, so they
 * may be there, and are told once. What stands under {@code spring.datasource.hikari}
 * applies to the pools that follow the relation, and would lead them elsewhere, or would
 * seem to: that is refused.
 */
final class OverridingProperties {

	private static final Log logger = LogFactory.getLog(OverridingProperties.class);

	private static final String DATA_SOURCE = "spring.datasource.";

	private static final String POOLS = PoolTemplate.PREFIX + ".";

	private static final List<String> NOT_LOOKED_AT = List.of("url", "username", "password", "driver-class-name",
			"type");

	private static final String WHERE = "where the database is";

	private static final String WHO = "how to log in";

	private static final String HOW = "what makes the connections, which is PostgreSQL's driver";

	private static final Map<String, String> REFUSED_OF_POOLS = Map.of("jdbc-url", WHERE, "data-source-jndi", WHERE,
			"username", WHO, "password", WHO, "credentials-provider-class-name", WHO, "driver-class-name", HOW,
			"data-source-class-name", HOW);

	/** What makes the connections anyway, so that it may be said. */
	private static final Set<String> DRIVERS = Set.of("org.postgresql.Driver", "org.postgresql.ds.PGSimpleDataSource");

	/** By the driver's names for its properties, and by those of its DataSources. */
	private static final Map<String, String> REFUSED_OF_DRIVER = caseInsensitive(
			Map.ofEntries(Map.entry("PGHOST", WHERE), Map.entry("PGPORT", WHERE), Map.entry("PGDBNAME", WHERE),
					Map.entry("service", WHERE), Map.entry("serverName", WHERE), Map.entry("serverNames", WHERE),
					Map.entry("portNumber", WHERE), Map.entry("portNumbers", WHERE), Map.entry("databaseName", WHERE),
					Map.entry("url", WHERE), Map.entry("user", WHO), Map.entry("password", WHO),
					Map.entry("authenticationPluginClassName", WHO)));

	private final Environment environment;

	private final Binder binder;

	private OverridingProperties(Environment environment) {
		this.environment = environment;
		this.binder = Binder.get(environment);
	}

	private static Map<String, String> caseInsensitive(Map<String, String> map) {
		Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		copy.putAll(map);
		return Collections.unmodifiableMap(copy);
	}

	/**
	 * Look for such properties.
	 * @param environment where to look
	 * @throws OverridingPropertyException if there are any that are refused
	 */
	static void check(Environment environment) {
		OverridingProperties properties = new OverridingProperties(environment);
		List<Override> refused = properties.refused();
		if (!refused.isEmpty()) {
			throw new OverridingPropertyException(refused);
		}
		properties.tellOfOthers();
	}

	private List<Override> refused() {
		List<Override> refused = new ArrayList<>();
		new TreeMap<>(REFUSED_OF_POOLS).forEach((name, says) -> {
			String value = value(POOLS + name);
			if (StringUtils.hasLength(value) && !(says.equals(HOW) && DRIVERS.contains(value))) {
				refused.add(new Override(POOLS + name, origin(POOLS + name), says));
			}
		});
		driverProperties().forEach((name, value) -> {
			String says = REFUSED_OF_DRIVER.get(name);
			if (says != null && StringUtils.hasLength(value)) {
				String property = PoolTemplate.driverProperty(name);
				refused.add(new Override(property, origin(property), says));
			}
		});
		return refused;
	}

	private Map<String, String> driverProperties() {
		return new TreeMap<>(
				this.binder.bind(PoolTemplate.DRIVER_PROPERTIES, Bindable.mapOf(String.class, String.class))
					.orElseGet(Collections::emptyMap));
	}

	private void tellOfOthers() {
		List<String> set = NOT_LOOKED_AT.stream()
			.map((name) -> DATA_SOURCE + name)
			.filter((name) -> StringUtils.hasLength(value(name)))
			.toList();
		if (!set.isEmpty()) {
			logger.info(RelationFileProperty.NAME + " is set, so " + String.join(", ", set)
					+ ((set.size() > 1) ? " are" : " is") + " not looked at");
		}
	}

	private @Nullable String value(String name) {
		return this.binder.bind(name, String.class).orElse(null);
	}

	private @Nullable Origin origin(String name) {
		ConfigurationPropertyName property = ConfigurationPropertyName.adapt(name.toLowerCase(Locale.ROOT), '.');
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty found = source.getConfigurationProperty(property);
			if (found != null) {
				return found.getOrigin();
			}
		}
		return null;
	}

}
