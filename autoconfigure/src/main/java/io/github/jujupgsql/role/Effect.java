package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * Something to be done because of a decision. Effects are carried out in the order in
 * which a decision lists them: the order is part of the decision.
 *
 * @since 0.1.0
 */
public sealed interface Effect {

	/**
	 * Have this carried out.
	 * @param performer carries it out
	 */
	void perform(Performer performer);

	/**
	 * Return whether {@link Fact.Recovered} leads to it again, so that it need not be
	 * remembered when it has failed.
	 * @return whether it is repeated
	 */
	default boolean isRepeated() {
		return false;
	}

	/**
	 * Ask a server for its role, in the background.
	 *
	 * @param server the server
	 * @param question comes back with the answer
	 * @param asMaster whether the relation calls it the master
	 */
	record Probe(ServerId server, long question, boolean asMaster) implements Effect {

		@Override
		public void perform(Performer performer) {
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
	record ExpectAnswer(ServerId server, long question, Duration after, int excuses) implements Effect {

		@Override
		public void perform(Performer performer) {
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
	record ProbeLater(ServerId server, long question, Duration after) implements Effect {

		@Override
		public void perform(Performer performer) {
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
	record LimitWithdrawn(ServerId server, long withdrawal, Duration after) implements Effect {

		@Override
		public void perform(Performer performer) {
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
	record WarmUp(ServerId server, ServerId former) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Cut off every connection to a server: nothing that is still to be sent gets there,
	 * and no answer from there is believed any more.
	 *
	 * @param server the server
	 */
	record Fence(ServerId server) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

		@Override
		public boolean isRepeated() {
			return true;
		}

	}

	/**
	 * Make a server's pool the primary's.
	 *
	 * @param server the server
	 */
	record GivePrimaryRole(ServerId server) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

		@Override
		public boolean isRepeated() {
			return true;
		}

	}

	/**
	 * Make a server's pool a replica's.
	 *
	 * @param server the server
	 * @param fill whether to open connections in advance
	 */
	record GiveReplicaRole(ServerId server, boolean fill) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

		@Override
		public boolean isRepeated() {
			return true;
		}

	}

	/**
	 * Give the connection back on which a server has just said what it is.
	 *
	 * @param server the server
	 */
	record ReturnProbeConnection(ServerId server) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

		@Override
		public boolean isRepeated() {
			return true;
		}

	}

	/**
	 * Let borrowers see who plays which role.
	 *
	 * @param roles the roles
	 */
	record Publish(RoleAssignment roles) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

		@Override
		public boolean isRepeated() {
			return true;
		}

	}

	/**
	 * Tell, on one line, what has become of the roles.
	 *
	 * @param roles the roles
	 * @param since when what led to it happened, as of {@link System#nanoTime()}
	 */
	record TellRoles(RoleAssignment roles, long since) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

		@Override
		public boolean isRepeated() {
			return true;
		}

	}

	/**
	 * Log something.
	 *
	 * @param warning whether a person has to do something about it
	 * @param message what to log
	 */
	record Tell(boolean warning, String message) implements Effect {

		@Override
		public void perform(Performer performer) {
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
	record TellState(ServerId server, ServerState from, ServerState to) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Close a pool that has been fenced, and say why it was.
	 *
	 * @param server the server
	 * @param why why
	 * @param detail more of it; may be empty
	 */
	record CloseFenced(ServerId server, FenceReason why, String detail) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

		@Override
		public boolean isRepeated() {
			return true;
		}

	}

	/**
	 * Let work in flight finish, then close the pool.
	 *
	 * @param server the server
	 */
	record Drain(ServerId server) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

		@Override
		public boolean isRepeated() {
			return true;
		}

	}

	/**
	 * Have every connection of a pool verified before it is lent again.
	 *
	 * @param server the server
	 */
	record InvalidateVerification(ServerId server) implements Effect {

		@Override
		public void perform(Performer performer) {
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
	record MarkUnresponsive(ServerId server, boolean unresponsive) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Have a pool open what is missing.
	 *
	 * @param server the server
	 * @param after after how long
	 */
	record Fill(ServerId server, Duration after) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

	}

	/** Measure the lag of the standbys, in the background. */
	record MeasureLag() implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Keep connections ready again, after a pause.
	 *
	 * @param server the server
	 * @param asPrimary whether it is the primary
	 */
	record Resume(ServerId server, boolean asPrimary) implements Effect {

		@Override
		public void perform(Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Why a server is fenced.
	 */
	enum FenceReason {

		/** Another server is the primary. */
		DEPOSED,

		/** It serves reads and does not answer. */
		SICK,

		/** The relation has withdrawn it and named no other master in time. */
		WITHDRAWN

	}

	/**
	 * Carries out each kind of effect.
	 */
	interface Performer {

		void perform(Probe effect);

		void perform(ExpectAnswer effect);

		void perform(ProbeLater effect);

		void perform(LimitWithdrawn effect);

		void perform(WarmUp effect);

		void perform(Fence effect);

		void perform(GivePrimaryRole effect);

		void perform(GiveReplicaRole effect);

		void perform(ReturnProbeConnection effect);

		void perform(Publish effect);

		void perform(TellRoles effect);

		void perform(Tell effect);

		void perform(TellState effect);

		void perform(CloseFenced effect);

		void perform(Drain effect);

		void perform(InvalidateVerification effect);

		void perform(MarkUnresponsive effect);

		void perform(Fill effect);

		void perform(MeasureLag effect);

		void perform(Resume effect);

	}

}
