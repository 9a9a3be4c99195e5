package io.github.jujupgsql.relation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.jspecify.annotations.Nullable;

/**
 * What the PostgreSQL JDBC driver (pgjdbc 42.7) is given for a connection string: server,
 * database, user and password included, to be used with {@link #URL}.
 * <p>
 * An allow-list: only what libpq knows and the driver can do becomes a property. Driver
 * properties of their own, of which some load classes or write files, cannot be reached.
 * <p>
 * Immutable, and equal if the properties are.
 *
 * @since 0.1.0
 */
public final class DriverProperties {

	/**
	 * The JDBC URL that goes with the properties. It says nothing itself, as what stands
	 * in a URL wins over properties and shows up in logs.
	 */
	public static final String URL = "jdbc:postgresql://";

	private final Map<DriverProperty, String> properties;

	private final List<String> droppedKeywords;

	DriverProperties(Map<DriverProperty, String> properties, List<String> droppedKeywords) {
		this.properties = new EnumMap<>(properties);
		this.droppedKeywords = List.copyOf(droppedKeywords);
	}

	/**
	 * Translate a connection string.
	 * @param string the connection string
	 * @param fallbackApplicationName the name to show to the server if the string holds
	 * none
	 * @return what to give to the driver
	 * @throws InvalidConnectionStringException if libpq would refuse a value, or the
	 * driver could only connect elsewhere, as somebody else, or with less protection than
	 * asked for. The message names the keyword, never the value.
	 */
	public static DriverProperties of(ConnectionString string, String fallbackApplicationName) {
		return new DriverPropertiesMapper(string).map(fallbackApplicationName);
	}

	/**
	 * The properties, the password included.
	 * @return a copy that the caller may change
	 */
	public Properties toProperties() {
		Properties copy = new Properties();
		this.properties.forEach((property, value) -> copy.setProperty(property.toString(), value));
		return copy;
	}

	/**
	 * The keywords that were set but mean nothing to the driver, and that somebody may
	 * miss.
	 * @return keywords of libpq, in libpq's order, unmodifiable
	 */
	public List<String> droppedKeywords() {
		return this.droppedKeywords;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof DriverProperties that && this.properties.equals(that.properties)
				&& this.droppedKeywords.equals(that.droppedKeywords));
	}

	@Override
	public int hashCode() {
		return 31 * this.properties.hashCode() + this.droppedKeywords.hashCode();
	}

	/**
	 * The names of the properties, without a value.
	 */
	@Override
	public String toString() {
		return "DriverProperties" + this.properties.keySet();
	}

}
