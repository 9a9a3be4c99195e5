package io.github.jujupgsql.autoconfigure;

import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Finds out whether the driver can do what the application tells it. It would refuse only
 * when it connects, long after the application has started, and that would look like a
 * fault of the server. What the driver does not know is left alone: factories of the
 * application's own may.
 */
final class DriverPropertyChecks {

	private static final Pattern INTEGER = Pattern.compile("-?\\d{1,10}");

	/** Fractions of seconds will do. */
	private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?");

	private DriverPropertyChecks() {
	}

	/**
	 * Check the properties of which it is known what they can be.
	 * @param properties the application's properties for the driver
	 * @throws InvalidConfigurationPropertyValueException if the driver cannot take one
	 */
	static void run(Properties properties) {
		for (String name : properties.stringPropertyNames()) {
			PGProperty property = PGProperty.forName(name);
			String reason = (property != null) ? fault(property, properties.getProperty(name)) : null;
			if (reason != null) {
				throw new InvalidConfigurationPropertyValueException(PoolTemplate.driverProperty(name),
						properties.getProperty(name), reason);
			}
		}
	}

	private static @Nullable String fault(PGProperty property, String value) {
		String[] choices = property.getChoices();
		if (choices != null && choices.length > 0) {
			return Stream.of(choices).anyMatch(value::equalsIgnoreCase) ? null
					: "The PostgreSQL JDBC driver takes one of " + String.join(", ", choices) + ".";
		}
		String usual = property.getDefaultValue();
		Pattern pattern = (property == PGProperty.LOGIN_TIMEOUT) ? NUMBER : INTEGER;
		boolean number = usual != null && INTEGER.matcher(usual).matches();
		return (number && !pattern.matcher(value).matches()) ? "The PostgreSQL JDBC driver takes a number." : null;
	}

}
