package io.github.jujupgsql.autoconfigure;

/**
 * Says that no pool can be made of what {@code spring.datasource.hikari} says.
 */
class PoolTemplateException extends RuntimeException {

	private final String action;

	PoolTemplateException(String message, String action, Throwable cause) {
		super(message, cause);
		this.action = action;
	}

	/**
	 * Return what to do about it.
	 * @return one sentence
	 */
	String getAction() {
		return this.action;
	}

}
