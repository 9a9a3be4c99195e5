package io.github.jujupgsql.relation;

import java.util.List;
import java.util.Properties;

/**
 * What the driver is given where an application has properties of its own for it. No text
 * in it but the properties holds a secret.
 *
 * @param properties the properties, all of them texts, the password included
 * @param choices where both say how to protect the connection: whose wish counts
 * @param conflicts what one of them has said and cannot have
 * @since 0.1.0
 */
public record MergedProperties(Properties properties, List<String> choices, List<String> conflicts) {

	public MergedProperties {
		choices = List.copyOf(choices);
		conflicts = List.copyOf(conflicts);
	}

	/**
	 * The names of the properties, without a value.
	 */
	@Override
	public String toString() {
		return "MergedProperties" + this.properties.keySet();
	}

}
