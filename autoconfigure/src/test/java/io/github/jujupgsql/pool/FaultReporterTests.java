package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FaultReporter}.
 */
@ExtendWith(OutputCaptureExtension.class)
class FaultReporterTests {

	private static final PoolTimes TIMES = PoolTimes.DEFAULT;

	private static final Duration MOMENT = Duration.ofNanos(1);

	private static final SQLException BROKEN = new SQLException("it broke", "08006");

	private final TurnedTicker ticker = new TurnedTicker();

	private final ServerConnections connections = new ServerConnections("server", new Properties(),
			Duration.ofSeconds(30), Set.of(), TIMES, this.ticker);

	private final AtomicInteger asked = new AtomicInteger();

	private final FaultReporter reporter = new FaultReporter(this.connections, "server", "the server",
			this.asked::incrementAndGet);

	@Test
	void howeverManyWritesAreRefusedThePrimaryIsAskedOncePerInterval() {
		this.connections.serveAs(ServerRole.PRIMARY);
		isAskedOncePer(TIMES.primarySuspicion(), this.reporter::writeRefused);
	}

	@Test
	void howeverManyConnectionsToItBreakAReplicaIsAskedOncePerInterval() {
		this.connections.serveAs(ServerRole.REPLICA);
		isAskedOncePer(TIMES.replicaSuspicion(), () -> this.reporter.connectionBroke(BROKEN));
	}

	@Test
	void howeverManyConnectionsBreakTheLogTellsItOncePerInterval(CapturedOutput output) {
		this.reporter.connectionBroke(BROKEN);
		this.ticker.turn(TIMES.faultLog().minus(MOMENT));
		this.reporter.connectionBroke(BROKEN);
		assertThat(output).containsOnlyOnce("A connection to the server failed");
		this.ticker.turn(MOMENT);
		this.reporter.connectionBroke(new SQLException("it broke again", "08006"));
		assertThat(output).containsOnlyOnce("it broke again");
	}

	private void isAskedOncePer(Duration interval, Runnable fault) {
		fault.run();
		assertThat(this.asked).as("at once").hasValue(1);
		this.ticker.turn(interval.minus(MOMENT));
		fault.run();
		assertThat(this.asked).as("too early").hasValue(1);
		this.ticker.turn(MOMENT);
		fault.run();
		fault.run();
		assertThat(this.asked).as("after the interval").hasValue(2);
	}

}
