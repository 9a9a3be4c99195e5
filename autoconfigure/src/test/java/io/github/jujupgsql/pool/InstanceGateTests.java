package io.github.jujupgsql.pool;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.role.ServerInstance;
import org.junit.jupiter.api.Test;
import org.postgresql.core.BaseConnection;

import static org.assertj.core.api.Assertions.assertThat;

class InstanceGateTests {

	private static final ServerInstance A = new ServerInstance("cluster", "1");

	private static final ServerInstance B = new ServerInstance("cluster", "2");

	private final InstanceGate gate = new InstanceGate("server", PoolTimes.DEFAULT);

	private final AtomicInteger indistinct = new AtomicInteger();

	private final PhysicalConnection connection = connection();

	InstanceGateTests() {
		this.gate.whenIndistinct(this.indistinct::incrementAndGet);
	}

	@Test
	void theServerThatAnswersFirstIsTheOneThatIsExpected() {
		assertThat(this.gate.answered(this.connection, A)).isTrue();
		assertThat(this.gate.answered(connection(), B)).as("on a connection of its own").isFalse();
	}

	@Test
	void aServerThatIsStartedAgainBehindAPoolerIsFollowedOnTheSameConnection() {
		this.gate.answered(this.connection, A);
		assertThat(this.gate.answered(this.connection, B)).isTrue();
		assertThat(this.gate.answered(connection(), B)).isTrue();
		assertThat(this.indistinct).hasValue(0);
	}

	@Test
	void whenOneConnectionLeadsBackThenServersCannotBeToldApartAndThatIsToldOnce() {
		this.gate.answered(this.connection, A);
		this.gate.answered(this.connection, B);
		assertThat(this.gate.answered(this.connection, A)).isTrue();
		assertThat(this.indistinct).hasValue(1);
		assertThat(this.gate.answered(this.connection, B)).isTrue();
		assertThat(this.gate.answered(connection(), A)).isTrue();
		assertThat(this.indistinct).hasValue(1);
	}

	@Test
	void aLoginMayTakeLongUnlessTheNameLeadsToOthersAsWell() {
		this.gate.expect(A, false);
		assertThat(this.gate.loginLimit()).isNull();
		this.gate.expect(A, true);
		assertThat(this.gate.loginLimit()).isEqualTo(PoolTimes.DEFAULT.shortLogin());
	}

	@Test
	void whereLoginsAreSlowTheyAreGivenMoreTimeAndWhereTheyAreNotASlowOneIsNot() {
		Duration first = PoolTimes.DEFAULT.shortLogin();
		this.gate.expect(A, true);
		this.gate.loggedIn(Duration.ofMillis(5), false);
		assertThat(this.gate.loginLimit()).as("it was refused").isEqualTo(first);
		this.gate.loggedIn(first, false);
		assertThat(this.gate.loginLimit()).isEqualTo(first.multipliedBy(2));
		this.gate.loggedIn(first.multipliedBy(2), false);
		this.gate.loggedIn(first.multipliedBy(3), true);
		assertThat(this.gate.loginLimit()).isEqualTo(first.multipliedBy(6));
		this.gate.loggedIn(Duration.ofMillis(5), true);
		assertThat(this.gate.loginLimit()).isEqualTo(first);
	}

	private static PhysicalConnection connection() {
		BaseConnection driver = (BaseConnection) Proxy.newProxyInstance(InstanceGateTests.class.getClassLoader(),
				new Class<?>[] { BaseConnection.class }, (proxy, method, arguments) -> {
					throw new UnsupportedOperationException(method.getName());
				});
		return new PhysicalConnection(driver, new ServerConnections("server", new Properties(), Duration.ofSeconds(30),
				Set.of(), PoolTimes.DEFAULT, Ticker.SYSTEM));
	}

}
