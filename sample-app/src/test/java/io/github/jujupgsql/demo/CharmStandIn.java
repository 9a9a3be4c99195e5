package io.github.jujupgsql.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the relation file when the cluster has changed: at once, some seconds late, or
 * not before it is told to. Safe for use by several threads.
 */
final class CharmStandIn implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(CharmStandIn.class);

	private final PgsqlCluster cluster;

	private final RelationFile file;

	private final ScheduledExecutorService hooks = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "demo-charm");
		thread.setDaemon(true);
		return thread;
	});

	private final AtomicInteger pending = new AtomicInteger();

	private volatile Duration lag = Duration.ZERO;

	private volatile boolean silent;

	private volatile boolean broken;

	private volatile long spokeAgainAt;

	CharmStandIn(PgsqlCluster cluster) {
		this.cluster = cluster;
		this.file = RelationFile.of(cluster);
		this.file.write();
	}

	Path path() {
		return this.file.path();
	}

	Duration lag() {
		return this.lag;
	}

	void lag(Duration late) {
		this.lag = late;
	}

	/**
	 * Say nothing any more until {@link #write()}.
	 */
	void silence() {
		this.silent = true;
	}

	/**
	 * Return what the file does not say.
	 * @return a sentence, empty if it says all
	 */
	String stale() {
		if (this.broken) {
			return "The file is cut off in its middle.";
		}
		if (this.silent) {
			return "The charm says nothing until it is told to.";
		}
		return (this.pending.get() > 0) ? "The charm is yet to write what has changed." : "";
	}

	/**
	 * The cluster is another one.
	 */
	void changed() {
		if (this.silent) {
			return;
		}
		if (this.lag.isZero()) {
			write();
			return;
		}
		this.pending.incrementAndGet();
		this.hooks.schedule(this::writeLate, this.lag.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void writeLate() {
		try {
			if (!this.silent) {
				writeFile();
			}
		}
		catch (RuntimeException ex) {
			log.warn("The relation file could not be written: {}", ex.getMessage());
		}
		finally {
			this.pending.decrementAndGet();
		}
	}

	/**
	 * A standby is about to leave: a charm that is in time says so before it does.
	 */
	void leaving(PgsqlServer standby) {
		if (!this.silent && this.lag.isZero()) {
			List<PgsqlServer> others = this.cluster.standbys()
				.stream()
				.filter((other) -> !other.equals(standby))
				.toList();
			this.file.write(this.cluster.master(), others);
		}
	}

	/**
	 * Write what the cluster is now.
	 */
	void write() {
		if (this.silent) {
			this.silent = false;
			this.spokeAgainAt = System.currentTimeMillis();
		}
		writeFile();
	}

	/**
	 * Return when it last wrote after it had been silent.
	 * @return milliseconds of the epoch
	 */
	long spokeAgainAt() {
		return this.spokeAgainAt;
	}

	private synchronized void writeFile() {
		this.file.write();
		this.broken = false;
	}

	/**
	 * Cut the file off in its middle.
	 */
	synchronized void breakFile() {
		String content = this.file.content();
		this.file.write(content.substring(0, content.length() / 2));
		this.broken = true;
	}

	@Override
	public void close() {
		this.hooks.shutdownNow();
	}

}
