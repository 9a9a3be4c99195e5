package io.github.jujupgsql.actuate;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.Observation.Event;
import io.micrometer.observation.ObservationRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has each switch of the primary observed, as {@code juju.pgsql.switch}. An observation
 * cannot be begun afterwards, so this one begins when the primary is found to be missing,
 * and ends when there is one again, be it the same.
 * <p>
 * What observations do is the application's, and may block: a thread of its own,
 * {@code pgsql-observations}, does it, and all fields that change belong to it. It ends
 * when there is nothing to do.
 *
 * @since 0.1.0
 */
public class SwitchObservations implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(SwitchObservations.class);

	private static final String NAME = "juju.pgsql.switch";

	private static final String NONE = "none";

	private static final Duration IDLE = Duration.ofSeconds(5);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

	private final Supplier<@Nullable ObservationRegistry> registry;

	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(0, 1, IDLE.toMillis(), TimeUnit.MILLISECONDS,
			new LinkedBlockingQueue<>(), SwitchObservations::thread);

	private @Nullable Observation current;

	private @Nullable String old;

	private @Nullable String cause;

	/**
	 * Create the observations.
	 * @param registry gives the registry, or {@code null} while there is none; asked each
	 * time
	 */
	public SwitchObservations(Supplier<@Nullable ObservationRegistry> registry) {
		this.registry = registry;
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "pgsql-observations");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Take note that a primary that there was is missing.
	 */
	public void missing() {
		execute(this::begin);
	}

	/**
	 * Take note that there is a primary again, after what has changed has been told.
	 */
	public void found() {
		execute(() -> end(null, "returned"));
	}

	/**
	 * Take note of a change of the primary.
	 * @param previous the primary before, or {@code null} if there was none
	 * @param primary the primary now, or {@code null} if there is none
	 * @param cause why: one of a few words
	 * @param waiting how many threads waited
	 * @param cutOff how many connections to the former primary were cut off
	 */
	public void changed(@Nullable String previous, @Nullable String primary, String cause, int waiting, int cutOff) {
		execute(() -> {
			if (this.current == null && previous == null) {
				// the first one is no switch
				return;
			}
			begin();
			this.old = (this.old != null) ? this.old : previous;
			because(cause);
			count("waiting", waiting, "threads waited for a server");
			count("fencing", cutOff, "connections to the former primary were cut off");
			if (primary != null) {
				end(primary, primary.equals(this.old) ? "returned" : "switched");
			}
			else if (this.current != null) {
				this.current.event(Event.of("lost", "the primary was given up"));
			}
		});
	}

	private void begin() {
		ObservationRegistry registry = (this.current == null) ? this.registry.get() : null;
		if (registry != null) {
			// the keys are the same from the beginning to the end, as meters need them
			this.current = Observation.createNotStarted(NAME, registry)
				.contextualName("switch of the primary")
				.lowCardinalityKeyValue("cause", NONE)
				.lowCardinalityKeyValue("outcome", NONE)
				.start();
		}
	}

	private void because(String cause) {
		this.cause = (this.cause != null) ? this.cause : cause.toLowerCase(Locale.ROOT);
		if (this.current != null) {
			this.current.lowCardinalityKeyValue("cause", this.cause);
		}
	}

	private void count(String name, int number, String what) {
		if (this.current != null && number > 0) {
			this.current.event(Event.of(name, number + " " + what));
			this.current.highCardinalityKeyValue(name, String.valueOf(number));
		}
	}

	private void end(@Nullable String primary, String outcome) {
		Observation ending = this.current;
		if (ending != null) {
			String from = Objects.requireNonNullElse(this.old, NONE);
			String to = (primary != null) ? primary : NONE;
			this.current = null;
			ending.lowCardinalityKeyValue("outcome", outcome)
				.highCardinalityKeyValue("old", from)
				.highCardinalityKeyValue("new", to)
				.stop();
		}
		this.old = null;
		this.cause = null;
	}

	private void execute(Runnable task) {
		try {
			this.executor.execute(() -> run(task));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Closed; a switch is not observed");
		}
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			logger.error("Observing a switch of the primary failed", ex);
		}
	}

	/**
	 * End what is being observed, as there will be no primary any more.
	 */
	@Override
	public void close() {
		execute(() -> end(null, "closed"));
		this.executor.shutdown();
		try {
			if (!this.executor.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				this.executor.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			this.executor.shutdownNow();
			Thread.currentThread().interrupt();
		}
	}

}
