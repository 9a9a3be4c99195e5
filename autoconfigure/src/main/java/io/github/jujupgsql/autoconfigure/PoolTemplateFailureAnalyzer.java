package io.github.jujupgsql.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * {@link FailureAnalyzer} for pools that cannot be made as they are configured.
 */
class PoolTemplateFailureAnalyzer extends AbstractFailureAnalyzer<PoolTemplateException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, PoolTemplateException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", cause.getAction(), cause);
	}

}
