package io.github.jujupgsql.test;

/**
 * The forms of a relation file.
 *
 * @since 0.1.0
 */
public enum RelationFileForm {

	/** {@code master} and {@code standbys}, a list: what a charm is advised to write. */
	CONNECTIONS,

	/**
	 * {@code db_conn_str}, {@code db_uri} and {@code db_ro_uris}: the names of the charm
	 * library's own example.
	 */
	STORED_STATE,

	/** The bag of one unit, as {@code relation-get} prints it. */
	BAG,

	/** The whole relation: one entry of {@code relation-info}. */
	RELATION,

	/** All relations of a unit, as {@code juju show-unit} prints them. */
	SHOW_UNIT,

	/** The bag of the interface {@code postgresql_client}. */
	POSTGRESQL_CLIENT

}
