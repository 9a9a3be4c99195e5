package io.github.jujupgsql.role;

import java.util.List;

/**
 * What follows from a fact.
 *
 * @param topology the topology from now on
 * @param created the servers that need a pool before anything else is done
 * @param effects what is to be done, in this order
 * @since 0.1.0
 */
public record Decision(Topology topology, List<ManagedServer> created, List<Effect> effects) {

	public Decision {
		created = List.copyOf(created);
		effects = List.copyOf(effects);
	}

}
