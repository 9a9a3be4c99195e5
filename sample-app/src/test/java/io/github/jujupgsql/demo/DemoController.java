package io.github.jujupgsql.demo;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Lets a visitor play fate. The list of what may be played is part of
 * {@code /actuator/info} as well, where the page looks for it.
 */
@RestController
@RequestMapping(path = "/demo", produces = "application/json")
class DemoController implements InfoContributor {

	private static final Logger log = LoggerFactory.getLogger(DemoController.class);

	private final DemoServers servers;

	DemoController(DemoServers servers) {
		this.servers = servers;
	}

	@GetMapping
	List<Offer> offers() {
		return Stream.of(DemoAction.values()).map(Offer::new).toList();
	}

	@Override
	public void contribute(Info.Builder builder) {
		builder.withDetail("demo", offers());
	}

	@PostMapping("/failover")
	Outcome failover() {
		return outcome(this.servers::failover);
	}

	@PostMapping("/rejoin")
	Outcome rejoin() {
		return outcome(this.servers::rejoin);
	}

	@PostMapping("/add-standby")
	Outcome addStandby() {
		return outcome(this.servers::addStandby);
	}

	@PostMapping("/remove-standby")
	Outcome removeStandby() {
		return outcome(this.servers::removeStandby);
	}

	@PostMapping("/rotate-password")
	Outcome rotatePassword() {
		return outcome(this.servers::rotatePassword);
	}

	private Outcome outcome(Supplier<String> action) {
		DemoServers.Roles before = this.servers.roles();
		long started = System.nanoTime();
		String message = action.get();
		double seconds = (System.nanoTime() - started) / 1e9;
		log.info("{}", message);
		return new Outcome(message, before, this.servers.roles(), String.format(Locale.ROOT, "%.2f s", seconds));
	}

	/**
	 * Something to try.
	 */
	record Offer(String method, String path, String label) {

		Offer(DemoAction action) {
			this("POST", action.path(), action.label());
		}

	}

	/**
	 * What was done, who was who before, who is who now, and how long it took until the
	 * relation file said so.
	 */
	record Outcome(String message, DemoServers.Roles before, DemoServers.Roles after, String took) {
	}

}
