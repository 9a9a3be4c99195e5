package io.github.jujupgsql.role;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Rehearsal}.
 */
class RehearsalTests {

	private final RolePolicy policy = new RolePolicy(Duration.ofSeconds(1), Duration.ofSeconds(30), true, null,
			new PrimaryPolicy(Duration.ofSeconds(1), Duration.ofSeconds(30), true), RoleTimes.DEFAULT);

	private final Rehearsal rehearsal = new Rehearsal(new RoleRules(this.policy), this.policy);

	@Test
	void everySwitchIsCarriedThrough() {
		Topology last = this.rehearsal.perform();
		assertThat(last.primary()).extracting(ServerId::name).isEqualTo("rehearsal2:5432");
		assertThat(last.roles().replicas()).extracting(ServerId::name)
			.containsExactly("rehearsal1:5432", "rehearsal3:5432");
		assertThat(last.servers()).hasSize(3);
		assertThat(Rehearsal.isNeeded()).as("whether another one is of use").isFalse();
	}

	@Test
	void anInterruptedThreadGoesNoFurther() {
		Thread.currentThread().interrupt();
		try {
			assertThat(this.rehearsal.perform().relation().standbys()).isEqualTo(List.of());
		}
		finally {
			assertThat(Thread.interrupted()).isTrue();
		}
	}

}
