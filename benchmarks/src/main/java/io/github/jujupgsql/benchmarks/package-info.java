/**
 * Measurements. Absolute figures say little; each benchmark has its peer beside it, in
 * the same run against the same server.
 */
@NullMarked
package io.github.jujupgsql.benchmarks;

import org.jspecify.annotations.NullMarked;
