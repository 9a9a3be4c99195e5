package io.github.jujupgsql.pool;

import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.jujupgsql.pool.RoleTable.LeftOut;
import io.github.jujupgsql.pool.ServerCheck.Answer;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one pool for each server of the relation and decides which server plays which
 * role.
 * <p>
 * One thread, {@code pgsql-roles}, decides: all fields but the executors and the atomic
 * ones belong to it, and it never waits for a server. Servers are asked and pools are
 * closed on other threads, which hand back what they learnt. What borrowers see is the
 * table in {@link Roles}.
 *
 * @since 0.1.0
 */
public final class ServerPools implements Closeable {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(15);

	private static final Duration PAUSE_PATIENCE = Duration.ofSeconds(5);

	private static final long PAUSE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** How long a new primary is left to those who wait before its pool is filled. */
	private static final Duration FILL_DELAY = Duration.ofMillis(100);

	private static final Duration LAG_INTERVAL = Duration.ofSeconds(1);

	private final ServerPoolFactory factory;

	private final PoolSettings settings;

	private final Roles roles = new Roles();

	private final DecisionThread decisions;

	private final ExecutorService background;

	private final Drainer drainer;

	private Map<ConnectionString, Member> members = new LinkedHashMap<>();

	/**
	 * Members that left, or must leave, as former primaries once the new one is
	 * confirmed.
	 */
	private final Map<ConnectionString, Member> former = new HashMap<>();

	/** Former primaries that are draining because no new one was named. */
	private final Set<ServerPool> drainingPrimaries = new LinkedHashSet<>();

	private PgsqlRelation relation = PgsqlRelation.NONE;

	private @Nullable Member primary;

	private boolean paused;

	private final AtomicLong primaryFailures = new AtomicLong();

	private volatile Runnable whenInDoubt = () -> {
	};

	private final RoleLog log;

	private final LagWatch lagWatch;

	private final ReplicaWatch replicaWatch;

	/**
	 * Create the pools of a relation that is not known yet.
	 * @param factory makes a pool
	 * @param settings how pools are sized and left
	 */
	public ServerPools(ServerPoolFactory factory, PoolSettings settings) {
		this.factory = factory;
		this.settings = settings;
		this.decisions = new DecisionThread(threads("pgsql-roles"));
		this.background = Executors.newCachedThreadPool(threads("pgsql-background-"));
		this.drainer = new Drainer(this.background, settings.drainTimeout(), this::left);
		this.log = new RoleLog(settings.fallbackToPrimary());
		this.lagWatch = new LagWatch(settings.maximumLag(), this.background, this.decisions, this::assign);
		if (this.lagWatch.isNeeded()) {
			this.decisions.repeat(this::measureLag, LAG_INTERVAL);
		}
		this.replicaWatch = new ReplicaWatch(settings.sickAfter(), this::ask);
		this.decisions.execute(this::lookAtReplicas);
	}

	private static ThreadFactory threads(String name) {
		AtomicInteger number = new AtomicInteger();
		return (task) -> {
			Thread thread = new Thread(task, name.endsWith("-") ? name + number.incrementAndGet() : name);
			thread.setDaemon(true);
			return thread;
		};
	}

	/**
	 * Return who plays which role.
	 * @return the roles, which live as long as this
	 */
	public Roles getRoles() {
		return this.roles;
	}

	/**
	 * Return the pools of servers that have left and still have work in flight.
	 * @return the pools that are on their way out
	 */
	public List<ServerPool> getDraining() {
		return this.drainer.leaving();
	}

	/**
	 * Return how often the relation's master was asked and could not be made the primary.
	 * @return the number of attempts that failed
	 */
	public long getPrimaryFailures() {
		return this.primaryFailures.get();
	}

	/**
	 * Have something done when the primary may not be what the relation last said, at
	 * most once a second: the relation may have news that nobody has looked at yet.
	 * @param task must not block
	 */
	public void whenInDoubt(Runnable task) {
		this.whenInDoubt = task;
	}

