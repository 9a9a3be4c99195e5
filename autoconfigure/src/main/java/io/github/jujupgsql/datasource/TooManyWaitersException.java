package io.github.jujupgsql.datasource;

/**
 * There is no primary to borrow a connection from, and as many threads wait for one as
 * {@code juju.pgsql.primary.maximum-waiting} lets. Thrown at once. The message says how
 * many they are and what is missing.
 *
 * @since 0.1.0
 */
public class TooManyWaitersException extends PrimaryUnavailableException {

	private static final long serialVersionUID = 1L;

	TooManyWaitersException(int waiting, int maximum, String reason) {
		super(waiting + " threads wait for one already (juju.pgsql.primary.maximum-waiting is " + maximum + "); "
				+ reason);
	}

}
