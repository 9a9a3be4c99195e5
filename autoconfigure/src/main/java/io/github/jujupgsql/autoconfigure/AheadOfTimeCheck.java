package io.github.jujupgsql.autoconfigure;

import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Refuses to use {@code spring.datasource.url} where a relation is to be followed: an
 * application that was processed ahead of time without the property has Spring Boot's
 * DataSource, and would say nothing. Where it has one of its own, or connection details,
 * those win, as ever.
 */
class AheadOfTimeCheck implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final String DETAILS = "jdbcConnectionDetails";

	/** What Spring Boot makes of {@code spring.datasource.url}. */
	private static final String DETAILS_TYPE = "org.springframework.boot.jdbc.autoconfigure"
			+ ".PropertiesJdbcConnectionDetails";

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		if (AotDetector.useGeneratedArtifacts() && RelationFileProperty.isSet(context.getEnvironment())
				&& usesUrl(context.getBeanFactory())) {
			throw AheadOfTimeException.notSetThen();
		}
	}

	private static boolean usesUrl(ConfigurableListableBeanFactory beans) {
		return beans.containsBeanDefinition(DETAILS)
				&& DETAILS_TYPE.equals(beans.getBeanDefinition(DETAILS).getBeanClassName());
	}

}
