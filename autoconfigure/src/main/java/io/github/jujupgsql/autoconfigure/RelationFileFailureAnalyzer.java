package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.watch.RelationFileException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * {@link FailureAnalyzer} for a relation file that is there but cannot be used.
 */
class RelationFileFailureAnalyzer extends AbstractFailureAnalyzer<RelationFileException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, RelationFileException cause) {
		String message = String.valueOf(cause.getMessage());
		boolean content = message.contains(cause.getFile() + ":");
		return new FailureAnalysis(message + ".",
				(content ? "See what the charm writes under the key that is named, and have it write " + cause.getFile()
						+ " again, whole."
						: "Have the charm write " + cause.getFile() + " again, so that the user that"
								+ " the application runs as can read it (with Pebble's push: user, and mode 0600).")
						+ " Then start the application again. A file that does not exist yet is no fault: it is waited"
						+ " for.",
				cause);
	}

}
