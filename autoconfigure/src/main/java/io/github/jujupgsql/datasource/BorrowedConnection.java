package io.github.jujupgsql.datasource;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * A borrowed connection of which more is asked than HikariCP does.
 */
abstract class BorrowedConnection implements InvocationHandler {

	final Connection connection;

	final ServerPool pool;

	private final AtomicBoolean closed = new AtomicBoolean();

	private boolean evicted;

	BorrowedConnection(Connection connection, ServerPool pool) {
		this.connection = connection;
		this.pool = pool;
	}

	/**
	 * Return the driver's connection, without this being taken for the application's wish
	 * to have it.
	 * @param connection a connection that has been borrowed
	 * @return what the driver has opened
	 * @throws SQLException if it has been closed
	 */
	static Connection physical(Connection connection) throws SQLException {
		Connection pooled = connection;
		if (Proxy.isProxyClass(connection.getClass())
				&& Proxy.getInvocationHandler(connection) instanceof BorrowedConnection borrowed) {
			pooled = borrowed.connection;
		}
		return pooled.unwrap(Connection.class);
	}

	Connection proxy() {
		return (Connection) Proxy.newProxyInstance(BorrowedConnection.class.getClassLoader(),
				new Class<?>[] { Connection.class }, this);
	}

	/**
	 * Called before the application's call of a method other than {@code close}.
	 * @param method the name of the method
	 * @param arguments its arguments
	 * @throws SQLException if the method is not to be called
	 */
	void before(String method, Object @Nullable [] arguments) throws SQLException {
	}

	/**
	 * Called once before the connection is returned. Must not fail: what the application
	 * has done is done.
	 */
	abstract void beforeReturn();

	/**
	 * Get rid of the connection instead of returning it. It must not be returned after
	 * that, too: HikariCP would trip over it.
	 */
	final void evict() {
		this.evicted = true;
		this.pool.evict(this.connection);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		switch (method.getName()) {
			case "close" -> {
				close();
				return null;
			}
			case "isClosed" -> {
				return this.closed.get() || this.connection.isClosed();
			}
			case "equals" -> {
				return arguments != null && arguments[0] == proxy;
			}
			case "hashCode" -> {
				return System.identityHashCode(proxy);
			}
			default -> {
				before(method.getName(), arguments);
				return ReflectiveCalls.call(this.connection, method, arguments);
			}
		}
	}

	private void close() throws SQLException {
		if (this.closed.compareAndSet(false, true)) {
			beforeReturn();
			if (!this.evicted) {
				this.connection.close();
			}
		}
	}

}
