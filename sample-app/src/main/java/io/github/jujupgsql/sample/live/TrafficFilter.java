package io.github.jujupgsql.sample.live;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Counts what becomes of the requests, and tells when another server has answered a write
 * than the one before.
 */
final class TrafficFilter extends OncePerRequestFilter {

	private static final String SERVED_BY = "X-Served-By";

	private final Traffic traffic;

	private final ApplicationEventPublisher events;

	private final AtomicReference<@Nullable Write> last = new AtomicReference<>();

	TrafficFilter(Traffic traffic, ApplicationEventPublisher events) {
		this.traffic = traffic;
		this.events = events;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		boolean write = !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
		long started = System.nanoTime();
		boolean answered = false;
		try {
			chain.doFilter(request, response);
			answered = true;
		}
		finally {
			boolean failure = !answered || response.getStatus() >= 500;
			String server = response.getHeader(SERVED_BY);
			this.traffic.count(write, server, System.nanoTime() - started, failure);
			if (write && !failure && server != null) {
				written(new Write(server, System.currentTimeMillis()));
			}
		}
	}

	private void written(Write write) {
		Write before = this.last.getAndUpdate((known) -> (known != null && known.at() > write.at()) ? known : write);
		if (before != null && !before.server().equals(write.server())) {
			this.events.publishEvent(new TimelineEvent(write.at(), TimelineEvent.Source.SERVICE, false,
					"The first write is answered by " + write.server(),
					"The last one by %s was %,d ms before".formatted(before.server(), write.at() - before.at())));
		}
	}

	/**
	 * A write that was answered.
	 */
	private record Write(String server, long at) {

	}

}
