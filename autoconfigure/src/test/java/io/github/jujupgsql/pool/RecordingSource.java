package io.github.jujupgsql.pool;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Connections that lead nowhere and remember what HikariCP does with them. Opening or
 * closing one can be held up.
 */
final class RecordingSource extends AbstractDataSource {

	/** What the connections were made by. */
	final List<Thread> openedBy = new CopyOnWriteArrayList<>();

	final List<Connection> opened = new CopyOnWriteArrayList<>();

	/** What has been called on the connections, apart from what asks for a setting. */
	final List<String> calls = new CopyOnWriteArrayList<>();

	final List<Thread> closedBy = new CopyOnWriteArrayList<>();

	/** How many threads are opening a connection. */
	final AtomicInteger opening = new AtomicInteger();

	/** Who has begun to open a connection last. */
	volatile @Nullable Thread opener;

	final AtomicInteger loginTimeoutAsked = new AtomicInteger();

	volatile CountDownLatch mayOpen = new CountDownLatch(0);

	volatile CountDownLatch mayClose = new CountDownLatch(0);

	/** What a statement fails with. */
	volatile @Nullable SQLException statementFault;

	@Override
	public Connection getConnection() throws SQLException {
		this.opener = Thread.currentThread();
		this.opening.incrementAndGet();
		try {
			this.mayOpen.await();
		}
		catch (InterruptedException ex) {
			throw new SQLException("interrupted", "08003", ex);
		}
		finally {
			this.opening.decrementAndGet();
		}
		this.openedBy.add(Thread.currentThread());
		Connection connection = proxy(Connection.class, new Recorder());
		this.opened.add(connection);
		return connection;
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		return getConnection();
	}

	@Override
	public int getLoginTimeout() {
		this.loginTimeoutAsked.incrementAndGet();
		return 0;
	}

	@Override
	public void setLoginTimeout(int timeout) {
		// HikariCP would log that it cannot
	}

	void release() {
		this.mayOpen.countDown();
		this.mayClose.countDown();
	}

	private static <T> T proxy(Class<T> type, InvocationHandler handler) {
		return type
			.cast(Proxy.newProxyInstance(RecordingSource.class.getClassLoader(), new Class<?>[] { type }, handler));
	}

	private final class Recorder implements InvocationHandler {

		private volatile boolean closed;

		@Override
		public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
			String name = method.getName();
			switch (name) {
				case "equals":
					return arguments != null && arguments[0] == proxy;
				case "hashCode":
					return System.identityHashCode(proxy);
				case "toString":
					return "recorded";
				case "isClosed":
					return this.closed;
				case "isValid", "getAutoCommit":
					return true;
				case "createStatement":
					return proxy(Statement.class, this);
				case "execute", "executeQuery":
					throw (RecordingSource.this.statementFault != null) ? RecordingSource.this.statementFault
							: new UnsupportedOperationException();
				case "close":
					if (proxy instanceof Connection) {
						RecordingSource.this.calls.add(name);
						RecordingSource.this.mayClose.await();
						this.closed = true;
						RecordingSource.this.closedBy.add(Thread.currentThread());
					}
					return null;
				default:
					RecordingSource.this.calls.add(name);
					return nothing(method.getReturnType());
			}
		}

		private static @Nullable Object nothing(Class<?> type) {
			if (type == boolean.class) {
				return false;
			}
			return (type == int.class) ? 0 : null;
		}

	}

}
