package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.datasource.PrimaryUnavailableException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.env.Environment;

/**
 * {@link FailureAnalyzer} for an application that needs the database to start, when the
 * relation has no master to offer.
 */
class PrimaryUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<PrimaryUnavailableException> {

	private final Environment environment;

	PrimaryUnavailableFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, PrimaryUnavailableException cause) {
		return new FailureAnalysis(
				"Something needs the database for the application to start, and there was none. " + cause.getMessage()
						+ ". The relation file is "
						+ this.environment.getProperty("juju.pgsql.relation-file", Object.class) + ".",
				"See whether the relation is established ('juju status --relations') and whether the charm has written"
						+ " the file. If the database comes up later than the application, let it wait longer:"
						+ " spring.datasource.hikari.connection-timeout, in milliseconds.",
				cause);
	}

}
