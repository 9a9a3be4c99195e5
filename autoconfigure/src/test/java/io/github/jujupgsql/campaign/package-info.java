/**
 * Load campaigns: threads write and read without a pause while the relation changes, and
 * afterwards every operation is accounted for. {@code mvn test} runs a few rounds of
 * each. The system property {@code juju.pgsql.test.rounds} says how many of every test
 * that is run: <pre>
 * mvn test -pl autoconfigure -am -Dtest='PlannedChangesTests' -Djuju.pgsql.test.rounds=200 \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
@NullMarked
package io.github.jujupgsql.campaign;

import org.jspecify.annotations.NullMarked;
