package io.github.jujupgsql.sample;

import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.context.event.EventListener;
import org.springframework.resilience.retry.MethodRetryEvent;
import org.springframework.stereotype.Component;

/**
 * Counts what no client sees: transactions that failed and were repeated. They are in
 * {@code notes.attempts.failed}, and only the requests that failed in the end in
 * {@code http.server.requests}.
 */
@Component
class FailedAttempts {

	static final String METER = "notes.attempts.failed";

	private final MeterRegistry meters;

	FailedAttempts(MeterRegistry meters) {
		this.meters = meters;
	}

	@EventListener
	void count(MethodRetryEvent event) {
		if (!event.isRetryAborted()) {
			this.meters
				.counter(METER, "method", event.getMethod().getName(), "exception",
						event.getFailure().getClass().getSimpleName())
				.increment();
		}
	}

}
