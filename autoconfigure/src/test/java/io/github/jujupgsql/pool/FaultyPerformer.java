package io.github.jujupgsql.pool;

import java.lang.reflect.Proxy;
import java.util.function.Consumer;

import io.github.jujupgsql.role.Effect;

/**
 * Records effects instead of carrying them out, and may throw before it does.
 */
final class FaultyPerformer {

	private FaultyPerformer() {
	}

	static Effect.Performer create(Consumer<Effect> performed, Runnable fault) {
		return (Effect.Performer) Proxy.newProxyInstance(FaultyPerformer.class.getClassLoader(),
				new Class<?>[] { Effect.Performer.class }, (proxy, method, arguments) -> {
					fault.run();
					performed.accept((Effect) arguments[0]);
					return null;
				});
	}

}
