package io.github.jujupgsql;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.jujupgsql.event.PgsqlRelationEvent;

import org.springframework.context.event.EventListener;

/**
 * Hears what becomes of the relation.
 */
final class RelationEventNames {

	private final Queue<String> names = new ConcurrentLinkedQueue<>();

	List<String> names() {
		return List.copyOf(this.names);
	}

	@EventListener
	void hear(PgsqlRelationEvent event) {
		this.names.add(event.getClass().getSimpleName());
	}

}
