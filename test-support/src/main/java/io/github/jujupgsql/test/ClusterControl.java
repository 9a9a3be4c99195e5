package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts, changes and ends the servers of a cluster, one thing after the other. Safe for
 * use by several threads.
 */
final class ClusterControl {

	private static final Logger logger = LoggerFactory.getLogger(PgsqlCluster.class);

	private final PgsqlCluster cluster;

	private final ClusterHome home;

	private final Replication replication;

	/**
	 * Held by whoever changes the cluster.
	 */
	private final ReentrantLock changes = new ReentrantLock();

	private volatile String version = "(not started)";

	private boolean removed;

	ClusterControl(PgsqlCluster cluster, ClusterOptions options) {
		this.cluster = cluster;
		try {
			this.home = new ClusterHome(cluster, options);
			this.replication = new Replication(this.home);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	ClusterHome home() {
		return this.home;
	}

	ClusterMembers members() {
		return this.replication.members();
	}

	Replication replication() {
		return this.replication;
	}

	String version() {
		return this.version;
	}

	/**
	 * Start the servers, or leave none if one of them cannot be started.
	 */
	void start() {
		long start = System.nanoTime();
		try {
			make(Replication::start);
			this.version = change((servers) -> members().master().connections().ask("SHOW server_version")).split(" ",
					2)[0];
			logger.info("Started {} in {} ms", this.cluster, Duration.ofNanos(System.nanoTime() - start).toMillis());
		}
		catch (RuntimeException ex) {
			closeAfter(ex);
			throw ex;
		}
	}

	private void closeAfter(RuntimeException failure) {
		try {
			close();
		}
		catch (RuntimeException ex) {
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Make a change that results in something.
	 * @param <T> in what it results
	 * @param change the change
	 * @return the result
	 */
	<T> T change(Change<T> change) {
		this.changes.lock();
		try {
			this.home.ensureOpen();
			return change.make(this.replication);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The cluster cannot be changed: " + ex.getMessage(), ex);
		}
		finally {
			this.changes.unlock();
		}
	}

	/**
	 * Make a change.
	 * @param step the change
	 */
	void make(Step step) {
		change((servers) -> {
			step.make(servers);
			return servers;
		});
	}

	/**
	 * End all servers, and delete them; see {@link PgsqlCluster#close()}.
	 */
	void close() {
		// those who wait while they hold the lock give up now
		this.home.close();
		// whoever closes wants it done, and waiting ends when the thread is interrupted
		boolean interrupted = Thread.interrupted();
		this.changes.lock();
		try {
			if (!this.removed) {
				this.removed = true;
				this.replication.discard();
				this.home.delete(this.cluster);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot delete " + this.home.folder(), ex);
		}
		finally {
			this.changes.unlock();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * A change that results in something.
	 *
	 * @param <T> in what it results
	 */
	interface Change<T> {

		T make(Replication replication) throws IOException, SQLException;

	}

	/**
	 * A change.
	 */
	interface Step {

		void make(Replication replication) throws IOException, SQLException;

	}

}
