package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.datasource.PrimaryUnavailableException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.env.Environment;

/**
 * {@link FailureAnalyzer} for an application that needs the database to start, when there
 * was none: says what the relation file holds, what the server said, and whose turn it
 * is.
 */
class PrimaryUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<PrimaryUnavailableException> {

	private final Environment environment;

	PrimaryUnavailableFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, PrimaryUnavailableException cause) {
		String reason = String.valueOf(cause.getMessage()).replaceFirst("\\.+$", "");
		RelationFileSummary file = RelationFileSummary.of(this.environment);
		String action = (file.action() != null) ? file.action() : ServerAdvice.on(reason, file.path());
		return new FailureAnalysis("Something needed the database while the application started, and there was none. "
				+ reason + "." + System.lineSeparator() + System.lineSeparator() + file.description(), action, cause);
	}

}
