package io.github.jujupgsql.pool;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;

import static org.assertj.core.api.Assertions.assertThat;

class PhysicalConnectionTests {

	/** What the driver answers to from memory, and what only changes a setting. */
	private static final Set<String> SILENT = Set.of("abort", "clearWarnings", "close", "commit", "createSQLXML",
			"createStruct", "getAutoCommit", "getCatalog", "getClientInfo", "getHoldability", "getNetworkTimeout",
			"getTypeMap", "getWarnings", "isClosed", "isReadOnly", "isWrapperFor", "nativeSQL", "rollback",
			"setAutoCommit", "setCatalog", "setHoldability", "setNetworkTimeout", "setReadOnly",
			"setTransactionIsolation", "setTypeMap");

	private final List<String> called = new ArrayList<>();

	private final AtomicBoolean closed = new AtomicBoolean();

	private final ServerConnections server = new ServerConnections("server", new Properties(), Duration.ofSeconds(30),
			Set.of(), PoolTimes.DEFAULT, Ticker.SYSTEM);

	private final PhysicalConnection connection = new PhysicalConnection(driver(), this.server);

	@Test
	void theDriverHasNothingToForgetOfAConnectionOnWhichNothingWasSaid() throws SQLException {
		this.connection.clearWarnings();
		assertThat(this.called).doesNotContain("clearWarnings");
	}

	@ParameterizedTest
	@MethodSource("callsThatMayLeaveAWarning")
	void theDriverForgetsWhatACallMayHaveLeft(Method method) throws Exception {
		try {
			method.invoke(this.connection, arguments(method));
		}
		catch (InvocationTargetException ex) {
			assertThat(ex.getCause()).isInstanceOf(SQLException.class);
		}
		this.connection.clearWarnings();
		assertThat(this.called).contains("clearWarnings");
		this.called.clear();
		this.connection.clearWarnings();
		assertThat(this.called).as("for the next borrower, who says nothing").doesNotContain("clearWarnings");
	}

	@Test
	void aConnectionThatBrokeWhileNothingWasSaidIsVerifiedBeforeItIsLentAgain() throws SQLException {
		VerifiedConnections open = this.server.getOpen();
		open.add(this.connection, open.currentEpoch());
		this.closed.set(true);
		this.connection.clearWarnings();
		assertThat(open.hasUnverified()).isTrue();
	}

	static Stream<Method> callsThatMayLeaveAWarning() {
		return Stream.of(Connection.class.getMethods())
			.filter((method) -> !method.isDefault() && !SILENT.contains(method.getName()));
	}

	private static Object[] arguments(Method method) {
		return Stream.of(method.getParameterTypes()).map(PhysicalConnectionTests::argument).toArray();
	}

	private static Object argument(Class<?> type) {
		if (type == int.class) {
			return 0;
		}
		return (type == Class.class) ? PGConnection.class : null;
	}

	private BaseConnection driver() {
		return (BaseConnection) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { BaseConnection.class }, (proxy, method, arguments) -> {
					this.called.add(method.getName());
					return switch (method.getName()) {
						case "isClosed" -> this.closed.get();
						case "clearWarnings" -> {
							if (this.closed.get()) {
								throw new SQLException("This connection has been closed.", "08003");
							}
							yield null;
						}
						case "isValid" -> true;
						case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
						default -> null;
					};
				});
	}

}
