package io.github.jujupgsql.datasource;

import org.jspecify.annotations.Nullable;

/**
 * Scopes in which reads from a replica see what was committed before through the primary
 * {@link javax.sql.DataSource}, for jobs, messages and whatever else is no HTTP request,
 * which is a scope by itself: <pre class="code">
 * try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
 * 	orders.accept(message);
 * 	reports.refresh();
 * }
 * </pre> Has an effect if {@code juju.pgsql.replica.read-your-writes} is {@code request},
 * and costs next to nothing if not.
 *
 * @since 0.1.0
 */
public final class ReadYourWrites {

	private static final ThreadLocal<@Nullable CommittedLsn> current = new ThreadLocal<>();

	private ReadYourWrites() {
	}

	/**
	 * Open a scope on this thread, or take part in the one that is open already.
	 * @return the scope, to be closed by this thread
	 */
	public static Scope open() {
		CommittedLsn outer = current();
		return new Scope((outer != null) ? outer : new CommittedLsn());
	}

	/**
	 * Return what has been committed in the scope that this thread is in.
	 * @return the position, or {@code null} outside of any scope
	 */
	static @Nullable CommittedLsn current() {
		return current.get();
	}

	private static void enter(@Nullable CommittedLsn committed) {
		if (committed != null) {
			current.set(committed);
		}
		else {
			current.remove();
		}
	}

	/**
	 * A scope, as one thread takes part in it.
	 */
	public static final class Scope implements AutoCloseable {

		private final CommittedLsn committed;

		private final @Nullable CommittedLsn outer = current();

		private Scope(CommittedLsn committed) {
			this.committed = committed;
			enter(committed);
		}

		/**
		 * Take part in this scope on the calling thread, too: what either of them has
		 * committed, reads of both see from then on. May be called after this scope has
		 * been closed.
		 * @return the scope, to be closed by the calling thread
		 */
		public Scope join() {
			return new Scope(this.committed);
		}

		/**
		 * Leave the scope, for the one around it if there is one.
		 */
		@Override
		public void close() {
			enter(this.outer);
		}

	}

}
