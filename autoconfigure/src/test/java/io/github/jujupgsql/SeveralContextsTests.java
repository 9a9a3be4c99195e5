package io.github.jujupgsql;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import javax.management.JMException;
import javax.management.ObjectName;

import io.github.jujupgsql.actuate.PgsqlEndpoint.PgsqlDescriptor;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with several contexts in one JVM, as the cache of Spring's test framework keeps
 * them, that follow the same relation.
 */
@PgsqlClusterTest
class SeveralContextsTests extends AbstractClusterTests {

	private final MeterRegistry registry = new SimpleMeterRegistry();

	@Test
	void whenOneIsClosedTheOtherKeepsItsMetersAndItsMBeans() throws Exception {
		try (FollowingApplication staying = follow()) {
			Set<String> pools = pools(staying);
			try (FollowingApplication closing = follow()) {
				assertThat(measuredPools()).containsAll(pools(closing));
				assertThat(managedPools()).containsAll(pools(closing));
			}
			assertThat(measuredPools()).isEqualTo(pools);
			assertThat(managedPools()).isEqualTo(pools);
		}
	}

	@Test
	void whenOneIsClosedTheNamesOfItsPoolsAreFreeAgain() {
		Set<String> names;
		try (FollowingApplication first = follow()) {
			names = pools(first);
		}
		try (FollowingApplication second = follow()) {
			assertThat(pools(second)).isEqualTo(names);
		}
	}

	private FollowingApplication follow() {
		FollowingApplication application = FollowingApplication.of(relation)
			.beans((context) -> context.registerBean(MeterRegistry.class, () -> this.registry,
					(definition) -> definition.setDestroyMethodName("")))
			.properties("spring.datasource.hikari.register-mbeans=true")
			.start();
		application.awaitPrimary(cluster.master());
		application.awaitReplicas(cluster.standbys());
		return application;
	}

	private static Set<String> pools(FollowingApplication application) {
		PgsqlDescriptor descriptor = application.endpoint();
		PoolDescriptor primary = descriptor.primary();
		PoolDescriptor replica = descriptor.replicas().get(0);
		assertThat(primary).isNotNull();
		return new TreeSet<>(List.of(primary.pool(), replica.pool()));
	}

	private Set<String> measuredPools() {
		Set<String> pools = new TreeSet<>();
		this.registry.find("hikaricp.connections.active")
			.gauges()
			.forEach((gauge) -> pools.add(String.valueOf(gauge.getId().getTag("pool"))));
		return pools;
	}

	private static Set<String> managedPools() throws JMException {
		Set<String> pools = new TreeSet<>();
		for (ObjectName name : ManagementFactory.getPlatformMBeanServer()
			.queryNames(new ObjectName("com.zaxxer.hikari:type=Pool (*"), null)) {
			String type = name.getKeyProperty("type");
			pools.add(type.substring("Pool (".length(), type.length() - 1));
		}
		return pools;
	}

}
