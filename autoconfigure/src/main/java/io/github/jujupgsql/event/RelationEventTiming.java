package io.github.jujupgsql.event;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Has the relation told about while the application can hear it: from when it is ready
 * until it begins to close.
 *
 * @since 0.1.0
 */
public final class RelationEventTiming {

	private final RelationEventPublisher publisher;

	private final ApplicationContext context;

	/**
	 * Create the timing.
	 * @param publisher tells
	 * @param context whose closing matters; a child, such as the management context, may
	 * close before
	 */
	public RelationEventTiming(RelationEventPublisher publisher, ApplicationContext context) {
		this.publisher = publisher;
		this.context = context;
	}

	@EventListener(ApplicationReadyEvent.class)
	void ready() {
		this.publisher.ready();
	}

	@EventListener
	void closed(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context) {
			this.publisher.stop();
		}
	}

}
