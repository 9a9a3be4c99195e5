package io.github.jujupgsql.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * {@link FailureAnalyzer} for an application that was processed ahead of time for another
 * case.
 */
class AheadOfTimeFailureAnalyzer extends AbstractFailureAnalyzer<AheadOfTimeException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, AheadOfTimeException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", cause.getAction(), cause);
	}

}
