package io.github.jujupgsql.test;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Says what kind of cluster to start, see {@link PgsqlCluster#builder()}.
 *
 * @since 0.1.0
 */
public final class PgsqlClusterBuilder {

	private static final Pattern SETTING_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");

	private final Map<String, String> settings = new LinkedHashMap<>();

	private int standbys = 1;

	private boolean synchronous;

	private String database = "notes";

	private String user = "juju_notes";

	private @Nullable String password;

	private boolean closeOnShutdown = true;

	PgsqlClusterBuilder() {
	}

	/**
	 * Set how many standbys there are at first.
	 * @param count 0 or more; 1 unless told
	 * @return this builder
	 */
	public PgsqlClusterBuilder standbys(int count) {
		if (count < 0) {
			throw new IllegalArgumentException("There cannot be " + count + " standbys");
		}
		this.standbys = count;
		return this;
	}

	/**
	 * Set whether replication is synchronous.
	 * @param on whether commits wait for a standby; they do not unless told
	 * @return this builder
	 * @see PgsqlCluster#synchronous(boolean)
	 */
	public PgsqlClusterBuilder synchronous(boolean on) {
		this.synchronous = on;
		return this;
	}

	/**
	 * Set the application's database.
	 * @param name the name; {@code notes} unless told
	 * @return this builder
	 */
	public PgsqlClusterBuilder database(String name) {
		this.database = name;
		return this;
	}

	/**
	 * Set the application's user.
	 * @param name the name; {@code juju_notes} unless told
	 * @return this builder
	 */
	public PgsqlClusterBuilder user(String name) {
		this.user = name;
		return this;
	}

	/**
	 * Set the password of the application's user.
	 * @param secret the password; a random one unless told
	 * @return this builder
	 */
	public PgsqlClusterBuilder password(String secret) {
		this.password = secret;
		return this;
	}

	/**
	 * Add a setting of all servers, as in {@code postgresql.conf}. It wins over what the
	 * cluster sets by itself.
	 * @param name the setting's name, such as {@code max_connections}
	 * @param value its value, without quotes
	 * @return this builder
	 */
	public PgsqlClusterBuilder setting(String name, String value) {
		if (!SETTING_NAME.matcher(name).matches()) {
			throw new IllegalArgumentException("'" + name + "' is not the name of a setting");
		}
		this.settings.put(name, value);
		return this;
	}

	/**
	 * Set whether the cluster is closed when the JVM shuts down. An application that
	 * closes it after its own connections, in its own shutdown hook, says no, and must
	 * then call {@link PgsqlCluster#close()}.
	 * @param close whether it is; it is unless told
	 * @return this builder
	 */
	public PgsqlClusterBuilder closeOnShutdown(boolean close) {
		this.closeOnShutdown = close;
		return this;
	}

	/**
	 * Start the cluster, and waits until all standbys stream.
	 * @return the cluster, to be closed
	 * @throws IllegalStateException if PostgreSQL cannot be started; the message says why
	 */
	public PgsqlCluster start() {
		return new PgsqlCluster(new ClusterOptions(this.standbys, this.synchronous, this.database, this.user,
				this.password, Collections.unmodifiableMap(new LinkedHashMap<>(this.settings)), this.closeOnShutdown));
	}

}
