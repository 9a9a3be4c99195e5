package io.github.jujupgsql.relation;

import java.util.List;
import java.util.stream.Stream;

/**
 * The names of the properties that the driver may be given. It ignores one that it does
 * not know, and with it the protection that was asked for.
 *
 * @since 0.1.0
 */
public final class DriverPropertyNames {

	private DriverPropertyNames() {
	}

	/**
	 * Return the names.
	 * @return all of them, unmodifiable
	 */
	public static List<String> all() {
		return Stream.of(DriverProperty.values()).map(DriverProperty::toString).toList();
	}

}
