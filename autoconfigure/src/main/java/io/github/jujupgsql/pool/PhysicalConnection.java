package io.github.jujupgsql.pool;

import java.sql.SQLException;

import org.postgresql.core.BaseConnection;

/**
 * A connection to a server as HikariCP pools it: the driver's, which remembers whether a
 * reader has had it.
 * <p>
 * All fields belong to the thread that has borrowed it from HikariCP, which passes them
 * on from one borrower to the next. No other thread looks at the driver's state.
 */
final class PhysicalConnection extends DelegatingConnection {

	private final ServerConnections owner;

	/** Whether a reader may have left something in the session. */
	private boolean usedByReader;

	/** Whether a reader has it, or had it when the server stopped being a replica. */
	private boolean withReader;

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
	 * Take note that a reader gets it.
	 */
	void lendToReader() {
		this.usedByReader = true;
		this.withReader = true;
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
		return ServerCheck.hasTold(this.driver, ServerRole.PRIMARY);
	}

	/**
	 * Take note that the server denies it: a pooler in between tells what another one has
	 * said.
	 */
	void deniesPromotion() {
		this.misinformed = true;
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

	/**
	 * The last thing that HikariCP does with a connection that is returned.
	 */
	@Override
	public void clearWarnings() throws SQLException {
		super.clearWarnings();
		if (this.withReader) {
			this.withReader = this.owner.getRole() != ServerRole.REPLICA;
		}
	}

	@Override
	public void close() throws SQLException {
		try {
			super.close();
		}
		finally {
			this.owner.getOpen().remove(this);
		}
	}

}
