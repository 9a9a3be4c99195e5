package io.github.jujupgsql.relation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

	/** What the connection string says. */
	private final Map<DriverProperty, String> said;

	/** What counts if neither the connection string nor an application says anything. */
	private final Map<DriverProperty, String> defaults;

	private final @Nullable String names;

	private final List<String> droppedKeywords;

	/**
	 * Create the properties.
	 * @param said what the connection string says
	 * @param defaults what counts if neither it nor an application says anything
	 * @param names the hosts as they must be where their names are verified, or
	 * {@code null} if they are so already
	 * @param droppedKeywords what means nothing to the driver
	 */
	DriverProperties(Map<DriverProperty, String> said, Map<DriverProperty, String> defaults, @Nullable String names,
			List<String> droppedKeywords) {
		this.said = new EnumMap<>(said);
		this.defaults = new EnumMap<>(defaults);
		this.names = names;
		this.droppedKeywords = List.copyOf(droppedKeywords);
	}

	/**
	 * Translate a connection string.
	 * @param string the connection string
	 * @param fallbackApplicationName the name to show to the server if the string holds
	 * none
	 * @return what to give to the driver
	 * @throws InvalidConnectionStringException if libpq would refuse a value, or the
	 * driver could only connect elsewhere, as another user, or with less protection than
	 * asked for. The message names the keyword, never the value.
	 */
	public static DriverProperties of(ConnectionString string, String fallbackApplicationName) {
		return new DriverPropertiesMapper(string).map(fallbackApplicationName);
	}

	/**
	 * Return the properties, the password included.
	 * @return a copy that the caller may change
	 */
	public Properties toProperties() {
		Properties copy = texts(this.defaults);
		copy.putAll(texts(this.said));
		return copy;
	}

	/**
	 * Return the properties together with those of an application, which count where the
	 * connection string says nothing. Where both say how to protect the connection, the
	 * stronger wish counts.
	 * @param application the application's properties, by the driver's names
	 * @return what to give to the driver
	 */
	public MergedProperties over(Properties application) {
		return new PropertiesMerger(this.said, application, this.defaults).merge(this.names);
	}

	static Properties texts(Map<DriverProperty, String> properties) {
		Properties texts = new Properties();
		properties.forEach((property, value) -> texts.setProperty(property.toString(), value));
		return texts;
	}

	/**
	 * Return the keywords that were set but mean nothing to the driver, and whose effect
	 * may be missed.
	 * @return keywords of libpq, in libpq's order, unmodifiable
	 */
	public List<String> droppedKeywords() {
		return this.droppedKeywords;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof DriverProperties that && this.said.equals(that.said)
				&& this.defaults.equals(that.defaults) && Objects.equals(this.names, that.names)
				&& this.droppedKeywords.equals(that.droppedKeywords));
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.said, this.defaults, this.names, this.droppedKeywords);
	}

	/**
	 * Return the names of the properties, without a value.
	 */
	@Override
	public String toString() {
		return "DriverProperties" + toProperties().keySet();
	}

}
