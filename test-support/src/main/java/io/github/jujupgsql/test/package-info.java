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
 * which a charm tells what happens, and how late, is in the hands of the test. Where
 * names lead to several servers, as on Kubernetes, a
 * {@link io.github.jujupgsql.test.PgsqlService} stands in for each name.
 * <p>
 * All servers and files are below one folder of this JVM in {@code java.io.tmpdir}, or in
 * {@code /dev/shm} if the system property {@code io.github.jujupgsql.test.memory} is
 * {@code true} and there are 8 GiB free. The servers end when their cluster is closed,
 * and at the latest with the JVM, and the folder goes with it. Until then some data
 * folders are kept, for the next servers to write over. What a JVM leaves that was killed
 * is removed when the next one starts its first cluster.
 * <p>
 * PostgreSQL refuses to run as root. If we are root, it runs in a user namespace of its
 * own ({@code unshare -U}); where that is not allowed, as {@code postgres} or
 * {@code nobody}, or whom the system property {@code io.github.jujupgsql.test.user}
 * names.
 */
@NullMarked
package io.github.jujupgsql.test;

import org.jspecify.annotations.NullMarked;
