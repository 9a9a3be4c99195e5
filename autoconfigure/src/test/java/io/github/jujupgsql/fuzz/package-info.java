/**
 * Coverage-guided fuzzing with
 * <a href= "https://github.com/CodeIntelligenceTesting/jazzer">Jazzer</a>. Each class is
 * tagged {@code fuzzing} and has a JVM of its own, as Jazzer instruments what it finds
 * there and fuzzes one method in it. {@code mvn test} gives each some seconds. Ten
 * million executions each: <pre>
 * mvn test -pl autoconfigure -am -Dtest='*Fuzzing' -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dfuzz.duration=12h -Dfuzz.executions=10000000 -Dfuzz.verbosity=1
 * </pre> What was found to be interesting stays in {@code target/fuzzing} and is where
 * the next run goes on; an input that fails a test lies there as {@code crash-…}.
 */
package io.github.jujupgsql.fuzz;
