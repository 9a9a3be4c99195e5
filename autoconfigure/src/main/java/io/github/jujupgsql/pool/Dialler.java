package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to one server by its name, which may lead to several, of which some
 * may have gone. Can be used by any thread.
 * <p>
 * A thread that has opened a connection first adds it to those that are open and then
 * looks whether the server has left; one that retires it sets that first and then walks
 * through them. So each connection is seen by one of the two.
 */
final class Dialler {

	private final String server;

	private final ServerConnections connections;

	private final VerifiedConnections open;

	private final ConnectionOpener opener;

	private final InstanceGate gate;

	private final LastAttempt lastAttempt;

	private final PoolTimes times;

	private final Ticker ticker;

	private final AtomicInteger underWay = new AtomicInteger();

	/**
	 * Create a dialler.
	 * @param server where the server is, to be read by people
	 * @param connections the server's connections, among which those opened here are then
	 */
	Dialler(String server, ServerConnections connections) {
		this.server = server;
		this.connections = connections;
		this.open = connections.getOpen();
		this.opener = connections.getOpener();
		this.gate = connections.getGate();
		this.lastAttempt = connections.getLastAttempt();
		this.times = connections.getTimes();
		this.ticker = connections.getTicker();
	}

	/**
	 * Open a connection that is not pooled yet, to the server that the others lead to.
	 * @return the connection
	 * @throws LeadsElsewhereException if the name leads to others all the time, or
	 * nowhere
	 * @throws SQLException if it cannot be opened, or its server has been left meanwhile
	 */
	PhysicalConnection open() throws SQLException {
		SQLException nowhere = null;
		for (int i = 0; i < this.times.dials(); i++) {
			try {
				PhysicalConnection connection = dial(this.gate.loginLimit());
				if (isAdmitted(connection)) {
					return connection;
				}
			}
			catch (SQLException ex) {
				boolean another = this.gate.isOneOfSeveral() && !this.opener.isRetired()
						&& ConnectFailure.of(ex).kind() == Kind.UNREACHABLE;
				if (!another) {
					throw ex;
				}
				nowhere = ex;
			}
		}
		throw new LeadsElsewhereException(this.server, nowhere);
	}

	private boolean isAdmitted(PhysicalConnection connection) throws SQLException {
		boolean admitted = false;
		try {
			admitted = this.gate.admits(connection);
			return admitted;
		}
		finally {
			if (!admitted) {
				connection.close();
			}
		}
	}

	/**
	 * See where the server's name leads.
	 * @throws SQLException if it leads nowhere
	 */
	void lookUp() throws SQLException {
		try (PhysicalConnection connection = dial(this.times.shortLogin())) {
			this.gate.lookAt(connection);
		}
	}

	private PhysicalConnection dial(@Nullable Duration limit) throws SQLException {
		this.underWay.incrementAndGet();
		long began = this.ticker.nanoTime();
		boolean succeeded = false;
		try {
			PhysicalConnection connection = connectAndAdd(limit);
			succeeded = true;
			return connection;
		}
		finally {
			this.underWay.decrementAndGet();
			this.gate.loggedIn(Duration.ofNanos(this.ticker.nanoTime() - began), succeeded);
		}
	}

	private PhysicalConnection connectAndAdd(@Nullable Duration limit) throws SQLException {
		// in this order: being given a role comes before the epoch that it starts
		long epoch = this.open.currentEpoch();
		ServerRole wanted = this.connections.getRole();
		PhysicalConnection connection = new PhysicalConnection(this.opener.connect(limit), this.connections);
		this.lastAttempt.succeeded();
		this.connections.getByThread().add(connection);
		try {
			this.lastAttempt.began(connection.driver);
			boolean told = wanted != null && RoleCheck.hasTold(connection.driver, wanted);
			this.open.add(connection, told ? epoch : VerifiedConnections.UNVERIFIED);
		}
		catch (Throwable ex) {
			this.connections.abort(connection);
			throw ex;
		}
		if (this.opener.isRetired()) {
			this.connections.abort(connection);
			throw this.opener.retired(null);
		}
		return connection;
	}

	/**
	 * Return how many connections are being opened.
	 * @return the number, in which one still counts that has just come to be open
	 */
	int underWay() {
		return this.underWay.get();
	}

}
