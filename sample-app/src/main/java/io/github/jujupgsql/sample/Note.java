package io.github.jujupgsql.sample;

import java.time.Instant;

record Note(long id, String text, Instant createdAt) {
}
