package io.github.jujupgsql.test;

/**
 * How content gets into the file.
 *
 * @since 0.1.0
 */
public enum RelationFileStyle {

	/** Written beside, and renamed over the file: readers see the old or the new. */
	RENAME,

	/** Written into the file, which is truncated first. */
	IN_PLACE,

	/** Written over what is in the file, and truncated afterwards. */
	OVERWRITE

}