	/**
	 * Follow a relation. Returns at once; the roles change when the servers have been
	 * asked.
	 * @param newRelation what the relation says now
	 */
	public void accept(PgsqlRelation newRelation) {
		accept(newRelation, () -> {
		});
	}

	/**
	 * Follow a relation, and tell when nobody gets what it has left any more: whoever
	 * borrows from then on gets a server that it names, or waits for it to confirm its
	 * role. Waiting for that confirmation before telling could mean to wait for ever.
	 * @param newRelation what the relation says now
	 * @param followed called by the thread that decides; must not block
	 */
	public void accept(PgsqlRelation newRelation, Runnable followed) {
		long now = System.nanoTime();
		this.decisions.execute(() -> {
			try {
				follow(newRelation, now);
			}
			finally {
				followed.run();
			}
		});
	}

	/**
	 * Keep no connection that nobody uses and ask no server anything until told to
	 * {@link #resume()}. Who borrows meanwhile still gets a connection. Blocks until what
	 * nobody uses is closed, so that a checkpoint of the virtual machine finds no socket
	 * open.
	 */
	public void pause() {
		long deadline = System.nanoTime() + PAUSE_PATIENCE.toNanos();
		while (!this.decisions.decideNow(this::rest) && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(PAUSE_POLL_NANOS);
		}
	}

	private boolean rest() {
		this.paused = true;
		// all of them, not only until one has yet to close something
		long restless = Stream.concat(this.members.values().stream(), this.former.values().stream())
			.filter((member) -> !member.pool.rest())
			.count();
		return restless == 0 && this.drainer.leaving().stream().allMatch(ServerPool::isAtRest);
	}

	/**
	 * Go on after {@link #pause()}.
	 */
	public void resume() {
		this.decisions.decideNow(() -> {
			this.paused = false;
			Stream.concat(this.members.values().stream(), this.former.values().stream())
				.forEach((member) -> member.pool
					.wakeUp((member == this.primary) ? this.settings.primary() : this.settings.replica()));
			assign();
			checkWhatIsNotReady();
			return true;
		});
	}

	private void follow(PgsqlRelation newRelation, long since) {
		this.relation = newRelation;
		this.log.causedAt(since);
		Map<ConnectionString, Member> leaving = this.members;
		this.members = new LinkedHashMap<>();
		for (ConnectionString named : named(newRelation)) {
			Member known = leaving.containsKey(named) ? leaving.remove(named) : this.former.remove(named);
			this.members.put(named, (known != null) ? known : newMember(named));
		}
		this.former.putAll(leaving);
		// first, and the master before all others: everybody waits for its answer
		checkWhatIsNotReady();
		assign();
		dismissFormer();
	}

	private Member newMember(ConnectionString server) {
		return new Member(this.factory.create(server, this::suspect), this.lagWatch.isNeeded());
	}

	private static Set<ConnectionString> named(PgsqlRelation relation) {
		Set<ConnectionString> named = new LinkedHashSet<>();
		if (relation.master() != null) {
			named.add(relation.master());
		}
		named.addAll(relation.standbys());
		return named;
	}

	private @Nullable Member candidate() {
		return (this.relation.master() != null) ? this.members.get(this.relation.master()) : null;
	}

	/**
	 * Make the table that follows from what is known. Whoever is asked with new
	 * credentials keeps its role in the old pool until it has answered; the primary steps
	 * down at once for another server.
	 */
	private void assign() {
		Member candidate = candidate();
		if (this.primary != null && this.primary != candidate
				&& (candidate == null || !candidate.pool.isSameServer(this.primary.pool))) {
			this.primary = null;
		}
		ServerPool primaryPool = (this.primary != null) ? this.primary.pool : null;
		Set<ServerPool> replicas = new LinkedHashSet<>();
		Set<LeftOut> leftOut = new LinkedHashSet<>();
		for (ConnectionString standby : this.relation.standbys()) {
			Member named = this.members.get(standby);
			Member member = servingReads(standby);
			if (member != null && member != candidate) {
				member.pool.serveAsReplica(this.settings.replica());
				member.pool.fill();
				replicas.add(member.pool);
			}
			else if (named != null && named != candidate) {
				leftOut.add(new LeftOut(named.pool, named.reason()));
			}
		}
		boolean hopeless = primaryPool == null && candidate != null && candidate.isHopeless();
		publish(new RoleTable(primaryPool, List.copyOf(replicas), List.copyOf(leftOut),
				(primaryPool != null) ? "" : whyNoPrimary(candidate), hopeless));
	}

