package io.github.jujupgsql.routing;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The tests for those whose transactions have savepoints. Spring has none with Hibernate.
 */
abstract class NestedRoutingTests extends RoutingTests {

	NestedRoutingTests(Class<?> application) {
		super(application);
	}

	@Test
	void aNestedTransactionIsRolledBackAloneOnThePrimary() {
		this.transactions.readWrite(() -> {
			write("outer");
			String outer = backend();
			assertThatIllegalStateException().isThrownBy(() -> this.transactions.nested(() -> {
				write("inner");
				assertThat(backend()).isEqualTo(outer);
				throw new IllegalStateException("on purpose");
			}));
			return this.transactions.nested(() -> wrote("another"));
		});
		assertThat(this.transactions.readWrite(this::read)).containsExactly("outer", "another");
	}

	@Test
	void aReadOnlyTransactionNestedInOneThatWritesStaysThere() {
		assertThat(this.transactions.readWrite(() -> {
			write("a");
			assertThat(this.transactions.nestedReadOnly(this::backend)).isEqualTo(backend());
			return this.transactions.nestedReadOnly(this::read);
		})).containsExactly("a");
	}

	@Test
	void aTransactionNestedInAReadOnlyOneStaysOnItsStandby() {
		String outer = this.transactions.readOnly(() -> {
			assertThat(this.transactions.nested(this::backend)).isEqualTo(backend());
			return backend();
		});
		assertOnStandby(outer);
		assertRefused(() -> this.transactions.readOnly(() -> this.transactions.nested(() -> wrote("a"))));
	}

}
