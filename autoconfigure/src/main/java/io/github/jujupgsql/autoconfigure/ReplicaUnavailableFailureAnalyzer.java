package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.datasource.ReplicaUnavailableException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.env.Environment;

/**
 * {@link FailureAnalyzer} for an application that needs a replica to start, when there
 * was none and reads are not to go to the primary.
 */
class ReplicaUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<ReplicaUnavailableException> {

	private final Environment environment;

	ReplicaUnavailableFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ReplicaUnavailableException cause) {
		return new FailureAnalysis(
				"Something needed a replica while the application started, and there was none. " + cause.getMessage()
						+ "." + System.lineSeparator() + System.lineSeparator()
						+ RelationFileSummary.of(this.environment).description(),
				"See whether the database has standbys and whether they are fit ('juju status'). To read from the"
						+ " primary while none is, leave out juju.pgsql.replica.fallback-to-primary.",
				cause);
	}

}