	private @Nullable Member servingReads(ConnectionString standby) {
		Member member = this.members.get(standby);
		return (member == null || member.servesReads()) ? member : predecessor(member);
	}

	/**
	 * Find who serves reads from the same server with former credentials.
	 */
	private @Nullable Member predecessor(Member member) {
		return this.former.values()
			.stream()
			.filter((old) -> old.servesReads() && old.pool.isSameServer(member.pool))
			.findFirst()
			.orElse(null);
	}

	private String whyNoPrimary(@Nullable Member candidate) {
		return (candidate != null) ? candidate.pool.getServer() + ": " + candidate.reason()
				: "the relation names no master";
	}

	private void publish(RoleTable next) {
		if (!next.equals(this.roles.current())) {
			this.roles.publish(next);
			// not that the old primary has stepped down while the new one is still asked
			if (next.primary() != null || candidate() == null) {
				this.log.tell(next);
			}
		}
	}

	/**
	 * See off what has left and is not needed any more. A former primary waits until the
	 * new one is confirmed: until then nobody knows whether it may be cut off.
	 */
	private void dismissFormer() {
		this.former.values().removeIf((member) -> {
			boolean needed = member.hasBeenPrimary ? isPrimaryAwaited() : isReplacementAwaited(member);
			if (!needed) {
				if (member.hasBeenPrimary) {
					this.drainingPrimaries.add(member.pool);
				}
				this.drainer.drain(member.pool);
			}
			return !needed;
		});
	}

	private boolean isPrimaryAwaited() {
		Member candidate = candidate();
		return candidate != null && candidate != this.primary;
	}

	private boolean isReplacementAwaited(Member old) {
		return old.fitForReads && this.members.values()
			.stream()
			.anyMatch((member) -> !isSettled(member) && member.pool.isSameServer(old.pool));
	}

	private void checkWhatIsNotReady() {
		for (Member member : List.copyOf(this.members.values())) {
			check(member);
		}
	}

	private boolean isSettled(Member member) {
		return (member == candidate()) ? member == this.primary : member.fitForReads;
	}

	private void check(Member member) {
		boolean named = this.members.get(member.pool.getConnectionString()) == member;
		// a former primary gets a fresh pool once the new one is confirmed, which is then
		// asked
		boolean deposed = member.hasBeenPrimary && member != candidate();
		if (named && !deposed && !isSettled(member)) {
			ask(member);
		}
	}

	private void ask(Member member) {
		if (member.owesAnswer() || this.paused) {
			return;
		}
		if (member.nextCheck != null) {
			member.nextCheck.cancel(false);
		}
		Object question = member.asked();
		boolean candidate = member == candidate();
		this.background.execute(() -> {
			Inquiry inquiry = member.pool.inquire();
			if (!candidate) {
				inquiry.close();
			}
			this.decisions.execute(() -> {
				try (inquiry) {
					checked(member, question, inquiry);
				}
			});
		});
		if (isSettled(member) && !candidate) {
			expectAnswer(member, question);
		}
	}

	/**
	 * Give up on an answer after a while. A virtual machine that has been paused
	 * meanwhile cannot know what it has missed, and waits once more.
	 */
	private void expectAnswer(Member member, Object question) {
		Duration patience = this.settings.sickAfter();
		long due = System.nanoTime() + patience.toNanos();
		this.decisions.schedule(() -> {
			if (!member.owesAnswerTo(question)) {
				return;
			}
			boolean late = System.nanoTime() - due > patience.toNanos() / 4;
			if (late || member.isAliveAllTheSame()) {
				expectAnswer(member, question);
			}
			else {
				checked(member, question, new Inquiry(ServerCheck.unanswered(patience)));
			}
		}, patience);
	}

