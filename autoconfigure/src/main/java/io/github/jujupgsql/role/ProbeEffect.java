package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * Something that leads to another fact, soon or after a while.
 *
 * @since 0.1.0
 */
public sealed interface ProbeEffect extends Effect {

	/**
	 * Ask a server for its role, in the background.
	 *
	 * @param server the server
	 * @param question comes back with the answer
	 * @param asMaster whether it is to be the primary
	 * @param anew whether its name has led to a server that is no standby of the primary,
	 * and may lead to another one by now
	 */
	record Probe(ServerId server, long question, boolean asMaster, boolean anew) implements ProbeEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * See after a while whether a question has been answered.
	 *
	 * @param server the server
	 * @param question the question
	 * @param after after how long
	 * @param excuses how many times it may be excused for a login
	 */
	record ExpectAnswer(ServerId server, long question, Duration after, int excuses) implements ProbeEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Have {@link Fact.ProbeDue} after a while.
	 *
	 * @param server the server
	 * @param question the last question that it has been asked
	 * @param after after how long
	 */
	record ProbeLater(ServerId server, long question, Duration after) implements ProbeEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Have {@link Fact.WithdrawalDue} after a while.
	 *
	 * @param server the server
	 * @param withdrawal which withdrawal
	 * @param after after how long
	 */
	record LimitWithdrawn(ServerId server, long withdrawal, Duration after) implements ProbeEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Have a pool open as many connections as another one has, then
	 * {@link Fact.WarmedUp}.
	 *
	 * @param server the server
	 * @param former the server with the former credentials
	 */
	record WarmUp(ServerId server, ServerId former) implements ProbeEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Open a connection by a server's name only to see where it leads, in the background;
	 * {@link Fact.LedElsewhere} if that is another server.
	 *
	 * @param server the server
	 */
	record LookUp(ServerId server) implements ProbeEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/** Measure the lag of the standbys, in the background. */
	record MeasureLag() implements ProbeEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Carries out each of them.
	 */
	interface Performer {

		void perform(Probe effect);

		void perform(ExpectAnswer effect);

		void perform(ProbeLater effect);

		void perform(LimitWithdrawn effect);

		void perform(WarmUp effect);

		void perform(LookUp effect);

		void perform(MeasureLag effect);

	}

}
