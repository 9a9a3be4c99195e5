package io.github.jujupgsql;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import javax.management.JMException;
import javax.management.ObjectName;

import io.github.jujupgsql.actuate.PgsqlEndpoint.PgsqlDescriptor;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.RelationFile;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;

import static io.github.jujupgsql.FollowingApplication.addresses;
import static io.github.jujupgsql.FollowingApplication.awaitPrimary;
import static io.github.jujupgsql.FollowingApplication.awaitReplicas;
import static io.github.jujupgsql.FollowingApplication.endpoint;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with several contexts in one JVM, as the cache of Spring's test framework keeps
 * them, that follow the same relation.
 */
class SeveralContextsTests {

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(1);

	private final MeterRegistry registry = new SimpleMeterRegistry();

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	@BeforeEach
	void writeRelation() {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		this.relation.write();
	}

	@Test
	void whenOneIsClosedTheOtherKeepsItsMetersAndItsMBeans() {
		follow((staying) -> {
			Set<String> pools = pools(staying);
			follow((closing) -> {
				assertThat(measuredPools()).containsAll(pools(closing));
				assertThat(managedPools()).containsAll(pools(closing));
			});
			assertThat(measuredPools()).isEqualTo(pools);
			assertThat(managedPools()).isEqualTo(pools);
		});
	}

	@Test
	void whenOneIsClosedTheNamesOfItsPoolsAreFreeAgain() {
		Set<String> names = new TreeSet<>();
		follow((first) -> names.addAll(pools(first)));
		follow((second) -> assertThat(pools(second)).isEqualTo(names));
	}

	private void follow(ContextConsumer<AssertableApplicationContext> consumer) {
		FollowingApplication.runner()
			.withBean(MeterRegistry.class, () -> this.registry, (definition) -> definition.setDestroyMethodName(""))
			.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path(),
					"spring.datasource.hikari.register-mbeans=true")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				awaitPrimary(context, cluster.master());
				awaitReplicas(context, addresses(cluster.standbys()));
				consumer.accept(context);
			});
	}

	private static Set<String> pools(AssertableApplicationContext context) {
		PgsqlDescriptor descriptor = endpoint(context);
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
