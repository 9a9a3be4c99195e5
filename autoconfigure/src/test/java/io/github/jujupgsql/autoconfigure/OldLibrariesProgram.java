package io.github.jujupgsql.autoconfigure;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/**
 * An application that starts, says so, and ends, if what it is started with lets it.
 */
final class OldLibrariesProgram {

	private OldLibrariesProgram() {
	}

	public static void main(String[] arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.run(arguments).close();
		System.out.println("It has started");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PgsqlAutoConfiguration.class)
	static class Application {

	}

}
