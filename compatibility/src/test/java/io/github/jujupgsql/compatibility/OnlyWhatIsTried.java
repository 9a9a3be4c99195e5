package io.github.jujupgsql.compatibility;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves out the auto-configurations of the libraries that an application does not name
 * in its property {@code tried}, as if they were not on the class path, which all tests
 * have in common.
 */
public final class OnlyWhatIsTried implements AutoConfigurationImportFilter, EnvironmentAware {

	/** What a library is called here, and the packages of its auto-configurations. */
	private static final Map<String, List<String>> LIBRARIES = Map.of("batch",
			List.of("org.springframework.boot.batch."), "data-jdbc", List.of("org.springframework.boot.data.jdbc."),
			"flyway", List.of("org.springframework.boot.flyway."), "jpa",
			List.of("org.springframework.boot.data.jpa.", "org.springframework.boot.hibernate."), "liquibase",
			List.of("org.springframework.boot.liquibase."), "modulith", List.of("org.springframework.modulith."),
			"quartz", List.of("org.springframework.boot.quartz."), "r2dbc",
			List.of("org.springframework.boot.r2dbc.", "org.springframework.boot.data.r2dbc."), "session",
			List.of("org.springframework.boot.session."));

	private List<String> tried = List.of();

	@Override
	public void setEnvironment(Environment environment) {
		this.tried = List.of(environment.getProperty("tried", String[].class, new String[0]));
	}

	@Override
	public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
		boolean[] matches = new boolean[classes.length];
		for (int i = 0; i < classes.length; i++) {
			matches[i] = isTried(classes[i]);
		}
		return matches;
	}

	private boolean isTried(@Nullable String autoConfiguration) {
		return autoConfiguration == null || LIBRARIES.entrySet()
			.stream()
			.filter((library) -> !this.tried.contains(library.getKey()))
			.flatMap((library) -> library.getValue().stream())
			.noneMatch(autoConfiguration::startsWith);
	}

}
