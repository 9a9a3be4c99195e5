package io.github.jujupgsql.sample.live;

import io.github.jujupgsql.topology.PgsqlTopology;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class LiveConfiguration {

	@Bean
	Traffic traffic() {
		return new Traffic(System::nanoTime);
	}

	@Bean
	FilterRegistrationBean<TrafficFilter> trafficFilter(Traffic traffic, ApplicationEventPublisher events) {
		FilterRegistrationBean<TrafficFilter> registration = new FilterRegistrationBean<>(
				new TrafficFilter(traffic, events));
		registration.addUrlPatterns("/api/*");
		return registration;
	}

	@Bean
	Narrator narrator(ObjectProvider<PgsqlTopology> topology, ApplicationEventPublisher events) {
		return new Narrator(topology, events);
	}

	@Bean
	ClusterSource clusterSource(ObjectProvider<PgsqlTopology> topology, Narrator narrator) {
		return new ClusterSource(topology.getIfAvailable(), narrator);
	}

	@Bean
	LiveFeed liveFeed(ObjectProvider<LiveSource> sources, Traffic traffic, JsonMapper json) {
		return new LiveFeed(sources.orderedStream().toList(), traffic, json);
	}

}
