package io.github.jujupgsql.pool;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

import io.github.jujupgsql.role.Fact;
import io.github.jujupgsql.role.ProbeAnswer;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import io.github.jujupgsql.role.ProbeEffect;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Asks servers for their role on background threads, and hands back what they answer.
 */
final class ServerProber {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private static final RoleProbe NONE = new RoleProbe(new RoleCheck(ProbeAnswer.of(Kind.NOT_ASKED)));

	private final ExecutorService background;

	private final RoleEventLoop loop;

	private final Answers answers;

	private final Ticker ticker;

	/**
	 * The answer that is being acted on, with its connection. Confined to the thread that
	 * assigns roles.
	 */
	private RoleProbe current = NONE;

	/**
	 * Create a prober.
	 * @param background where servers are asked
	 * @param loop the thread that assigns roles
	 * @param answers gets what is learnt, on that thread
	 * @param ticker tells the time
	 */
	ServerProber(ExecutorService background, RoleEventLoop loop, Answers answers, Ticker ticker) {
		this.background = background;
		this.loop = loop;
		this.answers = answers;
		this.ticker = ticker;
	}

	/**
	 * Ask a server.
	 * @param probe says what
	 * @param pool its pool
	 */
	void probe(ProbeEffect.Probe probe, ServerPool pool) {
		try {
			this.background.execute(() -> ask(probe, pool));
		}
		catch (RejectedExecutionException ex) {
			throw ex;
		}
		catch (RuntimeException | Error ex) {
			this.answers.next(answered(probe, pool, RoleCheck.failed(ex)));
		}
	}

	/**
	 * Ask a server. Its connection is kept until the answer has been acted on: only then
	 * is it known whether the server is to be the primary.
	 */
	private void ask(ProbeEffect.Probe probe, ServerPool pool) {
		RoleProbe answer = answerOf(probe, pool);
		boolean heard = this.loop.tryExecute(() -> {
			try (answer) {
				this.current = answer;
				this.answers.take(answered(probe, pool, answer.check()));
			}
			finally {
				this.current = NONE;
			}
		});
		if (!heard) {
			answer.close();
		}
	}

	private static RoleProbe answerOf(ProbeEffect.Probe probe, ServerPool pool) {
		try {
			return probe.asMaster() ? pool.probe() : pool.probeStandby(probe.anew());
		}
		catch (RuntimeException | Error ex) {
			logger.debug("Asking " + pool + " failed", ex);
			return new RoleProbe(RoleCheck.failed(ex));
		}
	}

	private static Fact answered(ProbeEffect.Probe probe, ServerPool pool, RoleCheck check) {
		return new Fact.Answered(probe.server(), probe.question(), check.answer(), pool.signs());
	}

	/**
	 * Have a pool that has become smaller close what is too much.
	 * @param pool the pool
	 */
	void shrink(ServerPool pool) {
		this.background.execute(pool.capacity::shrink);
	}

	/**
	 * See where the name of a server leads.
	 * @param pool its pool
	 */
	void lookUp(ServerPool pool) {
		this.background.execute(pool::lookUp);
	}

	/**
	 * Return the answer that is being acted on.
	 * @return the answer; one without a connection if there is none
	 */
	RoleProbe current() {
		return this.current;
	}

	/**
	 * See after a while whether a question has been answered.
	 * @param expected says which, and when
	 * @param pool the pool of the server
	 */
	void expect(ProbeEffect.ExpectAnswer expected, ServerPool pool) {
		long progress = pool.progress();
		long after = expected.after().toNanos();
		long due = this.ticker.nanoTime() + after;
		this.loop.schedule(() -> {
			boolean late = this.ticker.nanoTime() - due > after / 4;
			this.answers.take(new Fact.ProbeOverdue(expected.server(), expected.question(), expected.excuses(), late,
					pool.progress() != progress, pool.signs()));
		}, expected.after());
	}

	/**
	 * Gets what is learnt, on the thread that assigns roles.
	 */
	interface Answers {

		void take(Fact fact);

		/**
		 * Take a fact after the one that is being taken.
		 * @param fact the fact
		 */
		void next(Fact fact);

	}

}
