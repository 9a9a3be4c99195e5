/**
 * What an operator sees: endpoint, health and metrics. Only looks, never acts.
 */
@NullMarked
package io.github.jujupgsql.actuate;

import org.jspecify.annotations.NullMarked;
