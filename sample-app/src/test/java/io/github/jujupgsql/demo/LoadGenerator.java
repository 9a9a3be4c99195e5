package io.github.jujupgsql.demo;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

import io.github.jujupgsql.test.PgsqlServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Clients of the service, over real HTTP: for each write three reads, at a steady rate.
 * There are so and so many clients, and while all of them wait for an answer nobody asks.
 * They count for themselves what becomes of their requests.
 */
class LoadGenerator {

	static final int HIGHEST_RATE = 400;

	/** Together fewer than juju.pgsql.primary.maximum-waiting lets wait. */
	private static final int CLIENTS_OF_A_KIND = 24;

	private static final long STEP_MILLIS = 10;

	private static final Logger log = LoggerFactory.getLogger(LoadGenerator.class);

	private final IntSupplier port;

	private final String run = "load " + UUID.randomUUID().toString().substring(0, 8);

	private final HttpClient http;

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "demo-load");
		thread.setDaemon(true);
		return thread;
	});

	private final Semaphore writers = new Semaphore(CLIENTS_OF_A_KIND);

	private final Semaphore readers = new Semaphore(CLIENTS_OF_A_KIND);

	private final AtomicLong sent = new AtomicLong();

	private final AtomicLong answered = new AtomicLong();

	private final AtomicLong failed = new AtomicLong();

	private final AtomicLong written = new AtomicLong();

	private volatile String lastFailure = "";

	private volatile int rate;

	private volatile Answers answers = new Answers();

	private double due;

	private long turn;

	LoadGenerator(IntSupplier port) {
		this.port = port;
		this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
		this.clock.scheduleAtFixedRate(this::step, STEP_MILLIS, STEP_MILLIS, TimeUnit.MILLISECONDS);
	}

	/**
	 * Set how many requests a second there are to be.
	 * @param requests the number; 0 for none
	 */
	void rate(int requests) {
		this.rate = requests;
	}

	int rate() {
		return this.rate;
	}

	/**
	 * Begin to take down who answers, and when.
	 */
	Answers watch() {
		Answers fresh = new Answers();
		this.answers = fresh;
		return fresh;
	}

	Count count() {
		return new Count(this.rate, this.sent.get(), this.answered.get(), this.failed.get(), this.written.get(),
				this.lastFailure);
	}

	private void step() {
		try {
			// what could not be sent in time is not made up for
			this.due = Math.min(this.due + this.rate * STEP_MILLIS / 1000.0, CLIENTS_OF_A_KIND);
			for (; this.due >= 1; this.due--) {
				boolean write = this.turn++ % 4 == 0;
				if ((write ? this.writers : this.readers).tryAcquire()) {
					send(write);
				}
			}
		}
		catch (RuntimeException ex) {
			log.warn("The load stumbles", ex);
		}
	}

	private void send(boolean write) {
		URI notes = URI.create("http://127.0.0.1:%d/api/notes".formatted(this.port.getAsInt()));
		HttpRequest request = (write ? write(notes) : HttpRequest.newBuilder(notes.resolve("/api/notes?limit=5")))
			.timeout(Duration.ofSeconds(60))
			.build();
		this.sent.incrementAndGet();
		this.http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).whenComplete((response, failure) -> {
			(write ? this.writers : this.readers).release();
			ended(write, response, failure);
		});
	}

	private HttpRequest.Builder write(URI notes) {
		return HttpRequest.newBuilder(notes)
			.header("Content-Type", "application/json")
			.header("Idempotency-Key", UUID.randomUUID().toString())
			.POST(HttpRequest.BodyPublishers
				.ofString("{\"text\": \"%s, note %d\"}".formatted(this.run, this.sent.get())));
	}

	private void ended(boolean write, HttpResponse<String> response, Throwable failure) {
		if (failure != null || response.statusCode() >= 300) {
			this.lastFailure = (failure != null) ? failure.toString()
					: "%d %s".formatted(response.statusCode(), response.body());
			this.failed.incrementAndGet();
			log.warn("A {} failed: {}", write ? "write" : "read", this.lastFailure);
			return;
		}
		this.answered.incrementAndGet();
		String server = response.headers().firstValue("X-Served-By").orElse("nobody");
		if (write) {
			this.written.incrementAndGet();
			this.answers.write(server);
		}
		else {
			this.answers.read(server);
		}
	}

	/**
	 * Stop, wait for the last answers, and look for every acknowledged write.
	 * @param master where to look
	 * @return what was found
	 */
	Proof prove(PgsqlServer master) throws SQLException, InterruptedException {
		int before = this.rate;
		this.rate = 0;
		this.writers.acquire(CLIENTS_OF_A_KIND);
		try (Connection connection = master.connection();
				PreparedStatement query = connection
					.prepareStatement("SELECT count(*), count(DISTINCT text) FROM notes WHERE starts_with(text, ?)")) {
			query.setString(1, this.run);
			try (ResultSet result = query.executeQuery()) {
				result.next();
				return new Proof(this.written.get(), result.getLong(1), result.getLong(2));
			}
		}
		finally {
			this.writers.release(CLIENTS_OF_A_KIND);
			this.rate = before;
		}
	}

	/**
	 * End before the service does, which would be a failure to the clients.
	 */
	@EventListener(ContextClosedEvent.class)
	void close() {
		this.rate = 0;
		this.clock.shutdownNow();
	}

	/**
	 * What the clients have counted.
	 *
	 * @param rate how many requests a second there are to be
	 * @param sent requests sent
	 * @param answered requests answered as they should be
	 * @param failed requests answered otherwise, or not at all
	 * @param written writes answered as they should be
	 * @param lastFailure what the last failure was
	 */
	record Count(int rate, long sent, long answered, long failed, long written, String lastFailure) {
	}

	/**
	 * What has become of the writes.
	 *
	 * @param acknowledged writes that were answered with 201
	 * @param stored notes that are there
	 * @param different how many of them are different ones
	 */
	record Proof(long acknowledged, long stored, long different) {

		boolean holds() {
			return this.acknowledged == this.stored && this.stored == this.different;
		}

		@Override
		public String toString() {
			return "%,d writes were answered with 201; the master has %,d of them, %,d different ones"
				.formatted(this.acknowledged, this.stored, this.different);
		}

	}

}
