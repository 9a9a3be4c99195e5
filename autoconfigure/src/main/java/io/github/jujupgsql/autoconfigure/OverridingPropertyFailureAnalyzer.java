package io.github.jujupgsql.autoconfigure;

import java.util.stream.Collectors;

import io.github.jujupgsql.autoconfigure.OverridingPropertyException.Override;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * {@link FailureAnalyzer} for properties that would override what the relation says.
 */
class OverridingPropertyFailureAnalyzer extends AbstractFailureAnalyzer<OverridingPropertyException> {

	@java.lang.Override
	protected FailureAnalysis analyze(Throwable rootFailure, OverridingPropertyException cause) {
		String overrides = cause.getOverrides()
			.stream()
			.map((override) -> "    " + override + System.lineSeparator())
			.collect(Collectors.joining());
		String names = cause.getOverrides().stream().map(Override::name).collect(Collectors.joining(", "));
		return new FailureAnalysis(
				"'" + RelationFileProperty.NAME + "' is set, so the relation says where the servers are and how to"
						+ " log in, and changes it while the application runs. This would say otherwise:"
						+ System.lineSeparator() + System.lineSeparator() + overrides,
				"Remove " + names + ". For running without a relation, on a laptop for example, set"
						+ " spring.datasource.url, spring.datasource.username and spring.datasource.password instead:"
						+ " they are not looked at while '" + RelationFileProperty.NAME + "' is set.",
				cause);
	}

}
