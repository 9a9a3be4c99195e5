package io.github.jujupgsql.watch;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * Something that a {@link WatchStep} asks for.
 */
sealed interface WatchEffect {

	/**
	 * Log a transition.
	 *
	 * @param message the line
	 */
	record Info(String message) implements WatchEffect {

	}

	/**
	 * Log what may need to be seen to.
	 *
	 * @param message the line
	 */
	record Warn(String message) implements WatchEffect {

	}

	/**
	 * See who may read the file.
	 *
	 * @param relation what it holds
	 */
	record CheckPermissions(PgsqlRelation relation) implements WatchEffect {

	}

}
