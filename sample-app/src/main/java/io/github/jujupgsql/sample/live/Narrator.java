package io.github.jujupgsql.sample.live;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import io.github.jujupgsql.event.DatabaseChanged;
import io.github.jujupgsql.event.DatabaseRelationBroken;
import io.github.jujupgsql.event.PrimaryChanged;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.sample.live.ClusterState.Instance;
import io.github.jujupgsql.sample.live.ClusterState.Role;
import io.github.jujupgsql.sample.live.TimelineEvent.Source;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.topology.TopologyRoles;
import io.github.jujupgsql.watch.RelationState;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;

/**
 * Puts what the file says and what the starter does on the timeline. The starter has
 * events for the relation and for the primary; who serves no reads, and what is wrong
 * with the file, is seen in the pictures.
 */
class Narrator {

	private final ObjectProvider<PgsqlTopology> topology;

	private final ApplicationEventPublisher events;

	/** Belongs to the feed, which looks at one picture after the other. */
	private @Nullable ClusterState seen;

	/** Belongs to the thread that tells events. */
	private @Nullable Ahead ahead;

	Narrator(ObjectProvider<PgsqlTopology> topology, ApplicationEventPublisher events) {
		this.topology = topology;
		this.events = events;
	}

	static @Nullable String master(PgsqlRelation relation) {
		return (relation.master() != null) ? relation.nameOf(relation.master()) : null;
	}

	static List<String> standbys(PgsqlRelation relation) {
		return relation.standbys().stream().map(relation::nameOf).toList();
	}

	@EventListener
	void fileSays(DatabaseChanged event) {
		PgsqlRelation relation = event.relation();
		String master = master(relation);
		List<String> standbys = standbys(relation);
		boolean sameServers = Objects.equals(master, master(event.previous()))
				&& standbys.equals(standbys(event.previous()));
		long at = readAt(relation);
		tell(at, Source.FILE,
				sameServers ? "The same servers, with other credentials or options"
						: (master != null) ? "The master is " + master : "There is no master",
				standbys.isEmpty() ? "No standbys" : "Standbys: " + String.join(", ", standbys));
		caughtUp(master, at);
	}

	private void caughtUp(@Nullable String master, long at) {
		if (this.ahead != null && this.ahead.primary().equals(master)) {
			long before = at - this.ahead.since();
			// otherwise it was read while the switch was under way
			if (before > 0) {
				tell(at, Source.STARTER, String.format(Locale.ROOT,
						"The file has caught up: writes went to %s %,d ms before it said so", master, before), null);
			}
			this.ahead = null;
		}
	}

	private long readAt(PgsqlRelation relation) {
		PgsqlTopology present = this.topology.getIfAvailable();
		RelationState state = (present != null) ? present.getRelation() : null;
		Instant readAt = (state != null && state.relation().equals(relation)) ? state.readAt() : null;
		return (readAt != null) ? readAt.toEpochMilli() : System.currentTimeMillis();
	}

	@EventListener(DatabaseRelationBroken.class)
	void fileGone() {
		tell(Source.FILE, "The relation is gone", null);
	}

	@EventListener
	void primaryChanged(PrimaryChanged event) {
		String primary = event.primary();
		long at = since(primary);
		if (primary == null) {
			tell(at, Source.STARTER, "%s is the primary no longer".formatted(event.previous()), detail(event));
			return;
		}
		boolean promotion = event.cause() == PrimaryChanged.Cause.PROMOTION;
		this.ahead = promotion ? new Ahead(primary, at) : null;
		tell(at, Source.STARTER,
				promotion ? "Writes go to %s, ahead of the file".formatted(primary) : "Writes go to " + primary,
				detail(event));
	}

	/** An event is told a little later than it has happened. */
	private long since(@Nullable String primary) {
		PgsqlTopology present = this.topology.getIfAvailable();
		TopologyRoles roles = (present != null) ? present.getRoles() : null;
		Instant since = (roles != null && roles.primary() != null && roles.primary().server().equals(primary))
				? roles.primarySince() : null;
		return (since != null) ? since.toEpochMilli() : System.currentTimeMillis();
	}

	private static String detail(PrimaryChanged event) {
		String why = switch (event.cause()) {
			case RELATION -> "%,d ms after the file was read";
			case PROMOTION -> "It has been promoted; %,d ms after the former primary was first in doubt";
			case DEMOTION -> "It says that it is in recovery, %,d ms ago";
			case SILENCE -> "It has not answered for %,d ms";
		};
		return String.format(Locale.ROOT, why + ". Threads that waited: %d, connections cut off: %d",
				event.took().toMillis(), event.waiting(), event.cutOff());
	}

	/**
	 * Take note of a picture.
	 * @param state the cluster as it is now
	 */
	void sees(ClusterState state) {
		ClusterState before = this.seen;
		this.seen = state;
		if (before == null) {
			return;
		}
		Map<String, Instance> former = byName(before);
		byName(state).forEach((name, instance) -> readers(former.get(name), instance));
		String problem = problem(state);
		if (!Objects.equals(problem, problem(before))) {
			tell(Source.FILE, (problem != null) ? "The file cannot be used; what it said before stays in force"
					: "The file can be used again", problem);
		}
	}

	private static Map<String, Instance> byName(ClusterState state) {
		return state.instances()
			.stream()
			.collect(Collectors.toMap(Instance::name, (instance) -> instance, (one, other) -> one));
	}

	private static @Nullable String problem(ClusterState state) {
		return (state.file() != null) ? state.file().problem() : null;
	}

	private void readers(@Nullable Instance before, Instance now) {
		Role role = (before != null) ? before.role() : null;
		if (now.role() == Role.REPLICA && role != Role.REPLICA) {
			tell(Source.STARTER, now.name() + " serves reads", null);
		}
		else if (now.role() == Role.EXCLUDED && role == Role.REPLICA) {
			tell(Source.STARTER, now.name() + " serves no reads", now.reason());
		}
	}

	private void tell(Source source, String text, @Nullable String detail) {
		this.events.publishEvent(TimelineEvent.now(source, text, detail));
	}

	private void tell(long at, Source source, String text, @Nullable String detail) {
		this.events.publishEvent(new TimelineEvent(at, source, false, text, detail));
	}

	/**
	 * A primary that the file does not name yet.
	 */
	private record Ahead(String primary, long since) {

	}

}
