package io.github.jujupgsql.datasource;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.UndeclaredThrowableException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

import org.springframework.jdbc.datasource.ConnectionProxy;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * A connection that is a replica's while it is read-only and the primary's otherwise.
 * Spring's lazy connection picks its server once: what asks it for metadata before a
 * transaction begins, or holds it over several transactions as an open JPA session does,
 * would stay with the first choice. So this one gives its lazy connection back when it
 * has become read-only, or is so no longer, and no transaction is open, and takes
 * another. The settings come along; statements, and what else belongs to a session, do
 * not.
 */
final class RoutedConnection implements InvocationHandler {

	private static final Log logger = LogFactory.getLog(RoutedConnection.class);

	/** Applied by us when there is a connection: before that, it is asked what it has. */
	private static final Set<String> LASTING = Set.of("setSchema", "setHoldability");

	private final RoutingDataSource dataSource;

	private final Map<String, Setting> settings = new LinkedHashMap<>();

	private LastingSettings lasting = new LastingSettings();

	private Connection lazy;

	/** What the lazy connection has been told. */
	private boolean lazyReadOnly;

	/** Whether the lazy connection has been borrowed. */
	private boolean used;

	/** What the application wants. */
	private boolean readOnly;

	private boolean closed;

	private RoutedConnection(RoutingDataSource dataSource) throws SQLException {
		this.dataSource = dataSource;
		this.lazy = dataSource.getLazyConnection();
	}

	static Connection of(RoutingDataSource dataSource) throws SQLException {
		return (Connection) Proxy.newProxyInstance(ConnectionProxy.class.getClassLoader(),
				new Class<?>[] { ConnectionProxy.class }, new RoutedConnection(dataSource));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		Object first = (arguments != null) ? arguments[0] : null;
		switch (method.getName()) {
			case "equals" -> {
				return first == proxy;
			}
			case "hashCode" -> {
				return System.identityHashCode(proxy);
			}
			case "unwrap" -> {
				if (first instanceof Class<?> type && type.isInstance(proxy)) {
					return proxy;
				}
				use();
			}
			case "isWrapperFor" -> {
				if (first instanceof Class<?> type && type.isInstance(proxy)) {
					return true;
				}
				use();
			}
			case "setReadOnly" -> {
				setReadOnly(Boolean.TRUE.equals(first));
				return null;
			}
			case "isReadOnly" -> {
				return isReadOnly();
			}
			case "getMetaData" -> {
				if (!this.closed) {
					return RoutedMetaData.of(this, (Connection) proxy);
				}
			}
			case "setSchema", "setHoldability" -> {
				settle();
				this.settings.put(method.getName(), new Setting(method, arguments));
				if (!this.used && !this.closed) {
					return null;
				}
				beforeLastingSetting(method.getName());
			}
			case "setAutoCommit", "setCatalog", "setTransactionIsolation", "setNetworkTimeout" -> {
				settle();
				this.settings.put(method.getName(), new Setting(method, arguments));
			}
			case "getSchema", "getHoldability" -> {
				settle();
				Object value = valueOf(method.getName());
				if (!this.used && !this.closed && value != null) {
					return value;
				}
				use();
			}
			case "getCatalog", "getTransactionIsolation", "getNetworkTimeout" -> {
				settle();
				if (!isKnown(method.getName())) {
					use();
				}
			}
			case "getAutoCommit", "commit", "rollback", "getWarnings", "clearWarnings" -> settle();
			case "close", "abort" -> this.closed = true;
			case "isClosed", "toString" -> {
			}
			case "setClientInfo" -> {
				settle();
				if (first instanceof Properties) {
					use();
				}
			}
			default -> use();
		}
		return ReflectiveCalls.call(this.lazy, method, arguments);
	}

	/**
	 * Return whether the lazy connection answers a question without borrowing.
	 */
	private boolean isKnown(String getter) {
		return valueOf(getter) != null
				|| (getter.equals("getTransactionIsolation") && this.dataSource.knowsTransactionIsolation());
	}

	private @Nullable Object valueOf(String getter) {
		Setting setting = this.settings.get("s" + getter.substring(1));
		return (setting != null) ? setting.value() : null;
	}

	private void setReadOnly(boolean value) throws SQLException {
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

	private boolean isReadOnly() throws SQLException {
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
	private void use() throws Throwable {
		settle();
		if (!this.used && !this.closed) {
			target();
			this.used = true;
			try {
				applyLastingSettings();
			}
			catch (SQLException ex) {
				takeAnother();
				throw ex;
			}
		}
	}

	private void applyLastingSettings() throws Throwable {
		Setting schema = this.settings.get("setSchema");
		if (schema != null) {
			this.lasting.setSchema(target(), (String) schema.value());
		}
		if (valueOf("getHoldability") instanceof Integer holdability) {
			this.lasting.setHoldability(target(), holdability);
		}
	}

	private void beforeLastingSetting(String setter) throws Throwable {
		if (!this.closed) {
			if (setter.equals("setSchema")) {
				this.lasting.beforeSchema(target());
			}
			else {
				this.lasting.beforeHoldability(target());
			}
		}
	}

	/**
	 * Return the connection that the lazy one has borrowed, which it does if need be.
	 */
	private Connection target() throws Throwable {
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
	private void settle() throws Throwable {
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
		for (Setting setting : this.settings.values()) {
			if (!LASTING.contains(setting.method().getName())) {
				ReflectiveCalls.call(this.lazy, setting.method(), setting.arguments());
			}
		}
	}

	/**
	 * Give the lazy connection back without what HikariCP would leave to the next
	 * borrower: the application will undo it on the other one. One that cannot be made
	 * what it was is not kept.
	 */
	private void giveBack() throws Throwable {
		if (this.used) {
			try {
				this.lasting.restore(target());
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
			BorrowedConnection.physical(target()).abort(Runnable::run);
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

	/**
	 * A call that Spring's lazy connection keeps until it is borrowed.
	 */
	private record Setting(Method method, Object @Nullable [] arguments) {

		@Nullable Object value() {
			return (this.arguments != null) ? this.arguments[0] : null;
		}

	}

}
