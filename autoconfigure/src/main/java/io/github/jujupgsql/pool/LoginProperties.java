package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.Properties;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * What the driver gets to open a connection to one server. Never changes; what is handed
 * to the driver with other values is a copy.
 */
final class LoginProperties {

	private final Properties properties = new Properties();

	private final int timeout;

	/**
	 * Create the properties.
	 * @param properties what the relation and the application say
	 * @param timeout how long opening a connection may take
	 */
	LoginProperties(Properties properties, Duration timeout) {
		this.timeout = (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeout.toSeconds()));
		this.properties.putAll(properties);
		// without it no thread can be called back from a server that does not answer
		this.properties.putIfAbsent(PGProperty.LOGIN_TIMEOUT.getName(), String.valueOf(this.timeout));
	}

	/**
	 * Return them as they are.
	 * @return the properties, not to be changed
	 */
	Properties unlimited() {
		return this.properties;
	}

	/**
	 * Return them for a connection that may take less time.
	 * @param limit how long it may take, or {@code null} for as long as any may
	 * @return the properties, not to be changed
	 */
	Properties within(@Nullable Duration limit) {
		return (limit != null) ? copyWithin(limit) : this.properties;
	}

	/**
	 * Return them for another user than the relation's.
	 * @param user who connects
	 * @param password that user's password, or {@code null} for none
	 * @param limit how long it may take
	 * @return the properties
	 */
	Properties of(String user, @Nullable String password, Duration limit) {
		Properties login = copyWithin(limit);
		login.setProperty(PGProperty.USER.getName(), user);
		login.remove(PGProperty.PASSWORD.getName());
		if (password != null) {
			login.setProperty(PGProperty.PASSWORD.getName(), password);
		}
		return login;
	}

	private Properties copyWithin(Duration limit) {
		Properties copy = new Properties();
		copy.putAll(this.properties);
		if (limit.toSeconds() < this.timeout) {
			copy.setProperty(PGProperty.LOGIN_TIMEOUT.getName(), String.valueOf(limit.toMillis() / 1000.0));
		}
		return copy;
	}

	/**
	 * Return how long opening a connection may take.
	 * @return the time in seconds
	 */
	int timeout() {
		return this.timeout;
	}

	/**
	 * Return whether the driver has the server refuse to write in transactions that are
	 * made read-only.
	 * @return whether it does, as it does unless told not to
	 */
	boolean isReadOnlyEnforced() {
		return !"ignore".equals(PGProperty.READ_ONLY_MODE.getOrDefault(this.properties));
	}

}
