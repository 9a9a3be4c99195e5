package io.github.jujupgsql.event;

import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Hands an event to every listener of the application. Like the context's own multicaster
 * but that a listener which throws does not keep the event from those after it.
 *
 * @since 0.1.0
 */
public final class ApplicationEventListeners implements Consumer<Object> {

	private static final Log logger = LogFactory.getLog(ApplicationEventListeners.class);

	private final ApplicationContext context;

	/**
	 * Create the listeners.
	 * @param context the context that they belong to, with its parents
	 */
	public ApplicationEventListeners(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void accept(Object event) {
		SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster(
				this.context.getAutowireCapableBeanFactory());
		multicaster.setErrorHandler(
				(fault) -> logger.error("A listener of " + event.getClass().getSimpleName() + " failed", fault));
		for (ApplicationContext next = this.context; next != null; next = next.getParent()) {
			if (next instanceof AbstractApplicationContext listening) {
				listening.getApplicationListeners().forEach(multicaster::addApplicationListener);
			}
		}
		for (String name : this.context.getBeanNamesForType(ApplicationListener.class, true, false)) {
			multicaster.addApplicationListenerBean(name);
		}
		multicaster.multicastEvent(new PayloadApplicationEvent<>(this.context, event));
	}

}
