package io.github.jujupgsql.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Shows everything, one step after the other. It goes on whether somebody looks or not,
 * until its end or until it is stopped, and leaves everything whole.
 */
class Tour {

	private static final int RATE = 60;

	private static final Duration READ = Duration.ofSeconds(5);

	private static final Duration WATCH = Duration.ofSeconds(4);

	/**
	 * The page looks four times a second, and would miss what is shorter, at whatever
	 * pace.
	 */
	private static final Duration SHORTEST = Duration.ofMillis(300);

	private static final Duration LONGEST_EFFECT = Duration.ofSeconds(20);

	private static final Logger log = LoggerFactory.getLogger(Tour.class);

	private final DemoServers servers;

	private final DemoActions actions;

	private final LoadGenerator load;

	private final Effects effects;

	private final double pace;

	private final List<TourStep> steps = TourStep.all();

	private volatile State state = State.NONE;

	private volatile CountDownLatch stop = new CountDownLatch(0);

	private volatile boolean closed;

	/**
	 * Create a tour.
	 * @param servers the servers
	 * @param actions what is done to them
	 * @param load the clients
	 * @param effects tells when something can be seen
	 * @param pace by what to multiply its pauses: 1 takes about two minutes
	 */
	Tour(DemoServers servers, DemoActions actions, LoadGenerator load, Effects effects, double pace) {
		this.servers = servers;
		this.actions = actions;
		this.load = load;
		this.effects = effects;
		this.pace = pace;
	}

	State state() {
		return this.state;
	}

	synchronized void start() {
		if (this.state.running()) {
			throw DemoActions.conflict("The tour is under way.");
		}
		this.stop = new CountDownLatch(1);
		this.state = new State(true, 0, this.steps.size(), "Getting ready", "", "", List.of(), "");
		Thread thread = new Thread(this::run, "demo-tour");
		thread.setDaemon(true);
		thread.start();
	}

	synchronized void stop() {
		if (!this.state.running()) {
			throw DemoActions.conflict("The tour is not under way.");
		}
		this.stop.countDown();
	}

	private void run() {
		String conclusion;
		try {
			conclusion = show();
		}
		catch (Exception ex) {
			if (!this.closed) {
				log.warn("The tour ends early", ex);
			}
			conclusion = "The tour ended early: " + ex.getMessage();
		}
		this.state = this.state.ended(conclusion);
	}

	private String show() throws Exception {
		if (!this.servers.isWhole()) {
			this.actions.play(DemoAction.RESTORE);
		}
		this.load.rate(RATE);
		for (int i = 0; i < this.steps.size(); i++) {
			if (!show(i + 1, this.steps.get(i))) {
				break;
			}
		}
		if (this.closed) {
			return "";
		}
		boolean stopped = this.stop.getCount() == 0;
		if (!this.servers.isWhole()) {
			this.actions.play(DemoAction.RESTORE);
		}
		this.load.rate(0);
		LoadGenerator.Proof proof = this.load.prove(this.servers.cluster().master());
		return "%s. %s, and %,d of %,d requests failed.".formatted(stopped ? "Stopped" : "That was all", proof,
				this.load.count().failed(), this.load.count().sent());
	}

	/**
	 * Show a step.
	 * @return whether to go on
	 */
	private boolean show(int number, TourStep step) throws InterruptedException {
		this.state = this.state.at(number, step);
		if (!pause(READ)) {
			return false;
		}
		Answers answers = this.load.watch();
		for (DemoAction action : step.actions()) {
			this.actions.play(action);
			if (!awaitEffect(action) || !pause(WATCH)) {
				return false;
			}
		}
		if (step.actions().size() < 2 && !pause(WATCH)) {
			return false;
		}
		this.state = this.state.with(new Result(step.title(), step.figures().tell(this.servers, answers)));
		return true;
	}

	private boolean awaitEffect(DemoAction action) throws InterruptedException {
		long deadline = System.nanoTime() + LONGEST_EFFECT.toNanos();
		while (!this.effects.areSeen(action) && System.nanoTime() < deadline) {
			if (this.stop.await(20, TimeUnit.MILLISECONDS)) {
				return false;
			}
		}
		return true;
	}

	private boolean pause(Duration time) throws InterruptedException {
		return !this.stop.await(Math.max(SHORTEST.toMillis(), Math.round(time.toMillis() * this.pace)),
				TimeUnit.MILLISECONDS);
	}

	@EventListener(ContextClosedEvent.class)
	void close() {
		this.closed = true;
		this.stop.countDown();
	}

	/**
	 * Where the tour is.
	 *
	 * @param running whether it goes on
	 * @param step the step, from 1 on
	 * @param steps how many there are
	 * @param title what the step is about
	 * @param text what happens
	 * @param look where to look
	 * @param results what was measured so far
	 * @param conclusion what there is to say at its end
	 */
	record State(boolean running, int step, int steps, String title, String text, String look, List<Result> results,
			String conclusion) {

		private static final State NONE = new State(false, 0, 0, "", "", "", List.of(), "");

		private State at(int number, TourStep present) {
			return new State(true, number, this.steps, present.title(), present.text(), present.look(), this.results,
					"");
		}

		private State with(Result result) {
			List<Result> all = new ArrayList<>(this.results);
			all.add(result);
			return new State(this.running, this.step, this.steps, this.title, this.text, this.look, List.copyOf(all),
					"");
		}

		private State ended(String end) {
			return new State(false, this.step, this.steps, "", "", "", this.results, end);
		}

	}

	/**
	 * What a step has shown.
	 */
	record Result(String title, String figures) {
	}

}