	private void checked(Member member, Object question, Inquiry inquiry) {
		if (!member.hasAnswered(question)) {
			return;
		}
		member.pool.setSilent(false);
		if (this.members.get(member.pool.getConnectionString()) != member) {
			return;
		}
		boolean candidate = member == candidate();
		ServerCheck check = inquiry.check();
		switch (check.answer()) {
			case NOT_IN_RECOVERY -> {
				member.fitForReads = false;
				if (candidate) {
					member.answered();
					if (member != this.primary && !isWarmingUp(member, this.primary)) {
						confirm(member, inquiry);
					}
				}
				else {
					notYet(member, "not in recovery", Patience.STANDBY);
				}
			}
			case IN_RECOVERY -> {
				if (candidate) {
					demoteIfPrimary(member);
					notYet(member, "in recovery", Patience.PROMOTION);
				}
				else {
					member.answered();
					if (!member.fitForReads && !isWarmingUp(member, predecessor(member))) {
						member.fitForReads = true;
						measureLag();
						assign();
						dismissFormer();
					}
				}
			}
			case CREDENTIALS_REFUSED, TOO_MANY_CONNECTIONS -> {
				// what is open in a pool is still good
				if (!isSettled(member)) {
					failed(member, check);
				}
			}
			case UNREACHABLE -> {
				if (!isSettled(member)) {
					failed(member, check);
				}
				else if (!candidate) {
					isSick(member, check);
				}
				// the primary's pool tries for itself to reach its server again
			}
		}
	}

	/**
	 * Let new credentials wait until their pool can carry the load. Asks again soon.
	 */
	private boolean isWarmingUp(Member member, @Nullable Member predecessor) {
		boolean warmingUp = predecessor != null && predecessor != member && predecessor.pool.isSameServer(member.pool)
				&& !member.isWarm(predecessor.pool);
		if (warmingUp) {
			checkLater(member, Patience.PROMOTION.pauseAfter(1));
		}
		return warmingUp;
	}

	private void failed(Member member, ServerCheck check) {
		member.credentialsRefused = check.answer() == Answer.CREDENTIALS_REFUSED;
		Patience patience = (member == candidate()) ? Patience.MASTER : Patience.STANDBY;
		notYet(member, check.reason(), member.credentialsRefused ? Patience.CREDENTIALS : patience);
	}

	private void lookAtReplicas() {
		if (this.paused) {
			// for what was in use or being opened before
			rest();
		}
		List<Member> replicas = this.members.values()
			.stream()
			.filter((member) -> member.fitForReads && member != candidate() && !this.paused)
			.toList();
		long pause = this.replicaWatch.look(replicas);
		this.decisions.schedule(this::lookAtReplicas, Duration.ofNanos(pause));
	}

	private void measureLag() {
		this.lagWatch.measure((this.primary != null) ? this.primary.pool : null,
				this.members.values().stream().filter((member) -> member.fitForReads).toList());
	}

	/**
	 * Leave out a replica that does not answer, and cut off what is in flight there. It
	 * comes back with a fresh pool, as if it had just been named.
	 */
	private void isSick(Member member, ServerCheck check) {
		this.log.causedAt(System.nanoTime());
		ConnectionString server = member.pool.getConnectionString();
		Member fresh = newMember(server);
		this.members.put(server, fresh);
		failed(fresh, check);
		this.drainer.closeCutOff(member.pool, member.pool.cutOff());
	}

	/**
	 * Take the primary role from a server that turns out to be in recovery: demoted,
	 * while the relation still calls it the master. It stays the candidate.
	 * @param member the server
	 */
	private void demoteIfPrimary(Member member) {
		if (member == this.primary) {
			this.primary = null;
			member.pool.doubt();
			this.log.causedAt(System.nanoTime());
			logger.warn("The primary " + member.pool.getServer()
					+ " is in recovery although the relation calls it the master; writes wait");
			assign();
		}
	}

