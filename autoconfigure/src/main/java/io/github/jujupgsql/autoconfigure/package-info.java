/**
 * Auto-configuration: decides what there is to be, and wires it.
 */
@NullMarked
package io.github.jujupgsql.autoconfigure;

import org.jspecify.annotations.NullMarked;
