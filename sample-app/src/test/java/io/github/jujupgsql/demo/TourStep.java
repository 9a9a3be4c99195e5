package io.github.jujupgsql.demo;

import java.util.List;
import java.util.OptionalLong;

import io.github.jujupgsql.test.PgsqlServer;

import static io.github.jujupgsql.demo.DemoAction.BREAK_FILE;
import static io.github.jujupgsql.demo.DemoAction.CRASH;
import static io.github.jujupgsql.demo.DemoAction.HANG;
import static io.github.jujupgsql.demo.DemoAction.PAUSE_REPLAY;
import static io.github.jujupgsql.demo.DemoAction.PROMOTE_QUIETLY;
import static io.github.jujupgsql.demo.DemoAction.REJOIN;
import static io.github.jujupgsql.demo.DemoAction.RESUME_REPLAY;
import static io.github.jujupgsql.demo.DemoAction.ROTATE_PASSWORD;
import static io.github.jujupgsql.demo.DemoAction.SWITCH_OVER;
import static io.github.jujupgsql.demo.DemoAction.WRITE_FILE;

/**
 * A step of the tour.
 *
 * @param title what it is about
 * @param text what happens, in PostgreSQL's own terms
 * @param look where to look
 * @param actions what is done, a while after another
 * @param figures what was measured, in a sentence
 */
record TourStep(String title, String text, String look, List<DemoAction> actions, Figures figures) {

	static List<TourStep> all() {
		return List.of(new TourStep("A cluster under load",
				"One master, two hot standbys that stream its WAL. synchronous_standby_names is ANY 1 (*): a commit "
						+ "returns once one standby has it on its disk. Clients now send a write and three reads, again and again.",
				"Writes are answered by the primary, reads by the replicas, whichever is less busy.", List.of(),
				(servers, answers) -> "Writes go to %s. Reads: %s.".formatted(servers.cluster().master().address(),
						answers.reads())),
				new TourStep("A switchover",
						"pg_ctl stop -m fast ends the master: sessions are disconnected, standbys get the last of its WAL. "
								+ "pg_promote() makes one of them the master, on the next timeline. The old one is copied anew with "
								+ "pg_basebackup and streams from it.",
						"The primary moves. What was in flight is repeated on the new one, because the request has an Idempotency-Key.",
						List.of(SWITCH_OVER), TourStep::failover),
				new TourStep("A crash",
						"SIGKILL to the postmaster and all its backends, in the middle of commits. Then pg_promote() on the "
								+ "standby that has received most.",
						"The chart of writes stops for a moment, and nothing fails.", List.of(CRASH, REJOIN),
						TourStep::failover),
				new TourStep("A promotion that the file does not know of",
						"On machines the charm learns of a failover many seconds late. Here it says nothing at all: the master is "
								+ "killed, a standby promoted, and the relation file still names the dead one. The standby says itself that "
								+ "it has left recovery, on a higher timeline of the same system identifier.",
						"“Ahead of the file” beside the primary, until the charm writes.",
						List.of(PROMOTE_QUIETLY, WRITE_FILE, REJOIN),
						(servers,
								answers) -> failover(servers, answers) + " The file said so %,d ms after the promotion."
									.formatted(servers.charm().spokeAgainAt() - servers.lastPromotion().at())),
				new TourStep("A master that hangs",
						"SIGSTOP to the postmaster and all its backends: connections stay open, TCP confirms what is sent, and "
								+ "nobody answers. Two seconds later a standby is promoted.",
						"After juju.pgsql.primary.sick-after (1 s) the primary is in doubt; whoever is stuck is set free as soon as there is a new one.",
						List.of(HANG, REJOIN), TourStep::failover),
				new TourStep("A standby that does not replay",
						"pg_wal_replay_pause(): the standby goes on receiving WAL, so commits are as safe as before, but its "
								+ "answers get older and older.",
						"Beyond juju.pgsql.replica.maximum-lag it serves no reads. After pg_wal_replay_resume() it does again.",
						List.of(PAUSE_REPLAY, RESUME_REPLAY),
						(servers, answers) -> "Reads meanwhile: %s.".formatted(answers.reads())),
				new TourStep("A new password, and half a file",
						"ALTER ROLE … PASSWORD: sessions go on, new ones need the new password. Then the file is cut off in its middle, "
								+ "as when a disk is full.",
						"New pools take the place of those with the old password. The broken file changes nothing.",
						List.of(ROTATE_PASSWORD, BREAK_FILE, WRITE_FILE),
						(servers, answers) -> "Writes paused for %,d ms at most.".formatted(answers.longest())));
	}

	private static String failover(DemoServers servers, Answers answers) {
		Promotion promotion = servers.lastPromotion();
		PgsqlServer master = promotion.server();
		OptionalLong first = answers.firstBy(master.address());
		return "%s answered its first write %s. Writes paused for %,d ms.".formatted(
				master.address(), first.isPresent()
						? "%,d ms after it had left recovery".formatted(first.getAsLong() - promotion.at()) : "not yet",
				answers.longest());
	}

	/**
	 * Says what was measured.
	 */
	interface Figures {

		String tell(DemoServers servers, Answers answers);

	}

}
