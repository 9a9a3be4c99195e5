package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

import io.github.jujupgsql.test.PgBouncerProcess.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real pgbouncer in front of a {@link PgsqlCluster}, set up as its charm does: it pools
 * sessions, asks the cluster for passwords ({@code auth_query}), and leads to the master
 * under the name of the application's database, and to a standby under that name and
 * {@code _readonly}. The program must be {@linkplain #isInstalled() installed}.
 * <p>
 * Where it leads to changes only when it is told so, as the charm does some time after a
 * failover. New sessions lead there then. Those that are open stay where they are, until
 * their client or their server ends them.
 * <p>
 * What differs from the charm: once a server could not be connected to, pgbouncer tries
 * again after a moment, and not only after 15 seconds ({@code server_login_retry}),
 * whichever server that is by then.
 * <p>
 * Its files are in the cluster's folder. It is to be closed before the cluster; what a
 * JVM leaves is removed as the cluster's servers are. Not safe for use by several
 * threads.
 *
 * @since 0.1.0
 */
public final class PgBouncer implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(PgBouncer.class);

	private static final String HOST = "localhost";

	private final PgsqlCluster cluster;

	private final PgBouncerProcess process;

	private PgBouncer(PgsqlCluster cluster, Path program, PgBouncerPooling pooling) throws IOException {
		this.cluster = cluster;
		this.process = new PgBouncerProcess(cluster, program, pooling);
	}

	/**
	 * Return whether the program is there, on the path or where Debian has it.
	 * @return whether {@link #start} finds it
	 */
	public static boolean isInstalled() {
		return PgBouncerProcess.find().isPresent();
	}

	/**
	 * Start pgbouncer on a free port, leading to what the cluster is now, and wait until
	 * it answers.
	 * @param cluster the cluster
	 * @return pgbouncer, to be closed
	 * @throws IllegalStateException if it is not installed or does not start; the message
	 * says why
	 */
	public static PgBouncer start(PgsqlCluster cluster) {
		return start(cluster, PgBouncerPooling.SESSIONS);
	}

	/**
	 * Start pgbouncer likewise, to pool something else than its charm has it pool.
	 * @param cluster the cluster
	 * @param pooling what it pools
	 * @return pgbouncer, to be closed
	 * @throws IllegalStateException if it is not installed or does not start; the message
	 * says why
	 */
	public static PgBouncer start(PgsqlCluster cluster, PgBouncerPooling pooling) {
		Path program = PgBouncerProcess.find()
			.orElseThrow(() -> new IllegalStateException(PgBouncerProcess.PROGRAM + " is not installed"));
		try {
			PgBouncer started = new PgBouncer(cluster, program, pooling);
			started.start();
			logger.info("Started {}", started);
			return started;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void start() throws IOException {
		try {
			this.process.start(Route.to(this.cluster.master(), standby()));
		}
		catch (IOException | RuntimeException ex) {
			close();
			throw ex;
		}
	}

	private PgsqlServer standby() {
		// the charm does the same where there is none
		return this.cluster.standbys().stream().findFirst().orElse(this.cluster.master());
	}

	/**
	 * Lead to what the cluster is now: to the first standby for reading, or to the master
	 * where there is none. As the charm when it learns of a failover.
	 */
	public void follow() {
		follow(this.cluster.master(), standby());
	}

	/**
	 * Lead to other servers, whatever they are. Returns when new sessions do.
	 * @param master where the application's database is
	 * @param standby where it is for reading
	 */
	public void follow(PgsqlServer master, PgsqlServer standby) {
		follow(Route.to(master, standby));
	}

	/**
	 * Lead to several servers behind a name each. Returns when new sessions do.
	 * @param master where the application's database is
	 * @param standbys where it is for reading
	 */
	public void follow(PgsqlService master, PgsqlService standbys) {
		follow(Route.to(master, standbys));
	}

	private void follow(Route route) {
		try {
			this.process.follow(route);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		logger.info("{} leads to {}, and to {} for reading", this, route.master(), route.standby());
	}

	/**
	 * Return host and port, as the charm writes them.
	 * @return for example {@code localhost:40001}
	 */
	public String address() {
		return HOST + ":" + this.process.port();
	}

	/**
	 * Return the name under which the application's database is there for reading.
	 * @return for example {@code notes_readonly}
	 */
	public String readOnlyDatabase() {
		return this.process.readOnlyDatabase();
	}

	/**
	 * Return the libpq connection string that leads to the master, with the password of
	 * now.
	 * @return for example {@code postgresql://juju_notes:…@localhost:40001/notes}
	 */
	public String uri() {
		return uri(this.cluster.database());
	}

	/**
	 * Return the libpq connection string that leads to the standby, with the password of
	 * now.
	 * @return for example
	 * {@code postgresql://juju_notes:…@localhost:40001/notes_readonly}
	 */
	public String readOnlyUri() {
		return uri(readOnlyDatabase());
	}

	private String uri(String database) {
		return ConnectionStrings.uri(this.cluster.user(), this.cluster.password(), address(), database);
	}

	/**
	 * Return its own log.
	 * @return the file, which is deleted by {@link #close()}
	 */
	public Path log() {
		return this.process.log();
	}

	/**
	 * End it, and all sessions with it, and delete its files.
	 */
	@Override
	public void close() {
		try {
			this.process.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot end " + this, ex);
		}
	}

	@Override
	public String toString() {
		return PgBouncerProcess.PROGRAM + " at " + address();
	}

}
