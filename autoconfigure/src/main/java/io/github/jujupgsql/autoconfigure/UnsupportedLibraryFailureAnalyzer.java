package io.github.jujupgsql.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * {@link FailureAnalyzer} for a library that is too old.
 */
class UnsupportedLibraryFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedLibraryException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedLibraryException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", "Have the build take " + cause.getNeeded()
				+ " or later. Spring Boot 4.1 brings all that is needed, unless the build asks for another version"
				+ " of something.", cause);
	}

}
