package io.github.jujupgsql.test;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

/**
 * Tests for {@link PgsqlClusterExtension}.
 */
class PgsqlClusterExtensionTests {

	private static final List<PgsqlCluster> clusters = new ArrayList<>();

	private static final List<RelationFile> files = new ArrayList<>();

	@BeforeEach
	void forget() {
		clusters.clear();
		files.clear();
	}

	@Test
	void testsOfAClassShareACluster() {
		run(Shared.class).testEvents().assertStatistics((events) -> events.succeeded(3));
		assertThat(clusters).hasSize(5).containsOnly(clusters.get(0));
		assertThat(files).containsOnly(files.get(0));
		assertClosed();
	}

	@Test
	void testsHaveTheirOwnClusterOnRequest() {
		run(Own.class).testEvents().assertStatistics((events) -> events.succeeded(2));
		assertThat(clusters).hasSize(4).satisfies((all) -> {
			assertThat(all.get(0)).isSameAs(all.get(1));
			assertThat(all.get(2)).isSameAs(all.get(3)).isNotSameAs(all.get(0));
		});
	}

	@Test
	void clusterOfAMethodCannotBeHadBeforeAll() {
		run(TooEarly.class).containerEvents()
			.assertThatEvents()
			.haveExactly(1, finishedWithFailure(message((text) -> text.contains("the scope METHOD"))));
	}

	@Test
	void clusterNeedsTheAnnotation() {
		run(WithoutAnnotation.class).testEvents()
			.assertThatEvents()
			.haveExactly(1, finishedWithFailure(instanceOf(ParameterResolutionException.class)));
	}

	private static EngineExecutionResults run(Class<?> tests) {
		return EngineTestKit.engine("junit-jupiter").selectors(DiscoverySelectors.selectClass(tests)).execute();
	}

	private static void assertClosed() {
		assertThat(clusters).allSatisfy((cluster) -> assertThat(cluster.home().folder()).doesNotExist());
		assertThat(files).allSatisfy((file) -> assertThat(file.path()).doesNotExist());
	}

	private static void see(PgsqlCluster cluster, RelationFile file) {
		assertThat(file.path()).exists();
		clusters.add(cluster);
		files.add(file);
	}

	@PgsqlClusterTest(standbys = 0, database = "other", user = "someone", settings = "max_connections = 17")
	static class Shared {

		@BeforeAll
		static void beforeAll(RelationFile file, PgsqlCluster cluster) {
			see(cluster, file);
		}

		Shared(PgsqlCluster cluster, RelationFile file) {
			see(cluster, file);
		}

		@Test
		void isAsAsked(PgsqlCluster cluster) throws Exception {
			assertThat(cluster.standbys()).isEmpty();
			assertThat(cluster.database()).isEqualTo("other");
			assertThat(Sql.ask(cluster.master(), "SELECT current_user")).isEqualTo("someone");
			assertThat(Sql.ask(cluster.master(), "SHOW max_connections")).isEqualTo("17");
		}

		@Test
		void another() {
		}

		@Nested
		class Deeper {

			@Test
			void sharesIt(PgsqlCluster cluster, RelationFile file) {
				see(cluster, file);
			}

		}

	}

	@PgsqlClusterTest(standbys = 0, scope = PgsqlClusterTest.Scope.METHOD)
	static class Own {

		Own(PgsqlCluster cluster, RelationFile file) {
			assertClosed();
			see(cluster, file);
		}

		@Test
		void one(PgsqlCluster cluster, RelationFile file) {
			see(cluster, file);
		}

		@Test
		void two(PgsqlCluster cluster, RelationFile file) {
			see(cluster, file);
		}

	}

	@PgsqlClusterTest(scope = PgsqlClusterTest.Scope.METHOD)
	static class TooEarly {

		@BeforeAll
		static void beforeAll(PgsqlCluster cluster) {
			throw new IllegalStateException("Got " + cluster);
		}

		@Test
		void test() {
		}

	}

	static class WithoutAnnotation {

		@Test
		void test(PgsqlCluster cluster) {
			throw new IllegalStateException("Got " + cluster);
		}

	}

}
