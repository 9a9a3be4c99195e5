/**
 * A real replicated PostgreSQL for tests and demos, and a stand-in for the charm that
 * publishes it.
 * <p>
 * How does an application behave when the master dies? A test that finds out, for an
 * application that reads a relation file:
 *
 * <pre class="code">
 * &#64;PgsqlClusterTest(standbys = 2)
 * &#64;SpringBootTest
 * class FailoverTests {
 *
 *     // called before the application is started, when no parameters can be had
 *     &#64;DynamicPropertySource
 *     static void relation(DynamicPropertyRegistry registry) {
 *         registry.add("juju.pgsql.relation-file", () -&gt; relationFile.path());
 *     }
 *
 *     private static RelationFile relationFile;
 *
 *     &#64;BeforeAll
 *     static void relate(RelationFile file) {
 *         relationFile = file;
 *     }
 *
 *     &#64;Test
 *     void writesGoOnAfterTheMasterDied(PgsqlCluster cluster, RelationFile relationFile) {
 *         cluster.master().crash();
 *         cluster.promote(cluster.mostAdvancedStandby());
 *         relationFile.write();
 *         await().untilAsserted(() -&gt; this.notes.add("still here"));
 *     }
 *
 * }
 * </pre>
 *
 * Without JUnit, a cluster is started and closed by hand:
 *
 * <pre class="code">
 * try (PgsqlCluster cluster = PgsqlCluster.start(1)) {
 *     RelationFile relationFile = RelationFile.at(Path.of("relation.json"), cluster);
 *     relationFile.write();
 *     cluster.rotatePassword();
 *     relationFile.write();
 * }
 * </pre>
 *
 * The cluster changes at once, the relation file only when it is written: so the order in
 * which a charm tells what happens, and how late, is in the hands of the test.
 */
@NullMarked
package io.github.jujupgsql.test;

import org.jspecify.annotations.NullMarked;
