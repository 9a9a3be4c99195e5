package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * Something that is said, or that a pool is told.
 *
 * @since 0.1.0
 */
public sealed interface PassingEffect extends Effect {

	/**
	 * Log something.
	 *
	 * @param warning whether a person has to do something about it
	 * @param message what to log
	 */
	record Tell(boolean warning, String message) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Tell that there is no primary any more, and that it is not known yet which server
	 * comes next.
	 *
	 * @param cause why
	 * @param since when what led to it began, as of {@link System#nanoTime()}
	 */
	record TellPrimaryLost(PrimaryCause cause, long since) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Have every connection of a pool verified before it is lent again.
	 *
	 * @param server the server
	 */
	record InvalidateVerification(ServerId server) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Let a pool take connections to another server than before, because its name leads
	 * there now and the one before has gone.
	 *
	 * @param server the server
	 * @param identity who answers there
	 */
	record Bind(ServerId server, ServerIdentity identity) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Let a pool take connections to any server that its name leads to.
	 *
	 * @param server the server
	 */
	record TakeAll(ServerId server) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Size the pool of a replica that is one of several behind a name, which have the
	 * size of one together.
	 *
	 * @param server the server
	 * @param part which of them it is, from 0
	 * @param parts how many there are
	 */
	record Share(ServerId server, int part, int parts) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Log, for who looks closely, that a server has changed its state.
	 *
	 * @param server the server
	 * @param from its state before
	 * @param to its state now
	 */
	record TellState(ServerId server, ServerState from, ServerState to) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Have other replicas preferred to one that does not answer at the moment, or not any
	 * more.
	 *
	 * @param server the server
	 * @param unresponsive whether it does not answer
	 */
	record MarkUnresponsive(ServerId server, boolean unresponsive) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Keep connections ready again, after a pause.
	 *
	 * @param server the server
	 * @param asPrimary whether it is the primary
	 */
	record Resume(ServerId server, boolean asPrimary) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Have a pool open what is missing.
	 *
	 * @param server the server
	 * @param after after how long
	 */
	record Fill(ServerId server, Duration after) implements PassingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Carries out each of them.
	 */
	interface Performer {

		void perform(Tell effect);

		void perform(TellState effect);

		void perform(TellPrimaryLost effect);

		void perform(InvalidateVerification effect);

		void perform(Bind effect);

		void perform(TakeAll effect);

		void perform(Share effect);

		void perform(MarkUnresponsive effect);

		void perform(Fill effect);

		void perform(Resume effect);

	}

}
