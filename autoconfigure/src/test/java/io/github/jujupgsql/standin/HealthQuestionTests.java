package io.github.jujupgsql.standin;

import java.util.Objects;

import io.github.jujupgsql.pool.ServerPool;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of asking whether a server is what it is taken for.
 */
class HealthQuestionTests {

	private static final int TIMES = 2000;

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().start();

	@Test
	void whoAsksAfterAnAnswerGetsOneOfTheirOwn() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		ServerPool primary = Objects.requireNonNull(this.application.roles().primary());
		long before = questions();
		for (int i = 0; i < TIMES; i++) {
			assertThat(this.application.pools().findFault(primary)).isNull();
		}
		assertThat(questions() - before).isGreaterThanOrEqualTo(TIMES);
	}

	private long questions() {
		return this.master.statements()
			.stream()
			.filter((statement) -> StandInServer.isRoleQuestion(statement.sql()))
			.count();
	}

}
