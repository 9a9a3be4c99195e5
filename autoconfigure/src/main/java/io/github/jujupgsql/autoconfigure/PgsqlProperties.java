package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.jujupgsql.datasource.LoadBalancing;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.Assert;

/**
 * Configuration properties for PostgreSQL through a Juju pgsql relation.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("juju.pgsql")
public class PgsqlProperties {

	/**
	 * File to which the charm exports the relation. When not set, Spring Boot's own
	 * DataSource set-up applies.
	 */
	private @Nullable Path relationFile;

	/**
	 * Endpoint whose relation is meant when the file holds several, as a whole "juju
	 * show-unit" does.
	 */
	private @Nullable String endpoint;

	/**
	 * Database the workload wants. Until the relation mirrors it, there is no master.
	 */
	private @Nullable String database;

	/**
	 * Extensions the workload wants, in the order in which the charm asks for them. Until
	 * the relation mirrors them, there is no master.
	 */
	private @Nullable List<String> extensions;

	/**
	 * Roles the workload wants, in the order in which the charm asks for them. Until the
	 * relation mirrors them, there is no master.
	 */
	private @Nullable List<String> roles;

	/**
	 * How often the file is looked at even if no file system event asks for it.
	 */
	private Duration pollInterval = Duration.ofSeconds(5);

	/**
	 * How long a file that vanished may stay away before the relation counts as broken.
	 */
	private Duration missingFileGrace = Duration.ofSeconds(5);

	/**
	 * How long work in flight on a standby that left, on a master that the relation no
	 * longer names, or on a connection with an old password, may go on before it is
	 * aborted.
	 */
	private Duration drainTimeout = Duration.ofSeconds(30);

	/**
	 * Whether read-only transactions go to the replicas and everything else to the
	 * primary.
	 */
	private boolean routeReadOnlyTransactions;

	/**
	 * Whether a server of the relation that has been promoted becomes the primary
	 * although the relation does not name it as the master yet. Otherwise the relation
	 * alone says who is the master.
	 */
	private boolean followPromotions = true;

	/**
	 * Least protection of connections, where the relation asks for less or says nothing.
	 * Where it asks for more, that counts.
	 */
	private @Nullable SslMode sslMode;

	/**
	 * Name of the SSL bundle with a client certificate, or with authorities to trust
	 * where the relation names none. Connections use TLS then.
	 */
	private @Nullable String sslBundle;

	private final Primary primary = new Primary();

	private final Replica replica = new Replica();

	private final Health health = new Health();

	public @Nullable Path getRelationFile() {
		return this.relationFile;
	}

	public void setRelationFile(@Nullable Path relationFile) {
		this.relationFile = relationFile;
	}

	public @Nullable String getEndpoint() {
		return this.endpoint;
	}

	public void setEndpoint(@Nullable String endpoint) {
		this.endpoint = endpoint;
	}

	public @Nullable String getDatabase() {
		return this.database;
	}

	public void setDatabase(@Nullable String database) {
		this.database = database;
	}

	public @Nullable List<String> getExtensions() {
		return this.extensions;
	}

	public void setExtensions(@Nullable List<String> extensions) {
		this.extensions = extensions;
	}

	public @Nullable List<String> getRoles() {
		return this.roles;
	}

	public void setRoles(@Nullable List<String> roles) {
		this.roles = roles;
	}

	public Duration getPollInterval() {
		return this.pollInterval;
	}

	public void setPollInterval(Duration pollInterval) {
		Assert.isTrue(!pollInterval.isZero() && !pollInterval.isNegative(), "Poll interval must be positive");
		this.pollInterval = pollInterval;
	}

	public Duration getMissingFileGrace() {
		return this.missingFileGrace;
	}

	public void setMissingFileGrace(Duration missingFileGrace) {
		Assert.isTrue(!missingFileGrace.isNegative(), "Missing file grace must not be negative");
		this.missingFileGrace = missingFileGrace;
	}

	public Duration getDrainTimeout() {
		return this.drainTimeout;
	}

	public void setDrainTimeout(Duration drainTimeout) {
		Assert.isTrue(!drainTimeout.isNegative(), "Drain timeout must not be negative");
		this.drainTimeout = drainTimeout;
	}

	public boolean isRouteReadOnlyTransactions() {
		return this.routeReadOnlyTransactions;
	}

	public void setRouteReadOnlyTransactions(boolean routeReadOnlyTransactions) {
		this.routeReadOnlyTransactions = routeReadOnlyTransactions;
	}

	public boolean isFollowPromotions() {
		return this.followPromotions;
	}

	public void setFollowPromotions(boolean followPromotions) {
		this.followPromotions = followPromotions;
	}

	public @Nullable SslMode getSslMode() {
		return this.sslMode;
	}

	public void setSslMode(@Nullable SslMode sslMode) {
		this.sslMode = sslMode;
	}

	public @Nullable String getSslBundle() {
		return this.sslBundle;
	}

	public void setSslBundle(@Nullable String sslBundle) {
		this.sslBundle = sslBundle;
	}

	public Primary getPrimary() {
		return this.primary;
	}

	public Replica getReplica() {
		return this.replica;
	}

	public Health getHealth() {
		return this.health;
	}

	/**
	 * Pool of the primary.
	 */
	public static class Primary {

		/**
		 * Most connections to the primary. From "spring.datasource.hikari" when not set.
		 */
		private @Nullable Integer maximumPoolSize;

		/**
		 * Connections to the primary to keep ready. From "spring.datasource.hikari" when
		 * not set.
		 */
		private @Nullable Integer minimumIdle;

		/**
		 * How long the primary may leave a question unanswered before it is in doubt. It
		 * is asked while work is in flight there and nothing comes back. Once it has been
		 * in doubt for as long as "spring.datasource.hikari.connection-timeout", work in
		 * flight is aborted, until it answers.
		 */
		private Duration sickAfter = Duration.ofSeconds(1);

		/**
		 * Whether to keep one connection to the primary on which nothing is said, and
		 * whose end tells at once that the primary has gone.
		 */
		private boolean watchConnection = true;

		/**
		 * How many threads may wait for a primary that is missing. Further ones fail at
		 * once. Any number when not set.
		 */
		private @Nullable Integer maximumWaiting;

		/**
		 * How long a thread waits for a primary that is missing, apart from a connection
		 * of a primary that is busy. "spring.datasource.hikari.connection-timeout" is for
		 * both together when not set.
		 */
		private @Nullable Duration missingTimeout;

		public @Nullable Integer getMaximumPoolSize() {
			return this.maximumPoolSize;
		}

		public void setMaximumPoolSize(@Nullable Integer maximumPoolSize) {
			this.maximumPoolSize = positive(maximumPoolSize);
		}

		public boolean isWatchConnection() {
			return this.watchConnection;
		}

		public void setWatchConnection(boolean watchConnection) {
			this.watchConnection = watchConnection;
		}

		public @Nullable Integer getMaximumWaiting() {
			return this.maximumWaiting;
		}

		public void setMaximumWaiting(@Nullable Integer maximumWaiting) {
			Assert.isTrue(maximumWaiting == null || maximumWaiting >= 0, "Maximum waiting must not be negative");
			this.maximumWaiting = maximumWaiting;
		}

		public @Nullable Duration getMissingTimeout() {
			return this.missingTimeout;
		}

		public void setMissingTimeout(@Nullable Duration missingTimeout) {
			Assert.isTrue(missingTimeout == null || !missingTimeout.isNegative(),
					"Missing timeout must not be negative");
			this.missingTimeout = missingTimeout;
		}

		public Duration getSickAfter() {
			return this.sickAfter;
		}

		public void setSickAfter(Duration sickAfter) {
			Assert.isTrue(sickAfter.toMillis() > 0, "Sick after must be at least a millisecond");
			this.sickAfter = sickAfter;
		}

		public @Nullable Integer getMinimumIdle() {
			return this.minimumIdle;
		}

		public void setMinimumIdle(@Nullable Integer minimumIdle) {
			this.minimumIdle = notNegative(minimumIdle);
		}

	}

	/**
	 * Pools of the replicas.
	 */
	public static class Replica {

		/**
		 * Most connections to each replica, or to all those together that one name leads
		 * to. From "spring.datasource.hikari" when not set.
		 */
		private @Nullable Integer maximumPoolSize;

		/**
		 * Connections to each replica to keep ready.
		 */
		private Integer minimumIdle = 1;

		/**
		 * How long a standby may leave a question unanswered before it counts as sick. It
		 * is then left out, and reads in flight on it are aborted, until it answers.
		 */
		private Duration sickAfter = Duration.ofSeconds(1);

		/**
		 * Whether reads go to the primary while no standby is fit.
		 */
		private boolean fallbackToPrimary = true;

		/**
		 * Leave out standbys that lag further behind the primary than this. Not measured
		 * when not set.
		 */
		private @Nullable Duration maximumLag;

		/**
		 * How reads are spread over the standbys.
		 */
		private LoadBalancing loadBalancing = LoadBalancing.LEAST_BUSY;

		/**
		 * Whether reads know what has been written before in the same HTTP request, or in
		 * a scope that the application opens.
		 */
		private ReadYourWritesScope readYourWrites = ReadYourWritesScope.OFF;

		/**
		 * How long such a read waits for a standby to know it before it goes to the
		 * primary.
		 */
		private Duration readYourWritesTimeout = Duration.ofMillis(100);

		public @Nullable Integer getMaximumPoolSize() {
			return this.maximumPoolSize;
		}

		public void setMaximumPoolSize(@Nullable Integer maximumPoolSize) {
			this.maximumPoolSize = positive(maximumPoolSize);
		}

		public Integer getMinimumIdle() {
			return this.minimumIdle;
		}

		public void setMinimumIdle(Integer minimumIdle) {
			Assert.isTrue(minimumIdle >= 0, "Minimum idle must not be negative");
			this.minimumIdle = minimumIdle;
		}

		public Duration getSickAfter() {
			return this.sickAfter;
		}

		public void setSickAfter(Duration sickAfter) {
			Assert.isTrue(sickAfter.toMillis() > 0, "Sick after must be at least a millisecond");
			this.sickAfter = sickAfter;
		}

		public boolean isFallbackToPrimary() {
			return this.fallbackToPrimary;
		}

		public void setFallbackToPrimary(boolean fallbackToPrimary) {
			this.fallbackToPrimary = fallbackToPrimary;
		}

		public @Nullable Duration getMaximumLag() {
			return this.maximumLag;
		}

		public void setMaximumLag(@Nullable Duration maximumLag) {
			Assert.isTrue(maximumLag == null || !maximumLag.isNegative(), "Maximum lag must not be negative");
			this.maximumLag = maximumLag;
		}

		public LoadBalancing getLoadBalancing() {
			return this.loadBalancing;
		}

		public void setLoadBalancing(LoadBalancing loadBalancing) {
			this.loadBalancing = loadBalancing;
		}

		public ReadYourWritesScope getReadYourWrites() {
			return this.readYourWrites;
		}

		public void setReadYourWrites(ReadYourWritesScope readYourWrites) {
			this.readYourWrites = readYourWrites;
		}

		public Duration getReadYourWritesTimeout() {
			return this.readYourWritesTimeout;
		}

		public void setReadYourWritesTimeout(Duration readYourWritesTimeout) {
			Assert.isTrue(!readYourWritesTimeout.isNegative(), "Read-your-writes timeout must not be negative");
			this.readYourWritesTimeout = readYourWritesTimeout;
		}

	}

	/**
	 * What the health contributor "db" says.
	 */
	public static class Health {

		/**
		 * How long "db" stays up while a primary that was there is missing.
		 */
		private Duration missingPrimaryGrace = Duration.ofSeconds(30);

		public Duration getMissingPrimaryGrace() {
			return this.missingPrimaryGrace;
		}

		public void setMissingPrimaryGrace(Duration missingPrimaryGrace) {
			Assert.isTrue(!missingPrimaryGrace.isNegative(), "Missing primary grace must not be negative");
			this.missingPrimaryGrace = missingPrimaryGrace;
		}

	}

	/**
	 * How connections are to be protected, by the names of libpq.
	 */
	public enum SslMode {

		/**
		 * Encrypt. The server may be anybody.
		 */
		REQUIRE,

		/**
		 * Encrypt, and verify that an authority has signed the server's certificate.
		 */
		VERIFY_CA,

		/**
		 * Encrypt, and verify that an authority has signed the server's certificate for
		 * the name by which the server was called.
		 */
		VERIFY_FULL

	}

	/**
	 * Which reads know of which writes.
	 */
	public enum ReadYourWritesScope {

		/**
		 * A read may be older than what was written just before.
		 */
		OFF,

		/**
		 * Reads know what has been written before in the same HTTP request or scope.
		 */
		REQUEST

	}

	private static @Nullable Integer positive(@Nullable Integer value) {
		Assert.isTrue(value == null || value > 0, "Maximum pool size must be positive");
		return value;
	}

	private static @Nullable Integer notNegative(@Nullable Integer value) {
		Assert.isTrue(value == null || value >= 0, "Minimum idle must not be negative");
		return value;
	}

}
