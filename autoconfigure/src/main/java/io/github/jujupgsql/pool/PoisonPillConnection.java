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
 * only by giving it one; this is what it can give when the server has left. Supports what
 * HikariCP itself calls while it sets up, validates, lends, takes back and closes a
 * connection; anything else fails with SQLSTATE 08003.
 * <p>
 * Of all statements it takes only those that HikariCP is configured to execute. So there
 * is never anything to commit, and a commit that does nothing hides no loss.
 */
final class PoisonPillConnection implements InvocationHandler {

	/** What HikariCP calls on a connection, {@code createStatement} apart. */
	private static final Set<String> CALLED_BY_HIKARI = Set.of("isClosed", "close", "abort", "isValid", "clearWarnings",
			"beginRequest", "endRequest", "commit", "rollback", "getAutoCommit", "setAutoCommit", "isReadOnly",
			"setReadOnly", "getNetworkTimeout", "setNetworkTimeout", "getTransactionIsolation",
			"setTransactionIsolation", "setCatalog", "setSchema");

	/** What HikariCP calls on a statement, {@code execute} apart. */
	private static final Set<String> CALLED_ON_STATEMENT = Set.of("close", "setQueryTimeout");

	private final String server;

	private final Set<String> statements;

	private PoisonPillConnection(String server, Set<String> statements) {
		this.server = server;
		this.statements = statements;
	}

	/**
	 * Create a connection that leads nowhere.
	 * @param server the server that has left
	 * @param statements what HikariCP is configured to execute
	 * @return the connection
	 */
	static Connection create(String server, Set<String> statements) {
		return (Connection) proxy(Connection.class, new PoisonPillConnection(server, statements));
	}

	private static Object proxy(Class<?> type, InvocationHandler handler) {
		return Proxy.newProxyInstance(PoisonPillConnection.class.getClassLoader(), new Class<?>[] { type }, handler);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
			throws SQLTransientConnectionException {
		Object first = (arguments != null) ? arguments[0] : null;
		String name = method.getName();
		return switch (name) {
			case "equals" -> first == proxy;
			case "hashCode" -> System.identityHashCode(proxy);
			case "toString" -> "poison pill instead of a connection to " + this.server;
			case "isValid", "getAutoCommit" -> true;
			case "createStatement" -> proxy(Statement.class, this);
			default -> {
				if (!isHarmless(proxy, name, first)) {
					throw ConnectionOpener.left(this.server, null);
				}
				yield nothing(method.getReturnType());
			}
		};
	}

	private boolean isHarmless(Object proxy, String method, @Nullable Object argument) {
		if (proxy instanceof Statement) {
			boolean ofHikari = method.equals("execute") && argument != null && this.statements.contains(argument);
			return ofHikari || CALLED_ON_STATEMENT.contains(method);
		}
		return CALLED_BY_HIKARI.contains(method);
	}

	private static @Nullable Object nothing(Class<?> type) {
		if (type == boolean.class) {
			return false;
		}
		return (type == int.class) ? 0 : null;
	}

}
