package io.github.jujupgsql.pool;

import java.sql.SQLException;

import io.github.jujupgsql.role.ServerInstance;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/**
 * A connection to a server as HikariCP pools it: the driver's, which remembers whether a
 * reader has had it.
 * <p>
 * All fields belong to the thread that has borrowed it from HikariCP, which passes them
 * on from one borrower to the next. No other thread looks at the driver's state.
 */
final class PhysicalConnection extends CommittingConnection {

	private final ServerConnections owner;

	/** Whether a reader may have left something in the session. */
	private boolean usedByReader;

	/** Whether a reader has it, or had it when the server stopped being a replica. */
	private boolean withReader;

	/** Whether it is lent for a read. */
	private boolean reading;

	/** What the driver was told last. */
	private boolean readOnly;

	/** Whether it was told so here, and neither by HikariCP nor by a borrower. */
	private boolean readOnlyForReaders;

	/** The server that it has led to, if that has told. */
	private @Nullable ServerInstance instance;

	/** Whether its session refuses to write until it is returned. */
	private boolean readOnlySession;

	/** Whether the server has told by itself what it denied when it was asked. */
	private boolean misinformed;

	/**
	 * Create a connection.
	 * @param driver the driver's connection
	 * @param owner has opened it
	 */
	PhysicalConnection(BaseConnection driver, ServerConnections owner) {
		super(driver);
		this.owner = owner;
	}

	/**
	 * Take note that a reader gets it. A standby refuses to write; the driver is told for
	 * the sake of applications that ask it, once and not each time.
	 * @throws SQLException if the connection is of no use
	 */
	void lendToReader() throws SQLException {
		if (!this.readOnly) {
			setReadOnly(true);
			this.readOnlyForReaders = true;
		}
		this.usedByReader = true;
		this.withReader = true;
		if (!this.reading) {
			this.reading = true;
			this.owner.getReads().begun();
		}
	}

	/**
	 * Make it what a writer expects of the driver.
	 * @throws SQLException if the connection is of no use
	 */
	void endReading() throws SQLException {
		if (this.readOnlyForReaders) {
			setReadOnly(false);
		}
	}

	/**
	 * Take note that it comes back. While it is aborted two threads may do so, and its
	 * pool is not read from any more.
	 */
	private void returned() {
		if (this.reading) {
			this.reading = false;
			this.owner.getReads().returned();
		}
	}

	void setReadOnlySession(boolean readOnlySession) {
		this.readOnlySession = readOnlySession;
	}

	/**
	 * Return whether it is the application that wants nothing to be written here.
	 */
	boolean isMadeReadOnly() {
		return this.readOnly || this.readOnlySession;
	}

	@Override
	boolean isReadOnlyTransaction() {
		return this.readOnly && this.owner.getLogin().isReadOnlyEnforced();
	}

	@Override
	boolean isForReading() {
		return this.readOnlySession || (this.withReader && this.owner.getRole() == ServerRole.REPLICA);
	}

	/**
	 * Return whether a thread was the last one to make a statement here, and the
	 * connection has not been returned since.
	 */
	boolean isUsedBy(long thread) {
		return this.user == thread;
	}

	/**
	 * Return whether the server has told, together with its last answer, that it is not
	 * in recovery. Looks only if there has been an answer since this was last called,
	 * because a look costs as much as a fifth of borrowing.
	 * @return whether it seems to have been promoted
	 */
	boolean tellsOfPromotion() {
		if (!this.used || this.misinformed) {
			return false;
		}
		this.used = false;
		return RoleCheck.hasTold(this.driver, ServerRole.PRIMARY);
	}

	/**
	 * Take note that the server denies it: a pooler in between tells what another one has
	 * said.
	 */
	void deniesPromotion() {
		this.misinformed = true;
	}

	@Nullable ServerInstance getInstance() {
		return this.instance;
	}

	void setInstance(@Nullable ServerInstance instance) {
		this.instance = instance;
	}

	/**
	 * Take note that its session is as good as a fresh one.
	 */
	void forgetReaders() {
		this.usedByReader = false;
	}

	boolean isUsedByReader() {
		return this.usedByReader;
	}

	/**
	 * Return whether a reader had it when the server stopped being a replica.
	 * @return whether it must not be lent to writers
	 */
	boolean wasWithReader() {
		return this.withReader;
	}

	@Override
	public void setReadOnly(boolean readOnly) throws SQLException {
		super.setReadOnly(readOnly);
		this.readOnly = readOnly;
		this.readOnlyForReaders = false;
	}

	/**
	 * The last thing that HikariCP does with a connection that is returned. The driver
	 * takes two locks for it, and there is nothing to clear if nothing has been said.
	 */
	@Override
	public void clearWarnings() throws SQLException {
		if (this.user != 0 || this.driver.isClosed()) {
			clearDriversWarnings();
		}
		returned();
		this.user = 0;
		this.readOnlySession = false;
		if (this.withReader) {
			this.withReader = this.owner.getRole() != ServerRole.REPLICA;
		}
	}

	private void clearDriversWarnings() throws SQLException {
		try {
			super.clearWarnings();
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
			this.owner.getOpen().markUnverified(this);
		}
	}

	/**
	 * The driver refuses once it is closed, but its state is asked for then, too.
	 */
	@Override
	public <T> T unwrap(Class<T> type) throws SQLException {
		use();
		return type.isInstance(this.driver) ? type.cast(this.driver) : super.unwrap(type);
	}

	@Override
	void broke(SQLException fault) {
		this.owner.broke(fault);
	}

	@Override
	public void close() throws SQLException {
		this.owner.getBarrier().await();
		try {
			super.close();
		}
		finally {
			returned();
			this.owner.getOpen().remove(this);
		}
	}

}
