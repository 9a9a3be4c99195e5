package io.github.jujupgsql.demo;

import java.util.Map;

import io.github.jujupgsql.sample.NotesApplication;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * The notes service beside everything it needs: a primary, two standbys, and a stand-in
 * for the charm. Ends with Ctrl-C and leaves nothing behind.
 */
public final class DemoApplication {

	private static final Logger log = LoggerFactory.getLogger(DemoApplication.class);

	private DemoApplication() {
	}

	public static void main(String[] args) {
		run(args);
	}

	static ConfigurableApplicationContext run(String... args) {
		SpringApplication application = new SpringApplication(NotesApplication.class, DemoConfiguration.class);
		// so that a standby that does not replay can be seen to be left out
		application.setDefaultProperties(Map.of("juju.pgsql.replica.maximum-lag", "2s"));
		application.addInitializers(DemoApplication::startServers);
		application.addListeners((ApplicationListener<ApplicationReadyEvent>) DemoApplication::explain);
		return application.run(args);
	}

	private static void startServers(ConfigurableApplicationContext context) {
		log.info("Starting a PostgreSQL primary and two standbys");
		DemoServers servers = new DemoServers();
		// Runs after the service has stopped, so that it ends before its servers do, and
		// is there before they are, for Ctrl-C may come while they start
		SpringApplication.getShutdownHandlers().add(servers::close);
		servers.start();
		context.getBeanFactory().registerSingleton("demoServers", servers);
		context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("demo",
					Map.of("juju.pgsql.relation-file", servers.relationFile().toString())));
	}

	private static void explain(ApplicationReadyEvent event) {
		ConfigurableApplicationContext context = event.getApplicationContext();
		log.info("{}", new Guide(context.getEnvironment().getRequiredProperty("local.server.port", Integer.class),
				context.getBean(DemoServers.class).relationFile()));
	}

}
