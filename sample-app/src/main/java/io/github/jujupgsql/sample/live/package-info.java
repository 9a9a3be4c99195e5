/**
 * What the page shows while it happens: one stream of server-sent events.
 */
@NullMarked
package io.github.jujupgsql.sample.live;

import org.jspecify.annotations.NullMarked;
