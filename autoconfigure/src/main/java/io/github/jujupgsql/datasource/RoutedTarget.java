package io.github.jujupgsql.datasource;

import java.lang.reflect.UndeclaredThrowableException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

import org.springframework.jdbc.datasource.ConnectionProxy;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * The lazy connection of Spring's that stands behind a {@link RoutedConnection}. It picks
 * its server once, when it is borrowed. So it is exchanged for a fresh one when the
 * application makes its connection read-only, or read-write, after that: not before there
 * is no transaction open.
 */
final class RoutedTarget {

	private static final Log logger = LogFactory.getLog(RoutedTarget.class);

	private final RoutingDataSource dataSource;

	private final RoutedSettings settings;

	private LastingSettings lasting = new LastingSettings();

	private Connection lazy;

	/** What the lazy connection has been told. */
	private boolean lazyReadOnly;

	/** Whether the lazy connection has been borrowed. */
	private boolean used;

	/** What the application wants. */
	private boolean readOnly;

	private boolean closed;

	RoutedTarget(RoutingDataSource dataSource, RoutedSettings settings) throws SQLException {
		this.dataSource = dataSource;
		this.settings = settings;
		this.lazy = dataSource.getLazyConnection();
	}

	Connection lazy() {
		return this.lazy;
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Take note that the application closes its connection.
	 */
	void close() {
		this.closed = true;
	}

	/**
	 * Return whether no connection has been borrowed, but may be.
	 */
	boolean isPending() {
		return !this.used && !this.closed;
	}

	void setReadOnly(boolean value) throws SQLException {
		if (value != this.lazyReadOnly && isInTransaction()) {
			// the driver's to refuse
			((ConnectionProxy) this.lazy).getTargetConnection().setReadOnly(value);
			return;
		}
		this.readOnly = value;
		if (!this.used) {
			this.lazy.setReadOnly(value);
			this.lazyReadOnly = value;
		}
	}

	boolean isReadOnly() throws SQLException {
		return (this.readOnly == this.lazyReadOnly) ? this.lazy.isReadOnly() : this.readOnly;
	}

	/**
	 * Return the metadata of whichever server it is now.
	 * @return the metadata, for one question
	 * @throws Throwable if there is no connection to be had
	 */
	DatabaseMetaData getMetaData() throws Throwable {
		use();
		return this.lazy.getMetaData();
	}

	/**
	 * Borrow, unless that is done. A connection that could not be borrowed is not in use:
	 * whatever ends the transaction then would wait for it once more.
	 */
	void use() throws Throwable {
		settle();
		if (isPending()) {
			Connection connection = borrowed();
			this.used = true;
			try {
				this.settings.applyLastingTo(connection, this.lasting);
			}
			catch (SQLException ex) {
				takeAnother();
				throw ex;
			}
		}
	}

	/**
	 * Keep the value that a setter is about to replace on the server.
	 * @param setter {@code setSchema} or {@code setHoldability}
	 */
	void keepBefore(String setter) throws Throwable {
		if (setter.equals("setSchema")) {
			this.lasting.beforeSchema(borrowed());
		}
		else {
			this.lasting.beforeHoldability(borrowed());
		}
	}

	/**
	 * Return the connection that the lazy one has borrowed, which it does if need be.
	 */
	private Connection borrowed() throws Throwable {
		try {
			return ((ConnectionProxy) this.lazy).getTargetConnection();
		}
		catch (UndeclaredThrowableException ex) {
			// the method does not say that it may fail
			throw ex.getUndeclaredThrowable();
		}
	}

	/**
	 * Change over to the other server if that is due. A statement from before may have
	 * begun a transaction meanwhile.
	 */
	void settle() throws Throwable {
		if (this.readOnly == this.lazyReadOnly || this.closed || isInTransaction()) {
			return;
		}
		takeAnother();
	}

	private void takeAnother() throws Throwable {
		giveBack();
		this.lasting = new LastingSettings();
		this.lazy = this.dataSource.getLazyConnection();
		this.used = false;
		this.lazy.setReadOnly(this.readOnly);
		this.lazyReadOnly = this.readOnly;
		this.settings.applyTo(this.lazy);
	}

	/**
	 * Give the lazy connection back without what HikariCP would leave to the next
	 * borrower, because the application will undo it on the other one. A connection whose
	 * settings cannot be undone is closed.
	 */
	private void giveBack() throws Throwable {
		if (this.used) {
			try {
				this.lasting.restore(borrowed());
			}
			catch (SQLException ex) {
				logger.debug("A connection would have been given back with settings, and is closed", ex);
				abort();
			}
		}
		JdbcUtils.closeConnection(this.lazy);
	}

	private void abort() throws Throwable {
		try {
			BorrowedConnection.physical(borrowed()).abort(Runnable::run);
		}
		catch (SQLException ex) {
			logger.debug("It is closed already", ex);
		}
	}

	private boolean isInTransaction() throws SQLException {
		if (!this.used || this.lazy.isClosed()) {
			return false;
		}
		BaseConnection driver = BorrowedConnection.physical(((ConnectionProxy) this.lazy).getTargetConnection())
			.unwrap(BaseConnection.class);
		return !driver.isClosed() && driver.getTransactionState() != TransactionState.IDLE;
	}

}
