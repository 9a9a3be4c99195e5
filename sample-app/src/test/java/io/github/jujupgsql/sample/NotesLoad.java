package io.github.jujupgsql.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.jujupgsql.test.PgsqlServer;
import tools.jackson.databind.JsonNode;

import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that post notes under keys, and clients that read, as fast as they are
 * answered.
 */
final class NotesLoad implements AutoCloseable {

	private static final int WRITERS = 6;

	private static final int READERS = 4;

	private final NotesService service;

	private final List<Client> clients;

	private final Queue<String> failures = new ConcurrentLinkedQueue<>();

	private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();

	private final AtomicLong requests = new AtomicLong();

	private final AtomicLong longest = new AtomicLong();

	private volatile boolean closed;

	NotesLoad(NotesService service) {
		this.service = service;
		this.clients = Stream
			.concat(Stream.generate(() -> new Client(this::write)).limit(WRITERS),
					Stream.of("/api/notes?limit=3", "/api/notes/count")
						.flatMap((uri) -> Stream.generate(() -> new Client(() -> read(uri))).limit(READERS / 2)))
			.toList();
		this.clients.forEach(Thread::start);
	}

	private ResponseEntity<JsonNode> write() {
		String key = UUID.randomUUID().toString();
		ResponseEntity<JsonNode> answer = this.service.post(key, "\"" + key + "\"");
		if (answer.getStatusCode().value() == 201) {
			assertThat(answer.getBody().get("text").stringValue()).isEqualTo(key);
			this.acknowledged.add(key);
		}
		return answer;
	}

	private ResponseEntity<JsonNode> read(String uri) {
		return this.service.get(uri);
	}

	List<String> failures() {
		return List.copyOf(this.failures);
	}

	/** The texts of the notes that have been answered with 201. */
	List<String> acknowledged() {
		return new ArrayList<>(this.acknowledged);
	}

	/** Wait until every client has sent a request and got its answer, from now on. */
	void awaitProgress() {
		List<Long> before = this.clients.stream().map((client) -> client.answers).toList();
		await().untilAsserted(() -> {
			for (int i = 0; i < before.size(); i++) {
				assertThat(this.clients.get(i).answers).isGreaterThan(before.get(i) + 1);
			}
		});
	}

	/** Wait until every writer has been answered by a server. */
	void awaitWritesTo(PgsqlServer server) {
		await().until(() -> this.clients.stream()
			.limit(WRITERS)
			.allMatch((client) -> server.address().equals(client.lastServer)));
	}

	@Override
	public void close() {
		this.closed = true;
		await().until(() -> this.clients.stream().noneMatch(Thread::isAlive));
	}

	@Override
	public String toString() {
		return "%d requests (%d notes), %d failed, %.0f attempts were repeated, the longest request took %d ms"
			.formatted(this.requests.get(), this.acknowledged.size(), this.failures.size(),
					this.service.failedAttempts(), this.longest.get());
	}

	/**
	 * One client, which waits for each answer.
	 */
	private final class Client extends Thread {

		private final Supplier<ResponseEntity<JsonNode>> request;

		private volatile long answers;

		private volatile String lastServer = "";

		Client(Supplier<ResponseEntity<JsonNode>> request) {
			super("client");
			this.request = request;
		}

		@Override
		public void run() {
			while (!NotesLoad.this.closed) {
				long start = System.nanoTime();
				try {
					take(this.request.get());
				}
				catch (RuntimeException | AssertionError ex) {
					NotesLoad.this.failures.add(ex.toString());
				}
				NotesLoad.this.requests.incrementAndGet();
				NotesLoad.this.longest.accumulateAndGet((System.nanoTime() - start) / 1_000_000, Math::max);
				this.answers++;
			}
		}

		private void take(ResponseEntity<JsonNode> answer) {
			if (answer.getStatusCode().is2xxSuccessful()) {
				this.lastServer = NotesService.servedBy(answer);
			}
			else {
				NotesLoad.this.failures.add(answer.toString());
			}
		}

	}

}
