package io.github.jujupgsql.pool;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A connection that leads nowhere. HikariCP wakes a thread that waits for a connection
 * only by giving it one; this is what it can give when the server has left. It bears
 * being set up, returned and closed, and refuses to be used.
 */
final class DeadEnd implements InvocationHandler {

	private static final Set<String> HARMLESS = Set.of("isClosed", "close", "abort", "clearWarnings", "rollback",
			"setAutoCommit", "isReadOnly", "setReadOnly", "getNetworkTimeout", "setNetworkTimeout",
			"getTransactionIsolation", "setTransactionIsolation", "getCatalog", "setCatalog", "getSchema", "setSchema",
			"execute", "setQueryTimeout");

	private final String server;

	private DeadEnd(String server) {
		this.server = server;
	}

	static Connection create(String server) {
		return (Connection) proxy(Connection.class, new DeadEnd(server));
	}

	private static Object proxy(Class<?> type, InvocationHandler handler) {
		return Proxy.newProxyInstance(DeadEnd.class.getClassLoader(), new Class<?>[] { type }, handler);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
			throws SQLTransientConnectionException {
		switch (method.getName()) {
			case "equals" -> {
				return arguments != null && arguments[0] == proxy;
			}
			case "hashCode" -> {
				return System.identityHashCode(proxy);
			}
			case "toString" -> {
				return "dead end instead of " + this.server;
			}
			case "isValid", "getAutoCommit" -> {
				return true;
			}
			case "createStatement" -> {
				// for connectionInitSql
				return proxy(Statement.class, this);
			}
			default -> {
				if (HARMLESS.contains(method.getName())) {
					return nothing(method.getReturnType());
				}
				throw new SQLTransientConnectionException("The relation has left " + this.server, "08003");
			}
		}
	}

	private static @Nullable Object nothing(Class<?> type) {
		if (type == boolean.class) {
			return false;
		}
		return (type == int.class) ? 0 : null;
	}

}
