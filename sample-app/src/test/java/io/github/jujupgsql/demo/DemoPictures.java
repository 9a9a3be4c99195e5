package io.github.jujupgsql.demo;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.jujupgsql.sample.live.LiveSource;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;

/**
 * What the page shows of the demo: what can be done now, and what the servers really are.
 */
record DemoPictures(DemoServers servers, DemoActions actions, Tour tour) {

	/**
	 * Something that the feed tells whenever it changes.
	 */
	static LiveSource source(String name, Supplier<Object> current) {
		return new LiveSource() {

			@Override
			public String name() {
				return name;
			}

			@Override
			public Object current() {
				return current.get();
			}

		};
	}

	Picture demo() {
		DemoAction present = this.actions.present();
		return new Picture((present != null) ? present.label() : "",
				Stream.of(DemoAction.values()).map(this::control).toList(), condition(),
				this.servers.charm().lag().toSeconds(), this.servers.charm().stale());
	}

	private Control control(DemoAction action) {
		String whyNot = this.tour.state().running() ? "The tour is under way: stop it first."
				: this.actions.whyNot(action);
		return new Control(action.path(), action.label(), action.what(), whyNot);
	}

	private List<Condition> condition() {
		PgsqlCluster cluster = this.servers.cluster();
		return Stream
			.of(Stream.of(cluster.master()).map((server) -> condition(server, "master")),
					cluster.standbys().stream().map((server) -> condition(server, "standby")),
					cluster.formerMasters().stream().map((server) -> condition(server, "former master")))
			.flatMap((servers) -> servers)
			.toList();
	}

	private Condition condition(PgsqlServer server, String role) {
		String state = !server.isRunning() ? "down"
				: this.servers.isFrozen(server) ? "hangs" : this.servers.isPaused(server) ? "replay is paused" : "up";
		return new Condition(server.address(), server.name(), role, state);
	}

	/**
	 * The demo now.
	 *
	 * @param busy what happens at the moment; empty if nothing does
	 * @param controls what can be done
	 * @param servers what the servers really are
	 * @param fileLag how late the file is, in seconds
	 * @param stale what the file does not say; empty if it says all
	 */
	record Picture(String busy, List<Control> controls, List<Condition> servers, long fileLag, String stale) {
	}

	/**
	 * Something that can be done.
	 *
	 * @param path where to POST
	 * @param label what it is called
	 * @param what what it does
	 * @param whyNot why it makes no sense now; empty if it does
	 */
	record Control(String path, String label, String what, String whyNot) {
	}

	/**
	 * A server as it really is.
	 */
	record Condition(String address, String name, String role, String state) {
	}

}
