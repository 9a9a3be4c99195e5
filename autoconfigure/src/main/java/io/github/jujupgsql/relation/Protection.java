package io.github.jujupgsql.relation;

import java.util.List;
import java.util.Locale;

/**
 * A property of the driver that says how much a connection is to be protected, with what
 * it can be, the weakest first.
 */
enum Protection {

	TLS(DriverProperty.SSL_MODE, true, "disable", "allow", "prefer", "require", "verify-ca", "verify-full"),

	TLS_NEGOTIATION(DriverProperty.SSL_NEGOTIATION, false, "postgres", "direct"),

	CHANNEL_BINDING(DriverProperty.CHANNEL_BINDING, true, "disable", "prefer", "require"),

	GSS(DriverProperty.GSS_ENC_MODE, true, "disable", "allow", "prefer", "require");

	private final DriverProperty property;

	private final boolean checked;

	private final List<String> weakestFirst;

	/**
	 * Describe a property.
	 * @param property the property
	 * @param checked whether the driver refuses what it does not know, as opposed to
	 * taking it for the weakest
	 * @param weakestFirst what it can be
	 */
	Protection(DriverProperty property, boolean checked, String... weakestFirst) {
		this.property = property;
		this.checked = checked;
		this.weakestFirst = List.of(weakestFirst);
	}

	DriverProperty property() {
		return this.property;
	}

	/**
	 * Return how strong a value is. One that the driver refuses is the strongest: nothing
	 * is less protected than a connection that comes about in its stead.
	 */
	int strength(String value) {
		if (!this.checked) {
			return this.weakestFirst.indexOf(value);
		}
		int strength = this.weakestFirst.indexOf(value.toLowerCase(Locale.ROOT));
		return (strength < 0) ? this.weakestFirst.size() : strength;
	}

	/**
	 * Return a value, fit for logs.
	 * @return the value with its property, or the property alone if the value is not one
	 * that is known: it may be anything
	 */
	String describe(String value) {
		boolean known = this.weakestFirst.contains(value.toLowerCase(Locale.ROOT));
		return known ? this.property + "=" + value : this.property.toString();
	}

}
