package io.github.jujupgsql.datasource;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;

import org.jspecify.annotations.Nullable;

/**
 * Metadata of a {@link RoutedConnection}, asked of the server that it is with at the
 * moment of asking: the driver's own would go on asking a connection that another thread
 * has borrowed since.
 */
final class RoutedMetaData implements InvocationHandler {

	private final RoutedTarget target;

	private final Connection connection;

	private RoutedMetaData(RoutedTarget target, Connection connection) {
		this.target = target;
		this.connection = connection;
	}

	static DatabaseMetaData of(RoutedTarget target, Connection connection) {
		return (DatabaseMetaData) Proxy.newProxyInstance(RoutedMetaData.class.getClassLoader(),
				new Class<?>[] { DatabaseMetaData.class }, new RoutedMetaData(target, connection));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		return switch (method.getName()) {
			case "equals" -> arguments != null && arguments[0] == proxy;
			case "hashCode" -> System.identityHashCode(proxy);
			case "toString" -> "Metadata of " + this.connection;
			case "getConnection" -> this.connection;
			default -> ReflectiveCalls.call(this.target.getMetaData(), method, arguments);
		};
	}

}
