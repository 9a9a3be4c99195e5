package io.github.jujupgsql.autoconfigure;

import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Refuses to follow a relation with a Spring Boot that is too old: classes had other
 * names there, so {@link PgsqlAutoConfiguration} would step back, and say nothing. Uses
 * only what is there in old versions as well.
 */
class SpringBootVersionCheck implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final int NEEDED = 4;

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		if (RelationFileProperty.isSet(context.getEnvironment())) {
			check(SpringBootVersion.getVersion());
		}
	}

	private static void check(String version) {
		int major = Integer.parseInt(version.substring(0, version.indexOf('.')));
		if (major < NEEDED) {
			throw UnsupportedLibraryException.of("Spring Boot", version, SpringBootVersion.class, NEEDED + ".0",
					"its classes have other names");
		}
	}

}
