package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.jujupgsql.pool.ServerPool.Fault;
import io.github.jujupgsql.role.ProbeAnswer;
import org.jspecify.annotations.Nullable;

/**
 * Asks servers whether they are well, each one once, however many threads want to know at
 * the same time. Can be used by any thread.
 */
final class HealthQuestions {

	private final Executor background;

	private final Map<ServerPool, CompletableFuture<Optional<Fault>>> asked = new ConcurrentHashMap<>();

	HealthQuestions(Executor background) {
		this.background = background;
	}

	/**
	 * Find out whether a server is what it is taken for. Waits for its answer for the
	 * validation timeout at the most.
	 * @param pool the server's pool
	 * @return what is wrong, or {@code null} if all is well
	 */
	@Nullable Fault findFault(ServerPool pool) {
		Duration timeout = pool.validationTimeout();
		CompletableFuture<Optional<Fault>> own = new CompletableFuture<>();
		CompletableFuture<Optional<Fault>> before = this.asked.putIfAbsent(pool, own);
		try {
			if (before == null) {
				this.background.execute(() -> ask(pool, own));
			}
			return ((before != null) ? before : own).get(timeout.toMillis(), TimeUnit.MILLISECONDS).orElse(null);
		}
		catch (TimeoutException ex) {
			return new Fault(ProbeAnswer.unanswered(timeout).reason(), false);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return new Fault("interrupted while asking", false);
		}
		catch (ExecutionException | RuntimeException | Error ex) {
			this.asked.remove(pool, own);
			return new Fault(ConnectFailure.oneLine(ex.toString()), false);
		}
	}

	private void ask(ServerPool pool, CompletableFuture<Optional<Fault>> answer) {
		// forgotten before it is told: who asks after that gets an answer of its own
		try {
			Optional<Fault> fault = Optional.ofNullable(pool.findFault());
			this.asked.remove(pool, answer);
			answer.complete(fault);
		}
		catch (RuntimeException | Error ex) {
			this.asked.remove(pool, answer);
			answer.completeExceptionally(ex);
		}
	}

}
