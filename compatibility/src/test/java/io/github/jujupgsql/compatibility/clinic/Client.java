package io.github.jujupgsql.compatibility.clinic;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Threads that add owners and visits and look at them without a pause, and remember what
 * was acknowledged.
 */
final class Client implements AutoCloseable {

	private static final int THREADS = 4;

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final URI base;

	private final List<Thread> threads;

	private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();

	private final AtomicInteger failed = new AtomicInteger();

	private final AtomicInteger misread = new AtomicInteger();

	private volatile boolean over;

	Client(int port) {
		this.base = URI.create("http://localhost:" + port);
		this.threads = IntStream.range(0, THREADS).mapToObj((number) -> new Thread(() -> work(number))).toList();
		this.threads.forEach(Thread::start);
	}

	/** The owners' names and the visits' descriptions that are to be in the database. */
	Queue<String> acknowledged() {
		return this.acknowledged;
	}

	int failed() {
		return this.failed.get();
	}

	/** How often an owner that was acknowledged was not found, or was another one. */
	int misread() {
		return this.misread.get();
	}

	private void work(int number) {
		for (int i = 0; !this.over; i++) {
			String owner = "owner " + number + "-" + i;
			String id = post("/owners", owner);
			if (id != null) {
				post("/owners/" + id + "/visits", "visit of " + owner);
				read(id, owner);
			}
			send(HttpRequest.newBuilder(this.base.resolve("/vets")));
		}
	}

	private String post(String path, String body) {
		HttpResponse<String> answer = send(
				HttpRequest.newBuilder(this.base.resolve(path)).POST(BodyPublishers.ofString(body)));
		if (answer == null) {
			return null;
		}
		this.acknowledged.add(body);
		return answer.body();
	}

	private void read(String id, String owner) {
		HttpResponse<String> answer = send(HttpRequest.newBuilder(this.base.resolve("/owners/" + id)));
		if (answer != null && !answer.body().equals(owner)) {
			this.misread.incrementAndGet();
		}
	}

	private HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> answer = this.http.send(request.build(), BodyHandlers.ofString());
			if (answer.statusCode() / 100 == 2) {
				return answer;
			}
			this.failed.incrementAndGet();
			return null;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * End, and wait until every request has been answered.
	 */
	@Override
	public void close() throws InterruptedException {
		this.over = true;
		for (Thread thread : this.threads) {
			thread.join();
		}
	}

}
