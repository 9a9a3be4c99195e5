package io.github.jujupgsql.campaign;

/**
 * How many rounds a campaign has.
 */
final class Rounds {

	private static final String PROPERTY = "juju.pgsql.test.rounds";

	private Rounds() {
	}

	/**
	 * Runs a round after the other.
	 * @param unlessTold how many, unless the system property says it
	 * @param round one round
	 */
	static void run(int unlessTold, Round round) throws Exception {
		int rounds = Integer.getInteger(PROPERTY, unlessTold);
		for (int number = 0; number < rounds; number++) {
			try {
				round.run(number);
			}
			catch (Exception | AssertionError ex) {
				throw new AssertionError("Round " + number + " of " + rounds + ": " + ex.getMessage(), ex);
			}
		}
	}

	/**
	 * A round.
	 */
	interface Round {

		void run(int number) throws Exception;

	}

}
