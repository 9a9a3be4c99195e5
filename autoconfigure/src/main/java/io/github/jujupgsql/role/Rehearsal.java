package io.github.jujupgsql.role;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.role.ProbeAnswer.Kind;

/**
 * Decides switches that do not take place, so that the rules are loaded and compiled
 * before the first one that does. In the life of most applications there is hardly a
 * second one, and all writers wait while it is decided.
 */
final class Rehearsal {

	/** As many as it takes until the rules are compiled, with some to spare. */
	private static final int SWITCHES = 200;

	/** Whether one has been carried through: what it compiles is the same for all. */
	private static volatile boolean done;

	private final RoleRules rules;

	private Topology topology;

	private long now;

	Rehearsal(RoleRules rules, RolePolicy policy) {
		this.rules = rules;
		this.topology = Topology.empty(this.now, policy);
	}

	/**
	 * Have servers take the primary role in turn. Ends early if the thread is
	 * interrupted.
	 * @return what the last switch has led to
	 */
	Topology perform() {
		ConnectionString master = server(1);
		ConnectionString standby = server(2);
		ConnectionString other = server(3);
		for (int i = 0; i < SWITCHES && !Thread.currentThread().isInterrupted(); i++) {
			relate(master, List.of(standby, other));
			relate(standby, List.of(master, other));
		}
		if (!Thread.currentThread().isInterrupted()) {
			done = true;
		}
		return this.topology;
	}

	/**
	 * Return whether there is any use in another one.
	 */
	static boolean isNeeded() {
		return !done;
	}

	private static ConnectionString server(int number) {
		return ConnectionString.parse("host=rehearsal" + number + " user=rehearsal dbname=rehearsal");
	}

	private void relate(ConnectionString master, List<ConnectionString> standbys) {
		PgsqlRelation relation = new PgsqlRelation(null, List.of(), List.of(), null, master, standbys);
		Queue<Fact> facts = new ArrayDeque<>(List.of(new Fact.RelationRead(relation, this.now)));
		for (Fact fact = facts.poll(); fact != null; fact = facts.poll()) {
			Decision decision = this.rules.decide(this.topology, fact, ++this.now);
			this.topology = decision.topology();
			for (Effect effect : decision.effects()) {
				if (effect instanceof ProbeEffect.Probe probe) {
					Kind answer = probe.asMaster() ? Kind.NOT_IN_RECOVERY : Kind.IN_RECOVERY;
					facts.add(new Fact.Answered(probe.server(), probe.question(), ProbeAnswer.of(answer),
							PoolSigns.NONE));
				}
				else if (effect instanceof LastingEffect.CloseFenced closed) {
					facts.add(new Fact.PoolClosed(closed.server()));
				}
			}
		}
	}

}
