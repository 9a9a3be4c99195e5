package io.github.jujupgsql.datasource;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * Forwards a call of a proxy to its target.
 */
final class ReflectiveCalls {

	private ReflectiveCalls() {
	}

	/**
	 * Call a method, and throw what the method itself throws.
	 * @param target the object behind the proxy
	 * @param method the method
	 * @param arguments its arguments
	 * @return what it returns
	 * @throws Throwable what it throws
	 */
	static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
