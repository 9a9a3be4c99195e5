package io.github.jujupgsql.relation;

/**
 * One of the forms that a relation file can have.
 */
interface RelationForm {

	/**
	 * Tell by its keys whether a document has this form.
	 * @param document the document
	 * @return whether it has
	 */
	boolean accepts(RelationDocument document);

	/**
	 * Read a document of this form.
	 * @param document the document
	 * @return the relation and what there is to say about it
	 * @throws InvalidRelationException if it cannot be used
	 */
	RelationReadResult read(RelationDocument document);

}
