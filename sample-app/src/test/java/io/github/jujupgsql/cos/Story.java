package io.github.jujupgsql.cos;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;

import static org.awaitility.Awaitility.await;

/**
 * What the sample tells Prometheus while its servers fail one after the other.
 *
 * @param master the master at first
 * @param promoted the master after it
 * @param quiet before anything
 * @param missing the master has crashed, which is known
 * @param gaveUp it has not come back for longer than anybody waits
 * @param ahead a standby has been promoted, and the file does not say so
 * @param followed the file says so; one standby is left
 * @param whole the former master is back as a standby
 * @param refused the file is broken
 * @param flapped it was, four times in a row, and is good again
 * @param exhausted all connections to the primary are in use, and borrowers time out
 * @param wrongPassword the file has a password that the server refuses
 * @param stillWrong a moment later
 * @param oneOut one of the two standbys has crashed
 * @param allOut both have
 */
record Story(String master, String promoted, Scrape quiet, Scrape missing, Scrape gaveUp, Scrape ahead, Scrape followed,
		Scrape whole, Scrape refused, Scrape flapped, Scrape exhausted, Scrape wrongPassword, Scrape stillWrong,
		Scrape oneOut, Scrape allOut) {

	static Story happen(PgsqlCluster cluster, RelationFile file) throws Exception {
		try (ObservedService service = ObservedService.follow(file)) {
			return new Teller(cluster, file, service).tell();
		}
	}

	/** All of it, in the order in which it happened. */
	List<Scrape> scrapes() {
		return List.of(this.quiet, this.missing, this.gaveUp, this.ahead, this.followed, this.whole, this.refused,
				this.flapped, this.exhausted, this.wrongPassword, this.stillWrong, this.oneOut, this.allOut);
	}

	/**
	 * Makes it happen.
	 */
	private record Teller(PgsqlCluster cluster, RelationFile file, ObservedService service) {

		Story tell() throws Exception {
			this.service.read();
			Scrape quiet = is("juju_pgsql_replicas", 2);
			PgsqlServer former = this.cluster.master();
			this.cluster.awaitReplayed();

			former.crash();
			Scrape missing = is("juju_pgsql_switch_active_seconds_count", 1);
			Scrape gaveUp;
			Scrape ahead;
			PgsqlServer master;
			try (Borrowers borrowers = new Borrowers(this.service, 2)) {
				gaveUp = once((scrape) -> scrape.value("juju_pgsql_primary_available") == 0
						&& scrape.value("juju_pgsql_primary_waiting") > 0
						&& scrape.value("juju_pgsql_primary_refused_total") > 0 && failedWaits(scrape) > 0);
				master = this.cluster.promote(this.cluster.mostAdvancedStandby());
				once((scrape) -> scrape.value("juju_pgsql_primary_ahead") == 1
						&& scrape.value("juju_pgsql_switch_seconds_count") > 0);
			}
			ahead = is("juju_pgsql_primary_waiting", 0);
			this.file.write();
			Scrape followed = is("juju_pgsql_primary_ahead", 0);
			this.cluster.rejoin(former);
			this.file.write();
			Scrape whole = is("juju_pgsql_replicas", 2);
			return tellOfTheRest(former, master, quiet, missing, gaveUp, ahead, followed, whole);
		}

		private Story tellOfTheRest(PgsqlServer former, PgsqlServer master, Scrape quiet, Scrape missing, Scrape gaveUp,
				Scrape ahead, Scrape followed, Scrape whole) throws Exception {
			String good = this.file.content();
			Scrape refused = breakFile();
			for (int i = 0; i < 3; i++) {
				mendFile(good);
				breakFile();
			}
			Scrape flapped = mendFile(good);
			Scrape exhausted = exhaust();

			double failures = exhausted.value("juju_pgsql_primary_failures_total");
			this.file.write(good.replace(this.cluster.password(), this.cluster.password() + "Wrong"));
			Scrape wrong = once((scrape) -> scrape.value("juju_pgsql_primary_failures_total") > failures);
			double more = wrong.value("juju_pgsql_primary_failures_total");
			Scrape stillWrong = calm((scrape) -> scrape.value("juju_pgsql_primary_failures_total") > more
					&& scrape.value("juju_pgsql_replicas") == 2);
			this.file.write(good);

			List<PgsqlServer> standbys = this.cluster.standbys();
			standbys.get(0).crash();
			Scrape oneOut = is("juju_pgsql_replicas", 1);
			standbys.get(1).crash();
			Scrape allOut = is("juju_pgsql_fallback_to_primary", 1);
			return new Story(former.address(), master.address(), quiet, missing, gaveUp, ahead, followed, whole,
					refused, flapped, exhausted, wrong, stillWrong, oneOut, allOut);
		}

		private Scrape breakFile() {
			this.file.write("{\"master\": ");
			return is("juju_pgsql_relation_problem", 1);
		}

		private Scrape mendFile(String content) {
			this.file.write(content);
			return is("juju_pgsql_relation_problem", 0);
		}

		private Scrape exhaust() throws SQLException {
			double timeouts = this.service.scrape().value("hikaricp_connections_timeout_total");
			try (Connection first = this.service.dataSource().getConnection();
					Connection second = this.service.dataSource().getConnection();
					Borrowers borrowers = new Borrowers(this.service, 1)) {
				return once((scrape) -> scrape.value("hikaricp_connections_timeout_total") > timeouts
						&& scrape.value("hikaricp_connections_pending") > 0);
			}
		}

		private Scrape is(String metric, double value) {
			return calm((scrape) -> scrape.value(metric) == value);
		}

		/** Not at a moment in which somebody waits, which would seem to have lasted. */
		private Scrape calm(Predicate<Scrape> expected) {
			return once(expected.and((scrape) -> scrape.value("hikaricp_connections_pending") == 0));
		}

		private Scrape once(Predicate<Scrape> expected) {
			return await().until(this.service::scrape, expected);
		}

		private static double failedWaits(Scrape scrape) {
			return scrape.samples()
				.entrySet()
				.stream()
				.filter((sample) -> sample.getKey().metric().equals("juju_pgsql_server_wait_seconds_count"))
				.filter((sample) -> "failed".equals(sample.getKey().labels().get("outcome")))
				.mapToDouble((sample) -> sample.getValue())
				.sum();
		}

	}

	/**
	 * Threads that borrow from the primary again and again, whatever becomes of it.
	 */
	private static final class Borrowers implements AutoCloseable {

		private final ScheduledExecutorService threads;

		Borrowers(ObservedService service, int count) {
			this.threads = Executors.newScheduledThreadPool(count);
			for (int i = 0; i < count; i++) {
				this.threads.scheduleWithFixedDelay(() -> borrow(service), 0, 20, TimeUnit.MILLISECONDS);
			}
		}

		private static void borrow(ObservedService service) {
			try {
				service.dataSource().getConnection().close();
			}
			catch (SQLException ex) {
				// that is what is counted
			}
		}

		@Override
		public void close() {
			this.threads.shutdown();
			await().until(this.threads::isTerminated);
		}

	}

}
