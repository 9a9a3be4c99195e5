package io.github.jujupgsql.role;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import io.github.jujupgsql.relation.ConnectionString;

/**
 * What is known of names that lead to several servers, as that of a Kubernetes Service
 * does. Immutable.
 *
 * @param shared the names that have been seen to lead to several
 * @param further the servers behind such a name besides the one that the topology has
 * under it
 * @param indistinct the names behind which it cannot be told which server answers, as
 * behind a pooler in transaction mode: they are taken for one server each
 * @param lookedUp when a name was last tried only to see where it leads, as of
 * {@link System#nanoTime()}
 * @since 0.1.0
 */
public record SharedNames(Set<ConnectionString> shared, Set<ServerId> further, Set<ConnectionString> indistinct,
		Map<ConnectionString, Long> lookedUp) {

	static final SharedNames NONE = new SharedNames(Set.of(), Set.of(), Set.of(), Map.of());

	public SharedNames {
		shared = Set.copyOf(shared);
		further = Collections.unmodifiableSet(new LinkedHashSet<>(further));
		indistinct = Set.copyOf(indistinct);
		lookedUp = Collections.unmodifiableMap(new LinkedHashMap<>(lookedUp));
	}

}
