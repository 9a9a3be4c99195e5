package io.github.jujupgsql.sample.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Tells every listener the pictures whenever they change, the traffic twice a second, and
 * what happens as it happens. Nothing is looked at while nobody listens. Safe for use by
 * several threads, none of which ever waits for a listener.
 */
class LiveFeed implements DisposableBean {

	private static final Duration LOOK = Duration.ofMillis(250);

	private static final int LOOKS_A_SAMPLE = 2;

	private static final int MOST_LISTENERS = 64;

	/**
	 * Numbers begin anew with each start of the service, so a client has to tell them
	 * apart.
	 */
	private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);

	private final List<LiveSource> sources;

	private final Traffic traffic;

	private final JsonMapper json;

	private final LiveHistory history = new LiveHistory();

	private final List<LiveSubscriber> subscribers = new ArrayList<>();

	private final ScheduledExecutorService looking = Executors
		.newSingleThreadScheduledExecutor((task) -> daemon(task, "live-looking"));

	/** As many threads as there are clients that are being sent something. */
	private final ExecutorService sending = Executors.newCachedThreadPool((task) -> daemon(task, "live-sending"));

	private @Nullable ScheduledFuture<?> looks;

	private long number;

	private int look;

	/** A picture may have things to tell that are events. */
	private boolean lookingAtPictures;

	private boolean closed;

	LiveFeed(List<LiveSource> sources, Traffic traffic, JsonMapper json) {
		this.sources = sources;
		this.traffic = traffic;
		this.json = json;
	}

	private static Thread daemon(Runnable task, String name) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Begin to tell somebody.
	 * @param lastSeen the id of the last message that was received, or {@code null}
	 * @return leads to the listener
	 */
	synchronized SseEmitter connect(@Nullable String lastSeen) {
		if (this.closed || this.subscribers.size() >= MOST_LISTENERS) {
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE,
					this.closed ? "The service is about to stop." : "Too many are watching already.");
		}
		SseEmitter emitter = new SseEmitter(0L);
		LiveSubscriber subscriber = new LiveSubscriber(emitter, this.run, this.sending);
		emitter.onCompletion(() -> leave(subscriber));
		emitter.onError((failure) -> leave(subscriber));
		lookAtPictures();
		List<LiveMessage> missed = new ArrayList<>();
		missed.add(new LiveMessage(0, "hello", this.json.writeValueAsString(new Hello(this.run))));
		missed.addAll(this.history.after(numberOf(lastSeen)));
		subscriber.tell(missed);
		this.subscribers.add(subscriber);
		if (this.looks == null) {
			this.looks = this.looking.scheduleWithFixedDelay(this::look, LOOK.toMillis(), LOOK.toMillis(),
					TimeUnit.MILLISECONDS);
		}
		return emitter;
	}

	private long numberOf(@Nullable String id) {
		String prefix = this.run + "-";
		try {
			return (id != null && id.startsWith(prefix)) ? Long.parseLong(id.substring(prefix.length())) : 0;
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

	private synchronized void leave(LiveSubscriber subscriber) {
		subscriber.end();
		this.subscribers.remove(subscriber);
		pauseIfAlone();
	}

	private void pauseIfAlone() {
		if (this.subscribers.isEmpty() && this.looks != null) {
			this.looks.cancel(false);
			this.looks = null;
		}
	}

	private synchronized void look() {
		lookAtPictures();
		if (++this.look % LOOKS_A_SAMPLE == 0) {
			happened("traffic", this.traffic.sample());
		}
	}

	private void lookAtPictures() {
		if (this.lookingAtPictures) {
			return;
		}
		this.lookingAtPictures = true;
		try {
			this.sources.forEach(this::lookAt);
		}
		finally {
			this.lookingAtPictures = false;
		}
	}

	private void lookAt(LiveSource source) {
		String now = this.json.writeValueAsString(source.current());
		if (!this.history.isPicture(source.name(), now)) {
			LiveMessage message = new LiveMessage(++this.number, source.name(), now);
			this.history.picture(message);
			tell(message);
		}
	}

	@EventListener
	synchronized void happened(TimelineEvent event) {
		happened("event", event);
		if (!this.subscribers.isEmpty()) {
			lookAtPictures();
		}
	}

	private void happened(String name, Object content) {
		LiveMessage message = new LiveMessage(++this.number, name, this.json.writeValueAsString(content));
		this.history.happened(message);
		tell(message);
	}

	private void tell(LiveMessage message) {
		this.subscribers.removeIf((subscriber) -> !subscriber.tell(List.of(message)));
		pauseIfAlone();
	}

	/**
	 * Let go of everybody, for a graceful shutdown waits for requests that go on.
	 */
	@EventListener(ContextClosedEvent.class)
	synchronized void close() {
		this.closed = true;
		this.subscribers.forEach(LiveSubscriber::end);
		this.subscribers.clear();
		pauseIfAlone();
	}

	@Override
	public void destroy() {
		this.looking.shutdownNow();
		this.sending.shutdownNow();
	}

	/**
	 * Which life of the service this is: what was told in another one is history.
	 */
	record Hello(String run) {

	}

}
