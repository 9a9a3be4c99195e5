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
		return new FailureAnalysis(cause.getMessage() + ".",
				"Have the charm write " + cause.getFile() + " again, whole and readable by this application, and start"
						+ " the application again. A file that does not exist yet is no fault: it is waited for.",
				cause);
	}

}
