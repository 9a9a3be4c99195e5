package io.github.jujupgsql.test;

/**
 * The formats of a relation file.
 *
 * @since 0.1.0
 */
public enum RelationFileFormat {

	/** JSON. */
	JSON,

	/** YAML. */
	YAML

}
