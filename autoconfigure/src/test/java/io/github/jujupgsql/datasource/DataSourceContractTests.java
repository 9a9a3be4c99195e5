package io.github.jujupgsql.datasource;

import java.io.PrintWriter;
import java.io.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.pool.CurrentRoles;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what JDBC asks of a {@link DataSource} besides connections, with and without
 * a server, and for timeouts as long as HikariCP takes them.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DataSourceContractTests {

	@AutoClose
	private final StandInServer server = StandInServer.master();

	static List<DataSource> withoutServer() {
		Duration timeout = Duration.ofSeconds(1);
		PrimaryDataSource primary = new PrimaryDataSource(new CurrentRoles(), timeout, false);
		ReplicaDataSource replicas = new ReplicaDataSource(new CurrentRoles(), timeout, LoadBalancing.LEAST_BUSY, true,
				null);
		return List.of(primary, replicas, new LazyDataSource(primary, true, null),
				new RoutingDataSource(primary, replicas, true, null));
	}

	@ParameterizedTest
	@MethodSource("withoutServer")
	void withoutServerThereIsNoPoolToUnwrap(DataSource dataSource) throws SQLException {
		assertThat(dataSource.isWrapperFor(HikariDataSource.class)).isFalse();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> dataSource.unwrap(HikariDataSource.class));
		assertThat(dataSource.unwrap(dataSource.getClass())).isSameAs(dataSource);
	}

	@ParameterizedTest
	@MethodSource("withoutServer")
	void withoutServerNothingIsLogged(DataSource dataSource) throws SQLException {
		assertThat(dataSource.getLogWriter()).isNull();
		dataSource.setLogWriter(null);
		assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
			.isThrownBy(() -> dataSource.setLogWriter(new PrintWriter(Writer.nullWriter())));
	}

	@ParameterizedTest
	@MethodSource("withoutServer")
	void withoutServerWhatIsNotSupportedIsRefusedAsJdbcWantsIt(DataSource dataSource) {
		assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
			.isThrownBy(() -> dataSource.setLoginTimeout(1));
		assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
			.isThrownBy(dataSource::createConnectionBuilder);
		assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
			.isThrownBy(dataSource::createShardingKeyBuilder);
	}

	@Test
	void withAServerItIsTheSameButForThePool() throws SQLException {
		try (StandInApplication application = StandInApplication.with().start()) {
			application.relate(this.server);
			application.awaitPrimary(this.server);
			for (DataSource dataSource : List.of(application.primary(), application.replica())) {
				assertThat(dataSource.isWrapperFor(HikariDataSource.class)).isTrue();
				assertThat(dataSource.unwrap(HikariDataSource.class))
					.isSameAs(application.roles().primary().getDataSource());
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> dataSource.unwrap(Runnable.class));
				withoutServerNothingIsLogged(dataSource);
				withoutServerWhatIsNotSupportedIsRefusedAsJdbcWantsIt(dataSource);
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "250, 1", "30000, 30", "30001, 31", "2147483647, 2147484", "9223372036854775807, 2147483647" })
	void theLoginTimeoutIsTheConnectionTimeoutInSecondsAndNeverNone(long millis, int seconds) {
		PrimaryDataSource dataSource = new PrimaryDataSource(new CurrentRoles(), Duration.ofMillis(millis), false);
		assertThat(dataSource.getLoginTimeout()).isEqualTo(seconds);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Integer.MAX_VALUE, Long.MAX_VALUE })
	void withATimeoutOfForEverABorrowerWaitsForAServerAndForAConnection(long millis) throws Exception {
		Duration timeout = (millis != 0) ? Duration.ofMillis(millis) : Duration.ofMillis(Integer.MAX_VALUE);
		try (StandInApplication application = StandInApplication.with()
			.connectionTimeout(timeout)
			.primarySize(1, 0)
			.hikari((config) -> config.setConnectionTimeout(millis))
			.start()) {
			List<CompletableFuture<String>> waiting = Stream.of(application.primary(), application.replica())
				.flatMap((dataSource) -> Stream.of(dataSource, dataSource))
				.map((dataSource) -> async(() -> ask(dataSource, "SELECT 1")))
				.toList();
			application.relate(this.server);
			assertThat(waiting).allSatisfy((borrower) -> assertThat(borrower.get()).isEqualTo("1"));
			try (Connection connection = application.primary().getConnection()) {
				assertThat(connection.isValid(1)).isTrue();
			}
		}
	}

}
