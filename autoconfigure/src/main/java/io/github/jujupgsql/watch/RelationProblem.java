package io.github.jujupgsql.watch;

import java.time.Instant;

/**
 * Why the relation file, as it is now, cannot be used. The last good relation stays in
 * use meanwhile.
 *
 * @param since when it was noticed
 * @param message the file, the key and the reason, without any value
 * @since 0.1.0
 */
public record RelationProblem(Instant since, String message) {

}
