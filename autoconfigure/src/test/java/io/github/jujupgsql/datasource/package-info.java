/**
 * What borrowers get, in which order, and after how long.
 */
@NullMarked
package io.github.jujupgsql.datasource;

import org.jspecify.annotations.NullMarked;
