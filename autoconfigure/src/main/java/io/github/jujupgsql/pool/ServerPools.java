package io.github.jujupgsql.pool;

import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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
import io.github.jujupgsql.pool.RoleCheck.Answer;
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

	private static final Duration FILL_INTERVAL = Duration.ofMillis(100);

	/**
	 * How many times a server may go on to owe an answer because it has begun to log
	 * somebody in: that may take long, but one that hangs may have begun it as well.
	 */
	private static final int LOGIN_EXCUSES = 2;

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
	private final Set<Member> former = new LinkedHashSet<>();

	/** Former primaries that are draining because no new one was named. */
	private final Set<ServerPool> drainingPrimaries = new LinkedHashSet<>();

	/** What has been cut off, and is still to be closed. */
	private final Set<ServerPool> cutOff = new LinkedHashSet<>();

	/** What is to be followed, from the time it is known until it is. */
	private final Deque<News> news = new ArrayDeque<>();

	private PgsqlRelation relation = PgsqlRelation.NONE;

	private @Nullable Member primary;

	private boolean paused;

	private boolean recovering;

	/** How many times in a row going on has failed, and once more. */
	private int recoveries = 1;

	private final Map<ServerPool, CompletableFuture<Optional<ServerPool.Fault>>> healthQuestions = new ConcurrentHashMap<>();

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
		this(factory, settings, Executors.newCachedThreadPool(threads("pgsql-background-")));
	}

	/**
	 * Create the pools of a relation that is not known yet.
	 * @param factory makes a pool
	 * @param settings how pools are sized and left
	 * @param background where servers are asked and pools are closed; is shut down with
	 * this
	 */
	ServerPools(ServerPoolFactory factory, PoolSettings settings, ExecutorService background) {
		this.factory = factory;
		this.settings = settings;
		this.decisions = new DecisionThread(threads("pgsql-roles"));
		this.decisions.whenFailed(this::recoverLater);
		this.background = background;
		this.drainer = new Drainer(this.background, settings.drainTimeout(), this::left);
		this.log = new RoleLog(settings.fallbackToPrimary());
		this.lagWatch = new LagWatch(settings.maximumLag(), this.background, this.decisions, this::assign);
		if (this.lagWatch.isNeeded()) {
			this.decisions.repeat(this::measureLag, LAG_INTERVAL);
		}
		this.decisions.repeat(() -> this.members.values().forEach((member) -> member.pool.fillForWaiting()),
				FILL_INTERVAL);
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
	 * Find out whether a server is what it is taken for. Waits for its answer for the
	 * validation timeout at the most, and asks once, however many want to know at the
	 * same time.
	 * @param pool the server's pool
	 * @return what is wrong, or {@code null} if all is well
	 */
	public ServerPool.@Nullable Fault findFault(ServerPool pool) {
		Duration patience = pool.validationTimeout();
		CompletableFuture<Optional<ServerPool.Fault>> asked = new CompletableFuture<>();
		CompletableFuture<Optional<ServerPool.Fault>> under = this.healthQuestions.putIfAbsent(pool, asked);
		try {
			if (under == null) {
				this.background.execute(() -> {
					try {
						asked.complete(Optional.ofNullable(pool.findFault()));
					}
					catch (RuntimeException | Error ex) {
						asked.completeExceptionally(ex);
					}
					finally {
						this.healthQuestions.remove(pool, asked);
					}
				});
			}
			return ((under != null) ? under : asked).get(patience.toMillis(), TimeUnit.MILLISECONDS).orElse(null);
		}
		catch (TimeoutException ex) {
			return new ServerPool.Fault(RoleCheck.unanswered(patience).reason(), false);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return new ServerPool.Fault("interrupted while asking", false);
		}
		catch (ExecutionException | RuntimeException | Error ex) {
			this.healthQuestions.remove(pool, asked);
			return new ServerPool.Fault(RoleCheck.oneLine(ex.toString()), false);
		}
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
		News added = new News(newRelation, followed, System.nanoTime());
		this.decisions.execute(() -> {
			this.news.add(added);
			followNews();
		});
	}

	private void followNews() {
		News last = this.news.peekLast();
		if (last != null) {
			follow(last.relation(), last.since());
			while (!this.news.isEmpty()) {
				this.news.remove().followed().run();
			}
		}
	}

	/**
	 * Go on soon from where a decision has failed, whatever it threw and however far it
	 * had come: everything that may be left to do is looked at once more.
	 */
	private void recoverLater() {
		if (!this.recovering) {
			this.recovering = true;
			this.decisions.schedule(this::recover, Patience.RECOVERY.pauseAfter(this.recoveries));
		}
	}

	private void recover() {
		this.recovering = false;
		this.recoveries++;
		followNews();
		closeCutOff();
		assign();
		dismissFormer();
		limitWithdrawn();
		checkWhatIsNotReady();
		this.recoveries = 1;
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
		long restless = allMembers().stream().filter((member) -> !member.pool.rest()).count();
		return restless == 0 && this.drainer.leaving().stream().allMatch(ServerPool::isAtRest);
	}

	/**
	 * Go on after {@link #pause()}.
	 */
	public void resume() {
		this.decisions.decideNow(() -> {
			this.paused = false;
			allMembers().forEach((member) -> member.pool
				.wakeUp((member == this.primary) ? this.settings.primary() : this.settings.replica()));
			assign();
			checkWhatIsNotReady();
			return true;
		});
	}

	private void follow(PgsqlRelation newRelation, long since) {
		// what may fail comes first, and changes nothing
		Map<ConnectionString, Member> next = members(newRelation);
		this.relation = newRelation;
		this.log.causedAt(since);
		this.former.addAll(this.members.values());
		this.former.removeAll(next.values());
		this.members = next;
		// first, and the master before all others: everybody waits for its answer
		checkWhatIsNotReady();
		assign();
		dismissFormer();
		limitWithdrawn();
	}

	private Map<ConnectionString, Member> members(PgsqlRelation newRelation) {
		Map<ConnectionString, Member> next = new LinkedHashMap<>();
		List<ServerPool> created = new ArrayList<>();
		try {
			for (ConnectionString server : named(newRelation)) {
				Member known = known(server);
				boolean withdrawn = known != null && known.hasBeenPrimary && newRelation.master() == null;
				Member member = (known != null && !withdrawn) ? known : newMember(server, newRelation);
				if (member != known) {
					created.add(member.pool);
				}
				next.put(server, member);
			}
		}
		catch (RuntimeException | Error ex) {
			created.forEach(this.factory::release);
			throw ex;
		}
		return next;
	}

	private @Nullable Member known(ConnectionString server) {
		return Stream.concat(Stream.ofNullable(this.members.get(server)), this.former.stream())
			.filter((member) -> member.pool.getConnectionString().equals(server))
			.findFirst()
			.orElse(null);
	}

	/**
	 * Return all that has not been left for good.
	 */
	private List<Member> allMembers() {
		return Stream.concat(this.members.values().stream(), this.former.stream()).toList();
	}

	private Member newMember(ConnectionString server, PgsqlRelation named) {
		return new Member(this.factory.create(server, named.nameOf(server), this::suspect), this.lagWatch.isNeeded());
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
	 * Make the table that follows from what is known. A server that is asked with a new
	 * password keeps its role in the old pool until it has answered; the primary steps
	 * down at once for another server, and for another database or user, too.
	 */
	private void assign() {
		Member candidate = candidate();
		if (this.primary != null && this.primary != candidate
				&& (candidate == null || !candidate.pool.canTakeOverFrom(this.primary.pool))) {
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
				leftOut.add(new LeftOut(named.pool, named.reason(), named.fitForReads && named.lagsBehind));
			}
		}
		if (candidate != null && replicas.isEmpty() && servesReadsUntilPromoted(candidate)) {
			candidate.pool.serveAsReplica(this.settings.replica());
			replicas.add(candidate.pool);
		}
		boolean hopeless = primaryPool == null && candidate != null && candidate.isHopeless();
		publish(new RoleTable(primaryPool, List.copyOf(replicas), List.copyOf(leftOut),
				(primaryPool != null) ? "" : whyNoPrimary(candidate), hopeless,
				replicas.isEmpty() && areReadsHopeless(hopeless)));
	}

	/**
	 * Return whether the relation's master has yet to be promoted: until then it is the
	 * standby that it was.
	 */
	private boolean servesReadsUntilPromoted(Member candidate) {
		return this.primary == null && candidate.fitForReads && !candidate.lagsBehind;
	}

	private boolean areReadsHopeless(boolean primaryHopeless) {
		List<Member> standbys = this.members.values().stream().filter((member) -> member != candidate()).toList();
		boolean nowhereElse = this.settings.fallbackToPrimary() ? primaryHopeless : !standbys.isEmpty();
		return nowhereElse && standbys.stream().allMatch(Member::isHopeless);
	}

	private @Nullable Member servingReads(ConnectionString standby) {
		Member member = this.members.get(standby);
		return (member == null || member.servesReads()) ? member : predecessor(member);
	}

	/**
	 * Find who serves reads from the same server with a former password.
	 */
	private @Nullable Member predecessor(Member member) {
		return this.former.stream()
			.filter((old) -> old.servesReads() && member.pool.canTakeOverFrom(old.pool))
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
		for (Member member : List.copyOf(this.former)) {
			boolean needed = member.hasBeenPrimary ? isPrimaryAwaited() : isReplacementAwaited(member);
			if (!needed) {
				if (member.hasBeenPrimary) {
					this.drainingPrimaries.add(member.pool);
				}
				this.drainer.drain(member.pool);
				this.former.remove(member);
			}
		}
	}

	/**
	 * Bound the work in flight on a primary that the relation has withdrawn, from then
	 * on, whatever becomes of the one that it names now.
	 */
	private void limitWithdrawn() {
		for (Member member : allMembers()) {
			boolean withdrawn = member.hasBeenPrimary && member != candidate() && member != this.primary;
			if (!withdrawn && member.withdrawal != null) {
				member.withdrawal.cancel(false);
				member.withdrawal = null;
			}
			else if (withdrawn && member.withdrawal == null) {
				member.withdrawal = this.decisions.schedule(() -> endWithdrawn(member), this.settings.drainTimeout());
			}
		}
	}

	private void endWithdrawn(Member member) {
		boolean named = this.members.get(member.pool.getConnectionString()) == member;
		if (member.withdrawal == null || (!named && !this.former.contains(member))) {
			return;
		}
		member.withdrawal = null;
		int active = member.pool.getActive();
		if (named) {
			replace(member);
		}
		else {
			this.former.remove(member);
		}
		cutOff(member.pool);
		closeCutOff();
		if (active > 0) {
			logger.warn("Aborted " + active + " connections to " + member.pool.describe() + " that were still in use "
					+ this.settings.drainTimeout().toMillis() + " ms after the relation had withdrawn it");
		}
		assign();
		checkWhatIsNotReady();
	}

	/**
	 * Put a pool that has never been used in the place of one that must not be used any
	 * more.
	 */
	private Member replace(Member member) {
		ConnectionString server = member.pool.getConnectionString();
		Member fresh = newMember(server, this.relation);
		this.members.put(server, fresh);
		return fresh;
	}

	private boolean isPrimaryAwaited() {
		Member candidate = candidate();
		return candidate != null && candidate != this.primary;
	}

	private boolean isReplacementAwaited(Member old) {
		return old.fitForReads && this.members.values()
			.stream()
			.anyMatch((member) -> !isSettled(member) && member.pool.canTakeOverFrom(old.pool));
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
		try {
			boolean candidate = member == candidate();
			this.background.execute(() -> inquire(member, question, candidate));
		}
		catch (RejectedExecutionException ex) {
			throw ex;
		}
		catch (RuntimeException | Error ex) {
			checked(member, question, new RoleProbe(RoleCheck.failed(ex)));
			return;
		}
		if (isUsedForReads(member)) {
			expectAnswer(member, question, LOGIN_EXCUSES);
		}
	}

	/**
	 * Ask a server, in the background. Keeps the connection until the answer has been
	 * acted on: only then is it known whether the server is to be the primary.
	 */
	private void inquire(Member member, Object question, boolean candidate) {
		RoleProbe inquiry = inquire(member.pool, candidate);
		boolean heard = this.decisions.tryExecute(() -> {
			try (inquiry) {
				checked(member, question, inquiry);
			}
		});
		if (!heard) {
			inquiry.close();
		}
	}

	private static RoleProbe inquire(ServerPool pool, boolean candidate) {
		try {
			return candidate ? pool.inquire() : pool.inquireStandby();
		}
		catch (RuntimeException | Error ex) {
			logger.debug("Asking " + pool + " failed", ex);
			return new RoleProbe(RoleCheck.failed(ex));
		}
	}

	private boolean isUsedForReads(Member member) {
		boolean replica = this.roles.current().replicas().contains(member.pool);
		return (member == candidate()) ? replica : member.fitForReads;
	}

	/**
	 * Give up on an answer after a while. A virtual machine that has been paused
	 * meanwhile cannot know what it has missed, and waits once more.
	 */
	private void expectAnswer(Member member, Object question, int excuses) {
		Duration patience = this.settings.sickAfter();
		long due = System.nanoTime() + patience.toNanos();
		this.decisions.schedule(() -> {
			if (!member.owesAnswerTo(question)) {
				return;
			}
			boolean late = System.nanoTime() - due > patience.toNanos() / 4;
			if (late || member.isAliveAllTheSame()) {
				expectAnswer(member, question, excuses);
			}
			else if (excuses > 0 && member.pool.isLoggingIn() && member.pool.hasOpen()) {
				expectAnswer(member, question, excuses - 1);
			}
			else {
				checked(member, question, new RoleProbe(RoleCheck.unanswered(patience)));
			}
		}, patience);
	}

	private void checked(Member member, Object question, RoleProbe inquiry) {
		if (!member.hasAnswered(question)) {
			return;
		}
		member.pool.setSilent(false);
		if (this.members.get(member.pool.getConnectionString()) != member) {
			return;
		}
		boolean candidate = member == candidate();
		RoleCheck check = inquiry.check();
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
					notYet(member, check, "not in recovery", Patience.NO_STANDBY);
				}
			}
			case IN_RECOVERY -> {
				if (candidate) {
					boolean served = servesReadsUntilPromoted(member);
					boolean demoted = demoteIfPrimary(member);
					member.fitForReads = true;
					boolean assigned = notYet(member, check, "in recovery", Patience.PROMOTION);
					if (!assigned && (demoted || served != servesReadsUntilPromoted(member))) {
						assign();
					}
				}
				else {
					boolean back = member.failures > 0;
					member.answered();
					if (!member.fitForReads && !isWarmingUp(member, predecessor(member))) {
						if (back) {
							this.log.causedAt(System.nanoTime());
						}
						member.fitForReads = true;
						measureLag();
						assign();
						dismissFormer();
					}
				}
			}
			case CREDENTIALS_REFUSED, REFUSED, SET_UP_REFUSED, NOT_ASKED -> {
				// what is open in a pool is still good
				if (!isSettled(member)) {
					failed(member, check);
				}
				else if (isUsedForReads(member) && !member.pool.hasOpen()) {
					isSick(member, check);
				}
			}
			case UNREACHABLE -> {
				if (isUsedForReads(member)) {
					isSick(member, check);
				}
				else if (!isSettled(member)) {
					failed(member, check);
				}
				// the primary's pool tries for itself to reach its server again
			}
		}
	}

	/**
	 * Let new credentials wait until their pool can carry the load. Asks again soon.
	 */
	private boolean isWarmingUp(Member member, @Nullable Member predecessor) {
		boolean warmingUp = predecessor != null && predecessor != member
				&& member.pool.canTakeOverFrom(predecessor.pool) && !member.isWarm(predecessor.pool);
		if (warmingUp) {
			checkLater(member, Patience.PROMOTION.pauseAfter(1));
		}
		return warmingUp;
	}

	private void failed(Member member, RoleCheck check) {
		Patience standby = (check.answer() == Answer.SET_UP_REFUSED) ? Patience.SETTINGS : Patience.STANDBY;
		Patience patience = (member == candidate()) ? Patience.MASTER : standby;
		notYet(member, check, check.reason(),
				(check.answer() == Answer.CREDENTIALS_REFUSED) ? Patience.CREDENTIALS : patience);
	}

	private void lookAtReplicas() {
		long pause = Patience.RECOVERY.pauseAfter(1).toNanos();
		try {
			if (this.paused) {
				// for what was in use or being opened before
				rest();
			}
			List<Member> replicas = this.members.values()
				.stream()
				.filter((member) -> isUsedForReads(member) && !this.paused)
				.toList();
			pause = this.replicaWatch.look(replicas);
		}
		finally {
			this.decisions.schedule(this::lookAtReplicas, Duration.ofNanos(pause));
		}
	}

	private void measureLag() {
		this.lagWatch.measure((this.primary != null) ? this.primary.pool : null,
				this.members.values().stream().filter((member) -> member.fitForReads).toList());
	}

	/**
	 * Leave out a replica that does not answer, and cut off what is in flight there. It
	 * comes back with a fresh pool, as if it had just been named.
	 */
	private void isSick(Member member, RoleCheck check) {
		this.log.causedAt(System.nanoTime());
		Member fresh = replace(member);
		this.cutOff.add(member.pool);
		// first out of the table, so that no borrower meets what leads nowhere
		failed(fresh, check);
		int open = member.pool.cutOff();
		logger.info("Aborted " + open + " connections to the replica " + member.pool.describe()
				+ ", which does not answer: " + check.reason());
		closeCutOff();
	}

	/**
	 * Take the primary role from a server that turns out to be in recovery: demoted,
	 * while the relation still calls it the master. It stays the candidate.
	 * @param member the server
	 * @return whether it was the primary
	 */
	private boolean demoteIfPrimary(Member member) {
		if (member != this.primary) {
			return false;
		}
		this.primary = null;
		member.pool.doubt();
		this.log.causedAt(System.nanoTime());
		logger.warn("The primary " + member.pool.getServer()
				+ " is in recovery although the relation calls it the master; writes wait");
		return true;
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

	/**
	 * Return whether a former pool to the same server, with another password or
	 * authority, plays the role until this one can.
	 */
	private boolean isCoveredFor(Member member) {
		return (member == candidate())
				? this.primary != null && this.primary != member && member.pool.canTakeOverFrom(this.primary.pool)
				: predecessor(member) != null;
	}

	/**
	 * Take note that a server cannot play its role yet, and ask it again later.
	 * @return whether the table has been made anew
	 */
	private boolean notYet(Member member, RoleCheck check, String reason, Patience patience) {
		if (member == candidate() && patience != Patience.PROMOTION) {
			this.primaryFailures.incrementAndGet();
		}
		boolean wasHopeless = member.isHopeless();
		boolean news = member.failed(check, reason);
		checkLater(member, patience.pauseAfter(member.failures));
		if (news) {
			String server = member.pool.getServer();
			if (patience == Patience.PROMOTION) {
				logger.info("Waiting for " + server + " to leave recovery; then it is the primary");
			}
			else if (isCoveredFor(member)) {
				logger
					.warn("New connections to " + server + " cannot be opened as the relation says now, so work goes on"
							+ " with those that are open: " + reason);
			}
			else if (member == candidate()) {
				logger.warn("The relation's master " + server + " cannot be the primary yet: " + reason);
			}
			else {
				logger.warn("Standby " + server + " serves no reads: " + reason);
			}
		}
		boolean changed = news || wasHopeless != member.isHopeless();
		if (changed) {
			assign();
		}
		return changed;
	}

	private void checkLater(Member member, Duration pause) {
		member.nextCheck = this.decisions.schedule(() -> check(member), pause);
	}

	/**
	 * Give the primary role to a server that has said that it is not in recovery. Former
	 * primaries are cut off before anyone can borrow from the new one, so that no commit
	 * is acknowledged there once there is one here. If something fails in between, what
	 * has been cut off stays so and is closed, the server has no role, and is asked
	 * again.
	 * @param member the new primary
	 * @param inquiry its word
	 */
	private void confirm(Member member, RoleProbe inquiry) {
		this.drainer.cutOffDraining((pool) -> this.drainingPrimaries.contains(pool) && isDeposed(pool, member));
		Map<ServerPool, Integer> deposed = cutOffDeposed(member);
		member.hasBeenPrimary = true;
		member.pool.serveAsPrimary(this.settings.primary(), inquiry);
		this.primary = member;
		// there for those who have waited; the table in force gives this pool to nobody
		inquiry.close();
		assign();
		deposed.forEach((pool, open) -> logger
			.info("Cut off " + open + " connections to the former primary " + pool.describe()));
		closeCutOff();
		dismissFormer();
		checkWhatIsNotReady();
		limitWithdrawn();
		this.decisions.schedule(member.pool::fill, FILL_DELAY);
	}

	private Map<ServerPool, Integer> cutOffDeposed(Member newPrimary) {
		Map<ServerPool, Integer> deposed = new LinkedHashMap<>();
		for (Member old : List.copyOf(this.members.values())) {
			if (old.hasBeenPrimary && isDeposed(old.pool, newPrimary)) {
				replace(old);
				deposed.put(old.pool, cutOff(old.pool));
			}
		}
		for (Member old : List.copyOf(this.former)) {
			if (old.hasBeenPrimary && isDeposed(old.pool, newPrimary)) {
				this.former.remove(old);
				deposed.put(old.pool, cutOff(old.pool));
			}
		}
		return deposed;
	}

	/**
	 * Cut a pool off that nothing else knows any more.
	 * @return how many connections were open
	 */
	private int cutOff(ServerPool pool) {
		this.cutOff.add(pool);
		return pool.cutOff();
	}

	private void closeCutOff() {
		for (ServerPool pool : List.copyOf(this.cutOff)) {
			this.drainer.closeCutOff(pool);
			this.cutOff.remove(pool);
		}
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
			closeTogether(this.decisions.end(this::dismissAll, CLOSE_PATIENCE));
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
		shutDownBackground();
	}

	private void shutDownBackground() {
		try {
			// HikariCP, interrupted while it closes a pool, leaves threads behind
			this.background.shutdown();
			if (!this.background.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
				this.background.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private List<Runnable> dismissAll() {
		this.roles.publish(RoleTable.closed());
		List<Runnable> closings = new ArrayList<>();
		// the drainer releases them
		this.drainer.leaving().forEach((pool) -> closings.add(pool::close));
		this.cutOff.forEach((pool) -> closings.add(() -> close(pool)));
		allMembers().forEach((member) -> closings.add(() -> close(member.pool)));
		this.members.clear();
		this.former.clear();
		this.cutOff.clear();
		return closings;
	}

	private void close(ServerPool pool) {
		try {
			pool.close();
		}
		finally {
			this.factory.release(pool);
		}
	}

	private void closeTogether(List<Runnable> closings)
			throws InterruptedException, ExecutionException, TimeoutException {
		List<CompletableFuture<Void>> running = new ArrayList<>();
		for (Runnable closing : closings) {
			try {
				running.add(CompletableFuture.runAsync(closing, this.background));
			}
			catch (RuntimeException | Error ex) {
				logger.debug("Closing a pool on this thread", ex);
				closing.run();
			}
		}
		CompletableFuture.allOf(running.toArray(CompletableFuture[]::new))
			.get(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
	}

	/**
	 * A relation that is to be followed.
	 *
	 * @param relation what it says
	 * @param followed called when it is
	 * @param since since when it is known, as of {@link System#nanoTime()}
	 */
	private record News(PgsqlRelation relation, Runnable followed, long since) {

	}

}
