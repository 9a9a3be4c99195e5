package io.github.jujupgsql.campaign;

import java.time.Duration;

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
	 * How long a thread of a load pauses between what it does. In a few rounds beside
	 * other tests it pauses for longer, because those need the machine as well.
	 * @param inCampaign for how long if the system property says how many rounds there
	 * are
	 * @return for how long
	 */
	static Duration pause(Duration inCampaign) {
		return (Integer.getInteger(PROPERTY) != null) ? inCampaign : inCampaign.multipliedBy(4);
	}

	/**
	 * A round.
	 */
	interface Round {

		void run(int number) throws Exception;

	}

}
