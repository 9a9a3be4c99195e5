package io.github.jujupgsql.datasource;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionProxy;

/**
 * A connection that is a replica's while it is read-only and the primary's otherwise.
 * Spring's lazy connection picks its server once: code that asks it for metadata before a
 * transaction begins, or holds it over several transactions as an open JPA session does,
 * would stay with the first choice. So this one gives its lazy connection back when it
 * has become read-only, or is so no longer, and no transaction is open, and takes
 * another. The settings come along; statements, and what else belongs to a session, do
 * not.
 */
final class RoutedConnection implements InvocationHandler {

	private final RoutingDataSource dataSource;

	private final RoutedSettings settings = new RoutedSettings();

	private final RoutedTarget target;

	private RoutedConnection(RoutingDataSource dataSource) throws SQLException {
		this.dataSource = dataSource;
		this.target = new RoutedTarget(dataSource, this.settings);
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
				this.target.use();
			}
			case "isWrapperFor" -> {
				if (first instanceof Class<?> type && type.isInstance(proxy)) {
					return true;
				}
				this.target.use();
			}
			case "setReadOnly" -> {
				this.target.setReadOnly(Boolean.TRUE.equals(first));
				return null;
			}
			case "isReadOnly" -> {
				return this.target.isReadOnly();
			}
			case "getMetaData" -> {
				if (!this.target.isClosed()) {
					return RoutedMetaData.of(this.target, (Connection) proxy);
				}
			}
			case "setSchema", "setHoldability" -> {
				this.target.settle();
				this.settings.put(method, arguments);
				if (this.target.isPending()) {
					return null;
				}
				if (!this.target.isClosed()) {
					this.target.keepBefore(method.getName());
				}
			}
			case "setAutoCommit", "setCatalog", "setTransactionIsolation", "setNetworkTimeout" -> {
				this.target.settle();
				this.settings.put(method, arguments);
			}
			case "getSchema", "getHoldability" -> {
				this.target.settle();
				Object value = this.settings.valueOf(method.getName());
				if (this.target.isPending() && value != null) {
					return value;
				}
				this.target.use();
			}
			case "getCatalog", "getTransactionIsolation", "getNetworkTimeout" -> {
				this.target.settle();
				if (!isKnown(method.getName())) {
					this.target.use();
				}
			}
			case "getAutoCommit", "commit", "rollback", "getWarnings", "clearWarnings" -> this.target.settle();
			case "close", "abort" -> this.target.close();
			case "isClosed", "toString" -> {
			}
			case "setClientInfo" -> {
				this.target.settle();
				if (first instanceof Properties) {
					this.target.use();
				}
			}
			default -> this.target.use();
		}
		return ReflectiveCalls.call(this.target.lazy(), method, arguments);
	}

	/**
	 * Return whether the lazy connection answers a question without borrowing.
	 */
	private boolean isKnown(String getter) {
		return this.settings.valueOf(getter) != null
				|| (getter.equals("getTransactionIsolation") && this.dataSource.knowsTransactionIsolation());
	}

}
