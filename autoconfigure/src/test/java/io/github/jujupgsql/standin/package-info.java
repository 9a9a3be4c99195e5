/**
 * Servers that only seem to be PostgreSQL, for tests that need one to be slow, to refuse,
 * to lie or to die at a moment that they choose.
 */
package io.github.jujupgsql.standin;
