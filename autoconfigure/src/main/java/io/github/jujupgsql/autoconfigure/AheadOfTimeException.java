package io.github.jujupgsql.autoconfigure;

/**
 * Says that an application was processed ahead of time for the other case than the one
 * that it is in: whether there is a relation is decided then.
 */
class AheadOfTimeException extends RuntimeException {

	private final String action;

	private AheadOfTimeException(String message, String action) {
		super(message);
		this.action = action;
	}

	/**
	 * There is a relation now.
	 */
	static AheadOfTimeException notSetThen() {
		return new AheadOfTimeException(
				"'" + RelationFileProperty.NAME + "' is set, but the application was processed ahead of time without"
						+ " it, and would use spring.datasource.url",
				"Set '" + RelationFileProperty.NAME + "' while the application is processed ahead of time, to any"
						+ " path: in Maven as an argument of spring-boot:process-aot"
						+ " (<arguments>--juju.pgsql.relation-file=/any/path</arguments>). Which file it is, is read"
						+ " when the application starts. Or start without spring.aot.enabled.");
	}

	/**
	 * There is no relation now.
	 */
	static AheadOfTimeException notSetNow() {
		return new AheadOfTimeException(
				"'" + RelationFileProperty.NAME + "' is not set, but was when the application was processed ahead of"
						+ " time, so it can only follow a relation",
				"Set '" + RelationFileProperty.NAME + "', or start without spring.aot.enabled.");
	}

	/**
	 * Return what to do about it.
	 */
	String getAction() {
		return this.action;
	}

}