	/**
	 * Ask a server for its role again, because something that only makes sense in another
	 * one has been seen, or reads fail there. Called by whoever saw it.
	 * @param pool the server's pool
	 */
	private void suspect(ServerPool pool) {
		this.decisions.execute(() -> {
			Member member = this.members.get(pool.getConnectionString());
			if (member != null && member.pool == pool) {
				ask(member);
			}
		});
		if (pool.isPrimary()) {
			this.whenInDoubt.run();
		}
	}

	private void notYet(Member member, String reason, Patience patience) {
		if (member == candidate() && patience != Patience.PROMOTION) {
			this.primaryFailures.incrementAndGet();
		}
		if (member.failed(reason)) {
			String server = member.pool.getServer();
			if (patience == Patience.PROMOTION) {
				logger.info("Waiting for " + server + " to leave recovery; then it is the primary");
			}
			else if (member == candidate()) {
				logger.warn("The relation's master " + server + " cannot be the primary yet: " + reason);
			}
			else {
				logger.warn("Standby " + server + " serves no reads: " + reason);
			}
			assign();
		}
		checkLater(member, patience.pauseAfter(member.failures));
	}

	private void checkLater(Member member, Duration pause) {
		member.nextCheck = this.decisions.schedule(() -> check(member), pause);
	}

	/**
	 * Give the primary role to a server that has said that it is not in recovery. Former
	 * primaries are cut off before anyone can borrow from the new one, so that no commit
	 * is acknowledged there once there is one here.
	 * @param member the new primary
	 * @param inquiry its word
	 */
	private void confirm(Member member, Inquiry inquiry) {
		this.drainer.cutOffDraining((pool) -> this.drainingPrimaries.contains(pool) && isDeposed(pool, member));
		Map<ServerPool, Integer> cutOff = new LinkedHashMap<>();
		this.former.values().removeIf((old) -> old.hasBeenPrimary && cutOff(old, member, cutOff));
		for (Member other : List.copyOf(this.members.values())) {
			if (other.hasBeenPrimary && cutOff(other, member, cutOff)) {
				ConnectionString stays = other.pool.getConnectionString();
				this.members.put(stays, newMember(stays));
			}
		}
		member.hasBeenPrimary = true;
		member.pool.serveAsPrimary(this.settings.primary(), inquiry);
		this.primary = member;
		// there for whoever has waited; the table in force gives this pool to nobody
		inquiry.close();
		assign();
		cutOff.forEach(this.drainer::closeCutOff);
		dismissFormer();
		checkWhatIsNotReady();
		this.decisions.schedule(member.pool::fill, FILL_DELAY);
	}

	private static boolean cutOff(Member old, Member newPrimary, Map<ServerPool, Integer> cutOff) {
		if (!isDeposed(old.pool, newPrimary)) {
			return false;
		}
		cutOff.put(old.pool, old.pool.cutOff());
		return true;
	}

	private static boolean isDeposed(ServerPool old, Member newPrimary) {
		return !old.isSameServer(newPrimary.pool);
	}

	private void left(ServerPool pool) {
		this.factory.release(pool);
		this.decisions.execute(() -> this.drainingPrimaries.remove(pool));
	}

	/**
	 * Close every pool. Work that is still in flight is aborted: whoever has work to
	 * finish does so before the beans are destroyed.
	 */
	@Override
	public void close() {
		try {
			List<Callable<Object>> closings = this.decisions.end(this::dismissAll, CLOSE_PATIENCE);
			this.background.invokeAll(closings, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
			// HikariCP, interrupted while it closes a pool, leaves threads behind
			this.background.shutdown();
			if (!this.background.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
				this.background.shutdownNow();
			}
		}
		catch (RejectedExecutionException ex) {
			// closed before
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("Closing the pools failed", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private List<Callable<Object>> dismissAll() {
		this.roles.publish(RoleTable.closed());
		List<ServerPool> pools = new ArrayList<>(this.drainer.leaving());
		this.members.values().forEach((member) -> pools.add(member.pool));
		this.former.values().forEach((member) -> pools.add(member.pool));
		this.members.clear();
		this.former.clear();
		return pools.stream().map((pool) -> Executors.callable(pool::close)).toList();
	}

}
