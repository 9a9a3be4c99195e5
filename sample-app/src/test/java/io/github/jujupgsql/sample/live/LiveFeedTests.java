package io.github.jujupgsql.sample.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.github.jujupgsql.sample.live.TimelineEvent.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The feed over HTTP, of an application without a database.
 */
class LiveFeedTests {

	private final ConfigurableApplicationContext service = SpringApplication.run(Service.class, "--server.port=0",
			"--spring.main.banner-mode=off");

	private final AtomicInteger picture = this.service.getBean(Service.class).picture;

	private final AtomicLong looks = this.service.getBean(Service.class).looks;

	private final HttpClient http = HttpClient.newHttpClient();

	private final List<Listener> listeners = new ArrayList<>();

	@AfterEach
	void stop() {
		this.service.close();
		for (Listener listener : this.listeners) {
			assertThat(listener.readToEnd()).isNotNull();
		}
	}

	@Test
	void whoListensIsToldPicturesTrafficAndWhatHappens() throws Exception {
		happens("A server is killed");
		Listener listener = listen("");
		assertThat(listener.next("event")).contains("A server is killed", "\"source\":\"SERVERS\"");
		assertThat(listener.next("picture")).isEqualTo("0");
		this.picture.set(7);
		assertThat(listener.next("picture")).isEqualTo("7");
		assertThat(listener.next("traffic")).contains("\"failed\":0");
		happens("Another — is “promoted”");
		assertThat(listener.next("event")).contains("Another — is “promoted”");
	}

	@Test
	void whoComesBackMissesNothingAndIsToldNothingTwice() throws Exception {
		Listener listener = listen("");
		happens("one");
		assertThat(listener.next("event")).contains("one");
		happens("two");
		happens("three");
		Listener again = listen(listener.lastId);
		assertThat(again.next("event")).contains("two");
		assertThat(again.next("event")).contains("three");
		Listener fromAnotherLife = listen("another-99");
		assertThat(fromAnotherLife.next("event")).contains("one");
	}

	@Test
	void nothingIsLookedAtWhileNobodyListens() throws Exception {
		assertThat(this.looks).hasValue(0);
		Socket socket = new Socket("127.0.0.1", port());
		socket.getOutputStream().write("GET /live HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		await().untilAtomic(this.looks, (looks) -> assertThat(looks).isGreaterThan(3));
		socket.close();
		AtomicLong before = new AtomicLong();
		await().during(Duration.ofMillis(600)).until(() -> this.looks.get() == before.getAndSet(this.looks.get()));
	}

	/** Tomcat itself gives up after a minute. */
	@Test
	@Timeout(40)
	void whoDoesNotReadHoldsUpNobody() throws Exception {
		try (Socket deaf = new Socket()) {
			deaf.setReceiveBufferSize(1024);
			deaf.connect(new InetSocketAddress("127.0.0.1", port()));
			deaf.getOutputStream().write("GET /live HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			await().untilAtomic(this.looks, (looks) -> assertThat(looks).isPositive());
			Listener listener = listen("");
			for (int i = 0; i < 400; i++) {
				happens("event %d %s".formatted(i, "x".repeat(20_000)));
				assertThat(listener.next("event")).contains("event %d ".formatted(i));
			}
		}
	}

	private void happens(String text) {
		this.service.publishEvent(TimelineEvent.now(Source.SERVERS, text, null));
	}

	private int port() {
		return this.service.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private Listener listen(String after) throws IOException, InterruptedException {
		URI uri = URI.create("http://127.0.0.1:%d/live?after=%s".formatted(port(), after));
		HttpResponse<InputStream> response = this.http.send(HttpRequest.newBuilder(uri).build(),
				HttpResponse.BodyHandlers.ofInputStream());
		assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
		Listener listener = new Listener(
				new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
		this.listeners.add(listener);
		return listener;
	}

	private static final class Listener {

		private final BufferedReader reader;

		private String lastId = "";

		private Listener(BufferedReader reader) {
			this.reader = reader;
		}

		/**
		 * Return the content of the next message of this name.
		 */
		private String next(String name) throws IOException {
			String event = "";
			for (String line = this.reader.readLine(); line != null; line = this.reader.readLine()) {
				if (line.startsWith("id:")) {
					this.lastId = line.substring("id:".length());
				}
				else if (line.startsWith("event:")) {
					event = line.substring("event:".length());
				}
				else if (line.startsWith("data:") && event.equals(name)) {
					return line.substring("data:".length());
				}
			}
			throw new AssertionError("The feed has ended");
		}

		private String readToEnd() {
			try {
				String last = "";
				for (String line = this.reader.readLine(); line != null; line = this.reader.readLine()) {
					last = line;
				}
				return last;
			}
			catch (IOException ex) {
				throw new AssertionError("The feed was cut off and not ended", ex);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class,
			JacksonAutoConfiguration.class })
	@Import({ LiveConfiguration.class, LiveController.class })
	static class Service {

		private final AtomicInteger picture = new AtomicInteger();

		private final AtomicLong looks = new AtomicLong();

		@Bean
		LiveSource picture() {
			return new LiveSource() {

				@Override
				public String name() {
					return "picture";
				}

				@Override
				public Object current() {
					Service.this.looks.incrementAndGet();
					return Service.this.picture.get();
				}

			};
		}

	}

}
