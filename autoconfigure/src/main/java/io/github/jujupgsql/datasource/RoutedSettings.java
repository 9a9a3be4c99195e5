package io.github.jujupgsql.datasource;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What the application has set on a {@link RoutedConnection}, for each connection behind
 * it to be told.
 */
final class RoutedSettings {

	/** To be set when there is a server: before that, its own value has to be kept. */
	private static final Set<String> LASTING = Set.of("setSchema", "setHoldability");

	private final Map<String, Setting> settings = new LinkedHashMap<>();

	void put(Method setter, Object @Nullable [] arguments) {
		this.settings.put(setter.getName(), new Setting(setter, arguments));
	}

	/**
	 * Return what the application has set.
	 * @param getter the name of the method that asks for it
	 * @return the value, or {@code null} if the application has set none
	 */
	@Nullable Object valueOf(String getter) {
		Setting setting = this.settings.get("s" + getter.substring(1));
		return (setting != null) ? setting.value() : null;
	}

	/**
	 * Make a lazy connection keep all settings that it can keep until it is borrowed.
	 * @param lazy the lazy connection
	 * @throws Throwable if it cannot
	 */
	void applyTo(Connection lazy) throws Throwable {
		for (Setting setting : this.settings.values()) {
			if (!LASTING.contains(setting.method().getName())) {
				ReflectiveCalls.call(lazy, setting.method(), setting.arguments());
			}
		}
	}

	/**
	 * Set what HikariCP leaves to the next borrower, and keep the values from before.
	 * @param connection a connection just borrowed
	 * @param lasting keeps the values from before
	 * @throws SQLException if the connection fails
	 */
	void applyLastingTo(Connection connection, LastingSettings lasting) throws SQLException {
		Setting schema = this.settings.get("setSchema");
		if (schema != null) {
			lasting.setSchema(connection, (String) schema.value());
		}
		if (valueOf("getHoldability") instanceof Integer holdability) {
			lasting.setHoldability(connection, holdability);
		}
	}

	/**
	 * A call of a setter.
	 */
	private record Setting(Method method, Object @Nullable [] arguments) {

		@Nullable Object value() {
			return (this.arguments != null) ? this.arguments[0] : null;
		}

	}

}
