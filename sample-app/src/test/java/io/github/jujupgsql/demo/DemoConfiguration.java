package io.github.jujupgsql.demo;

import io.github.jujupgsql.sample.live.LiveSource;
import io.github.jujupgsql.topology.PgsqlTopology;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
@Import(DemoController.class)
class DemoConfiguration {

	@Bean
	DemoActions demoActions(DemoServers servers, ApplicationEventPublisher events) {
		servers.tellTo(events::publishEvent);
		return new DemoActions(servers);
	}

	@Bean
	LoadGenerator loadGenerator(Environment environment) {
		return new LoadGenerator(() -> environment.getRequiredProperty("local.server.port", Integer.class));
	}

	@Bean
	Tour tour(DemoServers servers, DemoActions actions, LoadGenerator load, PgsqlTopology topology,
			@Value("${demo.tour.pace:1}") double pace) {
		return new Tour(servers, actions, load, new Effects(topology, servers), pace);
	}

	@Bean
	LiveSource demoPicture(DemoServers servers, DemoActions actions, Tour tour) {
		return DemoPictures.source("demo", new DemoPictures(servers, actions, tour)::demo);
	}

	@Bean
	LiveSource loadPicture(LoadGenerator load) {
		return DemoPictures.source("load", load::count);
	}

	@Bean
	LiveSource tourPicture(Tour tour) {
		return DemoPictures.source("tour", tour::state);
	}

}
