package io.github.jujupgsql.event;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.jujupgsql.relation.PgsqlRelation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tells the application what becomes of the relation and which server is the primary,
 * once the application is ready to hear it.
 * <p>
 * One thread, {@code pgsql-events}, tells, and the fields that say what has been told
 * belong to it. Other threads only hand it work, which never blocks.
 *
 * @since 0.1.0
 */
public final class RelationEventPublisher implements Closeable {

	private static final Log logger = LogFactory.getLog(RelationEventPublisher.class);

	/** For a listener that is at work when the application closes. */
	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

	private final Consumer<Object> listeners;

	private final ExecutorService events;

	private PgsqlRelation current = PgsqlRelation.NONE;

	private final RelationHistory told = new RelationHistory();

	/** The last change before the application was ready. */
	private @Nullable PrimaryChanged early;

	private boolean ready;

	private volatile boolean stopped;

	/**
	 * Create a publisher.
	 * @param listeners get each event; may block and may throw
	 */
	public RelationEventPublisher(Consumer<Object> listeners) {
		this.listeners = listeners;
		this.events = Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task, "pgsql-events");
			thread.setDaemon(true);
			return thread;
		});
	}

	/**
	 * Take note of a relation that is in force now. Each one handed over after the
	 * application is ready is told; before that only the last one counts.
	 * @param relation the relation, {@link PgsqlRelation#NONE} if there is none any more
	 */
	public void changed(PgsqlRelation relation) {
		execute(() -> {
			this.current = relation;
			tell();
		});
	}

	/**
	 * Take note of a switch of the primary. Each one handed over after the application is
	 * ready is told; before that only the last one counts.
	 * @param change what has changed
	 */
	public void primaryChanged(PrimaryChanged change) {
		execute(() -> {
			if (this.ready) {
				tell(change);
			}
			else {
				this.early = change;
			}
		});
	}

	/**
	 * Begin to tell, with what is there now.
	 */
	public void ready() {
		execute(() -> {
			this.ready = true;
			tell();
			tellEarly();
		});
	}

	private void tellEarly() {
		PrimaryChanged change = this.early;
		this.early = null;
		if (change != null && change.primary() != null) {
			tell(change.asFirst());
		}
	}

	private void execute(Runnable task) {
		try {
			this.events.execute(task);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Closed; an event is dropped");
		}
	}

	private void tell() {
		if (!this.ready) {
			return;
		}
		this.told.next(this.current).forEach(this::tell);
	}

	private void tell(Object event) {
		if (this.stopped) {
			return;
		}
		try {
			this.listeners.accept(event);
		}
		catch (RuntimeException ex) {
			logger.error("Telling " + event.getClass().getSimpleName() + " failed", ex);
		}
	}

	/**
	 * Tell nothing more: the application begins to close, and listeners with it. Returns
	 * at once.
	 */
	public void stop() {
		this.stopped = true;
		this.events.shutdown();
	}

	/**
	 * Stop, and give a listener that is at work a moment to finish.
	 */
	@Override
	public void close() {
		stop();
		try {
			if (!this.events.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
				this.events.shutdownNow();
				if (!this.events.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
					logger.warn("A listener of relation events goes on although the application is closed");
				}
			}
		}
		catch (InterruptedException ex) {
			this.events.shutdownNow();
			Thread.currentThread().interrupt();
		}
	}

}
