package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.Map;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * Something that has been learnt, and from which a decision may follow.
 *
 * @since 0.1.0
 */
public sealed interface Fact {

	/**
	 * Have the handler take this fact.
	 * @param handler takes it
	 */
	void tell(FactHandler handler);

	/**
	 * The relation says something else than before.
	 *
	 * @param relation what it says
	 * @param since when that became known, as of {@link System#nanoTime()}
	 */
	record RelationRead(PgsqlRelation relation, long since) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * A server has answered a question, or it could not be asked.
	 *
	 * @param server the server
	 * @param question the question
	 * @param answer the answer
	 * @param signs what its pool shows
	 */
	record Answered(ServerId server, long question, ProbeAnswer answer, PoolSigns signs) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * A server that plays a role has left a question unanswered for as long as it may.
	 *
	 * @param server the server
	 * @param question the question
	 * @param excuses how many times it may still be excused for a login
	 * @param timerLate whether this comes much later than it should, because the virtual
	 * machine has been paused: what has been missed meanwhile is not known
	 * @param progressed whether work has come back since
	 * @param signs what its pool shows
	 */
	record ProbeOverdue(ServerId server, long question, int excuses, boolean timerLate, boolean progressed,
			PoolSigns signs) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * It is time to ask a server again.
	 *
	 * @param server the server
	 * @param question the last question that it had been asked when this was planned
	 */
	record ProbeDue(ServerId server, long question) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * A pool with new credentials has been told to get as many connections as the former
	 * one.
	 *
	 * @param server the server
	 * @param former the server with the former credentials
	 * @param ready whether it has as many, or the former one cannot get any either
	 */
	record WarmedUp(ServerId server, ServerId former, boolean ready) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * A borrower or the application has seen something that only makes sense if the
	 * server has another role.
	 *
	 * @param server the server
	 */
	record Suspected(ServerId server) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * The lag of a standby has been measured.
	 *
	 * @param server the standby
	 * @param lag the time since when there is something that it has not replayed
	 */
	record LagMeasured(ServerId server, Duration lag) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * Work has been in flight for the drain timeout on a primary that the relation has
	 * withdrawn.
	 *
	 * @param server the server
	 * @param withdrawal which withdrawal
	 */
	record WithdrawalDue(ServerId server, long withdrawal) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * The pool of a server has been closed.
	 *
	 * @param server the server
	 */
	record PoolClosed(ServerId server) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * The pools of the servers that play a role have been looked at.
	 *
	 * @param signs what they show
	 */
	record PoolsSeen(Map<ServerId, PoolSigns> signs) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * A connection that was opened by a server's name leads to another server than those
	 * of its pool.
	 *
	 * @param server the server
	 * @param answer what the other one has said of itself
	 * @param answering whether the server still answers on what is open
	 */
	record LedElsewhere(ServerId server, ProbeAnswer answer, boolean answering) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * One connection leads to one server after the other, and back.
	 *
	 * @param server the server whose pool it belongs to
	 */
	record Indistinct(ServerId server) implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/** No server is to be asked anything until {@link Resumed}. */
	record Paused() implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/** Servers may be asked again. */
	record Resumed() implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

	/**
	 * An effect or a decision has failed before: everything that may be left to do is to
	 * be looked at once more.
	 */
	record Recovered() implements Fact {

		@Override
		public void tell(FactHandler handler) {
			handler.on(this);
		}

	}

}
