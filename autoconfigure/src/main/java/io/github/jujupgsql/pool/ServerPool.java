package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Function;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.role.ProbeAnswer;
import io.github.jujupgsql.role.ServerIdentity;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one server, with one set of credentials, whatever role it plays.
 * Opens only once the server has answered; its target and its credentials never change.
 * <p>
 * What stands here is for the thread that assigns roles, and for those that ask the
 * server on its behalf. The role belongs to that thread.
 *
 * @since 0.1.0
 */
public final class ServerPool extends LendingPool {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	/** How many connections there are and may be. */
	final PoolCapacity capacity;

	private final RoleProber prober;

	private final ServerQuestions questions;

	/**
	 * Create a pool that is not open yet.
	 * @param server what to call it
	 * @param name what to call the pool
	 * @param connections opens connections to it
	 * @param configFactory configures the pool when it opens
	 * @param listener told what threads notice that borrow, work or open connections
	 */
	ServerPool(String server, String name, ServerConnections connections,
			Function<ServerConnections, HikariConfig> configFactory, PoolListener listener) {
		super(server, name, connections, listener);
		this.capacity = new PoolCapacity(this);
		this.prober = new RoleProber(this, configFactory);
		this.questions = new ServerQuestions(this);
		connections.getGate().whenIndistinct(() -> listener.indistinct(this));
		connections.getGate().whenElsewhere((answer) -> listener.ledElsewhere(this, answer, isAnswering(answer)));
	}

	@Override
	ServerPool self() {
		return this;
	}

	/**
	 * Return whether the server still answers, now that its name leads to another one. If
	 * the primary's leads to what is out of recovery, that does not matter.
	 */
	private boolean isAnswering(ProbeAnswer other) {
		return (isPrimary() && other.kind() == ProbeAnswer.Kind.NOT_IN_RECOVERY) || this.questions.answersStill();
	}

	/**
	 * Take connections to another server than before, because the name leads there now.
	 * @param identity who answers there
	 */
	void bind(ServerIdentity identity) {
		this.connections.getGate().expect(identity.instance(), false);
		setIdentity(identity);
		this.connections.getOpener().resume();
	}

	/**
	 * See where the server's name leads; what follows is for the listener. Blocks.
	 */
	void lookUp() {
		try {
			this.connections.getDialler().lookUp();
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("The name of " + getServer() + " leads nowhere now", ex);
		}
	}

	/**
	 * Ask the server for its role, and open the pool if that has not been done. Blocks;
	 * one thread at a time.
	 * @return what it answered, to be closed
	 */
	RoleProbe probe() {
		return this.prober.probe();
	}

	/**
	 * Ask a server that is to be a standby for its role. Blocks; one thread at a time.
	 * @param anew whether to open a new connection for it
	 * @return what it answered, to be closed
	 */
	RoleProbe probeStandby(boolean anew) {
		return this.prober.probeStandby(anew);
	}

	/**
	 * Ask the server whether it is what it is taken for. Does not queue for a connection
	 * of the pool. Blocks.
	 * @return what is wrong, or {@code null} if all is well
	 */
	@Nullable Fault findFault() {
		return this.prober.findFault();
	}

	/**
	 * Ask the server something, on a connection that is idle or, if there is none, on one
	 * of our own. Blocks.
	 * @param <T> the type of the answer
	 * @param question the question
	 * @return the answer, or {@code null} while the pool is not open
	 * @throws SQLException if there is no answer in time
	 */
	<T> @Nullable T ask(Question<T> question) throws SQLException {
		return this.questions.ask(question);
	}

	/**
	 * Have every connection that is open asked before it is lent again.
	 */
	void invalidateVerification() {
		this.connections.getOpen().nextEpoch();
	}

	/**
	 * Use the server as a replica from now on. Connections that were open before are
	 * asked before they are lent as such.
	 * @param size how large the pool is to be
	 */
	void serveAsReplica(PoolSize size) {
		if (this.connections.getRole() != ServerRole.REPLICA) {
			this.connections.serveAs(ServerRole.REPLICA);
		}
		this.capacity.resize(size);
	}

	/**
	 * Use the server as the primary from now on. Connections that were open before are
	 * asked before they are lent as such, but for the one that has just been.
	 * @param size how large the pool is to be
	 * @param probe the server's word that it is the primary
	 * @param since since when it has been the primary
	 */
	void serveAsPrimary(PoolSize size, RoleProbe probe, Instant since) {
		setPrimarySince(since);
		if (!isPrimary()) {
			long epoch = this.connections.serveAs(ServerRole.PRIMARY);
			probe.trust(this.connections.getOpen(), epoch);
		}
		this.capacity.resize(size);
	}

	/**
	 * Cut off every connection at once, and open none from now on. Does not wait for the
	 * server.
	 * @param because why, as the end of a sentence
	 * @return how many were open
	 */
	int fence(String because) {
		this.notes.cutOff(because);
		HikariAdapter pool = adapter();
		return this.connections.getBarrier().whileUp(() -> {
			if (pool != null) {
				// otherwise closing a connection whose work is done fails; before
				// retiring, which lets in the poison pill that all waiting threads are
				// to get one after the other
				pool.empty();
			}
			return this.connections.fenceAll();
		});
	}

	/**
	 * Let work in flight finish, then abort what is left and close. Blocks.
	 * @param timeout how long to let it go on
	 */
	void drain(Duration timeout) {
		this.connections.retire();
		shutDown((shutdown) -> shutdown.drain(timeout));
	}

	/**
	 * Close what has been cut off. Blocks for a moment.
	 */
	void closeFenced() {
		shutDown(PoolShutdown::closeFenced);
	}

	/**
	 * Close whatever is open. Blocks for a moment.
	 */
	void close() {
		this.connections.abortAll();
		shutDown(PoolShutdown::close);
	}

	private void shutDown(Consumer<PoolShutdown> how) {
		HikariAdapter pool = adapter();
		if (pool != null) {
			how.accept(new PoolShutdown(this, pool, this.connections));
		}
		else {
			this.connections.abortAll();
			// until then its name is in use
			this.prober.awaitOpened();
		}
	}

	/**
	 * What is wrong with a server.
	 *
	 * @param reason what it is, on one line
	 * @param serving whether the connections that are open serve on: the server only lets
	 * no further ones in
	 * @since 0.1.0
	 */
	public record Fault(String reason, boolean serving) {

	}

}
