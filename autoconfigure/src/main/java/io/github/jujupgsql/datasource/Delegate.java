package io.github.jujupgsql.datasource;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * Calls what stands behind a proxy.
 */
final class Delegate {

	private Delegate() {
	}

	/**
	 * Call a method as if there were no proxy.
	 * @param target what stands behind it
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
