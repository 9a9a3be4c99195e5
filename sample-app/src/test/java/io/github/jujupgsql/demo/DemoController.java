package io.github.jujupgsql.demo;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Lets a visitor play fate. The list of what may be played is part of
 * {@code /actuator/info} as well.
 */
@RestController
@RequestMapping(path = "/demo", produces = "application/json")
class DemoController implements InfoContributor {

	private static final int MOST_SECONDS_LATE = 60;

	private final DemoServers servers;

	private final DemoActions actions;

	private final LoadGenerator load;

	private final Tour tour;

	DemoController(DemoServers servers, DemoActions actions, LoadGenerator load, Tour tour) {
		this.servers = servers;
		this.actions = actions;
		this.load = load;
		this.tour = tour;
	}

	@GetMapping
	List<Offer> offers() {
		return Stream.of(DemoAction.values()).map(Offer::new).toList();
	}

	@Override
	public void contribute(Info.Builder builder) {
		builder.withDetail("demo", offers());
	}

	@PostMapping("/{name}")
	Outcome play(@PathVariable String name) {
		DemoAction action = DemoAction.named(name)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no " + name + "."));
		requireNoTour();
		DemoServers.Roles before = this.servers.roles();
		long started = System.nanoTime();
		String message = this.actions.play(action);
		double seconds = (System.nanoTime() - started) / 1e9;
		return new Outcome(message, before, this.servers.roles(), String.format(Locale.ROOT, "%.2f s", seconds));
	}

	/**
	 * How many requests a second clients send.
	 */
	@PostMapping("/load")
	LoadGenerator.Count load(@RequestParam int rate) {
		requireNoTour();
		requireWithin(rate, LoadGenerator.HIGHEST_RATE, "requests a second");
		this.load.rate(rate);
		return this.load.count();
	}

	/**
	 * How late the charm is.
	 */
	@PostMapping("/file-lag")
	Message fileLag(@RequestParam int seconds) {
		requireNoTour();
		requireWithin(seconds, MOST_SECONDS_LATE, "seconds");
		this.servers.charm().lag(Duration.ofSeconds(seconds));
		return new Message("The charm writes the file %d s after a change.".formatted(seconds));
	}

	private static void requireWithin(int value, int most, String what) {
		if (value < 0 || value > most) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "From 0 to %d %s.".formatted(most, what));
		}
	}

	@PostMapping("/tour")
	Message tour() {
		this.tour.start();
		return new Message("The tour begins.");
	}

	@PostMapping("/stop-tour")
	Message stopTour() {
		this.tour.stop();
		return new Message("The tour stops, and everything is restored.");
	}

	private void requireNoTour() {
		if (this.tour.state().running()) {
			throw DemoActions.conflict("The tour is under way: stop it first.");
		}
	}

	/**
	 * Something to try.
	 */
	record Offer(String method, String path, String label, String what) {

		Offer(DemoAction action) {
			this("POST", action.path(), action.label(), action.what());
		}

	}

	/**
	 * What was done, who was who before, who is who now, and how long it took.
	 */
	record Outcome(String message, DemoServers.Roles before, DemoServers.Roles after, String took) {
	}

	/**
	 * What was done.
	 */
	record Message(String message) {
	}

}
