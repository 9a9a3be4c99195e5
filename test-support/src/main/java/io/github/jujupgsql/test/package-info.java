/**
 * A real replicated PostgreSQL for tests and demos, and a stand-in for the charm that
 * publishes it.
 */
@NullMarked
package io.github.jujupgsql.test;

import org.jspecify.annotations.NullMarked;
