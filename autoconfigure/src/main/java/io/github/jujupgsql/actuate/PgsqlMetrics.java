package io.github.jujupgsql.actuate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.jujupgsql.datasource.PrimaryWaiters;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.topology.ExcludedStandby;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.topology.TopologyRoles;
import io.github.jujupgsql.topology.TopologyServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * {@link MeterBinder} for the relation and the roles. Everything is looked up when it is
 * asked for; only the standbys whose lag is measured have to be told.
 *
 * @since 0.1.0
 */
public class PgsqlMetrics implements MeterBinder {

	private final PgsqlTopology topology;

	private final boolean fallbackToPrimary;

	private final boolean lagIsMeasured;

	private final PrimaryWaiters waiters;

	/** One for each registry. */
	private final List<MultiGauge> lags = new CopyOnWriteArrayList<>();

	/**
	 * Create the metrics.
	 * @param topology knows the relation and the roles
	 * @param fallbackToPrimary whether reads go to the primary while there is no replica
	 * @param lagIsMeasured whether the lag of standbys is measured
	 * @param waiters counts the threads that wait for the primary
	 */
	public PgsqlMetrics(PgsqlTopology topology, boolean fallbackToPrimary, boolean lagIsMeasured,
			PrimaryWaiters waiters) {
		this.topology = topology;
		this.fallbackToPrimary = fallbackToPrimary;
		this.lagIsMeasured = lagIsMeasured;
		this.waiters = waiters;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		gauge("juju.pgsql.primary.available", (roles) -> roles.primary() != null)
			.description("Whether there is a primary that has confirmed its role")
			.register(registry);
		gauge("juju.pgsql.primary.ahead", TopologyRoles::aheadOfRelation)
			.description("Whether the primary has been promoted and the relation still names another master")
			.register(registry);
		gauge("juju.pgsql.fallback.to.primary", this::readsGoToThePrimary)
			.description("Whether reads go to the primary because no standby is fit")
			.register(registry);
		Gauge.builder("juju.pgsql.replicas", this.topology, (topology) -> topology.getRoles().replicas().size())
			.description("Standbys that serve reads")
			.register(registry);
		Gauge
			.builder("juju.pgsql.standbys", this.topology,
					(topology) -> topology.getRelation().relation().standbys().size())
			.description("Standbys that the relation names")
			.register(registry);
		FunctionCounter.builder("juju.pgsql.primary.failures", this.topology, PgsqlTopology::getMasterFailures)
			.description("Attempts to make the relation's master the primary that failed")
			.register(registry);
		FunctionCounter
			.builder("juju.pgsql.relation.invalid", this.topology, (topology) -> topology.getRelation().invalidReads())
			.description("Contents of the relation file that had to be refused")
			.register(registry);
		Gauge
			.builder("juju.pgsql.relation.problem", this.topology,
					(topology) -> (topology.getRelation().problem() != null) ? 1 : 0)
			.description("Whether the relation file, as it is now, cannot be used")
			.register(registry);
		bindWaits(registry);
		if (this.lagIsMeasured) {
			MultiGauge lag = MultiGauge.builder("juju.pgsql.replica.lag")
				.description("Time since when there is something that the standby has not replayed")
				.baseUnit("seconds")
				.register(registry);
			lag.register(rows(this.topology.getRelation().relation()));
			this.lags.add(lag);
		}
	}

	private void bindWaits(MeterRegistry registry) {
		Gauge.builder("juju.pgsql.primary.waiting", this.waiters, PrimaryWaiters::getWaiting)
			.description("Threads that wait for the primary, or for a connection to it")
			.register(registry);
		FunctionCounter.builder("juju.pgsql.primary.refused", this.waiters, PrimaryWaiters::getRefused)
			.description("Borrows that failed because too many threads waited for a primary that was missing")
			.register(registry);
		Map<String, Timer> timers = new HashMap<>();
		for (String role : List.of("primary", "replica")) {
			for (boolean served : List.of(true, false)) {
				timers.put(role + served,
						Timer.builder("juju.pgsql.server.wait")
							.description("How long borrowers have waited for a server that was missing")
							.tags("role", role, "outcome", served ? "served" : "failed")
							.register(registry));
			}
		}
		this.waiters.addListener((role, nanos, served) -> {
			Timer timer = timers.get(role + served);
			if (timer != null) {
				timer.record(nanos, TimeUnit.NANOSECONDS);
			}
		});
	}

	private Gauge.Builder<PgsqlTopology> gauge(String name, Predicate<TopologyRoles> question) {
		return Gauge.builder(name, this.topology, (topology) -> question.test(topology.getRoles()) ? 1 : 0);
	}

	private boolean readsGoToThePrimary(TopologyRoles roles) {
		return this.fallbackToPrimary && roles.primary() != null && roles.replicas().isEmpty();
	}

	/**
	 * Measure the standbys of a relation, and no longer those that it does not name.
	 * @param relation what the relation says now
	 */
	public void follow(PgsqlRelation relation) {
		this.lags.forEach((lag) -> lag.register(rows(relation)));
	}

	private List<Row<?>> rows(PgsqlRelation relation) {
		return relation.standbys()
			.stream()
			.map(relation::nameOf)
			.distinct()
			.<Row<?>>map((server) -> Row.of(Tags.of("server", server), this.topology,
					(topology) -> lagSeconds(topology.getRoles(), server)))
			.toList();
	}

	/**
	 * Return a standby's lag, as not a number while it is not known; where a name leads
	 * to several, the largest. One that lags too far is left out, and measured all the
	 * same.
	 */
	private static double lagSeconds(TopologyRoles roles, String server) {
		return Stream.concat(roles.replicas().stream(), roles.excluded().stream().map(ExcludedStandby::server))
			.filter((standby) -> standby.server().equals(server) || standby.server().startsWith(server + " ("))
			.map(TopologyServer::lag)
			.filter(Objects::nonNull)
			.mapToDouble((lag) -> lag.toNanos() / 1e9)
			.max()
			.orElse(Double.NaN);
	}

}
