package io.github.jujupgsql.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.core.env.PropertyResolver;
import org.springframework.util.StringUtils;

/**
 * The property that switches everything on.
 */
final class RelationFileProperty {

	static final String NAME = "juju.pgsql.relation-file";

	private RelationFileProperty() {
	}

	/**
	 * Return whether it says where the relation file is.
	 * @param properties where to look
	 * @return whether it is set and not empty
	 */
	static boolean isSet(PropertyResolver properties) {
		String file = value(properties);
		return file != null && StringUtils.hasText(file);
	}

	/**
	 * Return whether it is set and says nothing, which is a way to switch everything off.
	 * @param properties where to look
	 * @return whether it is set and empty
	 */
	static boolean isEmpty(PropertyResolver properties) {
		String file = value(properties);
		return file != null && !StringUtils.hasText(file);
	}

	private static @Nullable String value(PropertyResolver properties) {
		// a test may well register a Path
		Object file = properties.getProperty(NAME, Object.class);
		return (file != null) ? file.toString() : null;
	}

}
