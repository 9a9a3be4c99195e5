package io.github.jujupgsql.relation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A libpq connection string, {@code host=… dbname=…} or {@code postgresql://…}, read as
 * libpq 18 reads it. See <a href=
 * "https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING">Connection
 * Strings</a>.
 * <p>
 * Immutable. Two are equal if they set the same options to the same values, whatever the
 * form and the order. Values are taken as they are: what libpq checks only when it
 * connects is checked by {@link DriverProperties}.
 *
 * @since 0.1.0
 */
public final class ConnectionString {

	/** What is compared otherwise, and what a session that is open knows nothing of. */
	private static final Set<Keyword> SAME_SESSIONS_WHATEVER = EnumSet.of(Keyword.HOST, Keyword.HOSTADDR, Keyword.PORT,
			Keyword.DBNAME, Keyword.PASSWORD, Keyword.PASSFILE, Keyword.SSLCERT, Keyword.SSLKEY, Keyword.SSLPASSWORD,
			Keyword.APPLICATION_NAME, Keyword.FALLBACK_APPLICATION_NAME, Keyword.CONNECT_TIMEOUT, Keyword.KEEPALIVES,
			Keyword.KEEPALIVES_IDLE, Keyword.KEEPALIVES_INTERVAL, Keyword.KEEPALIVES_COUNT, Keyword.TCP_USER_TIMEOUT,
			Keyword.LOAD_BALANCE_HOSTS);

	private final EnumMap<Keyword, String> values;

	private final Map<String, String> options;

	private final int hash;

	/** Made when it is first wanted; two threads may make the same. */
	private @Nullable String address;

	private ConnectionString(Options options) {
		this.values = options.values();
		Map<String, String> texts = new LinkedHashMap<>();
		this.values.forEach((keyword, value) -> texts.put(keyword.toString(), value));
		this.options = Collections.unmodifiableMap(texts);
		this.hash = this.options.hashCode();
	}

	/**
	 * Read a connection string of either form.
	 * @param string the connection string
	 * @return what it says
	 * @throws InvalidConnectionStringException if libpq would refuse it, or it is no
	 * Unicode text. The message holds no part of the string but keywords of libpq.
	 */
	public static ConnectionString parse(String string) {
		requireText(string, "the connection string");
		return new ConnectionString(UriParser.accepts(string) ? UriParser.parse(string) : KeyValueParser.parse(string));
	}

	/**
	 * Return what was set explicitly, the password included.
	 * @return keywords and values, unmodifiable and always in the same order. An empty
	 * value is a value; {@code requiressl}, and {@code ssl=true} in a URI, show as the
	 * {@code sslmode} they stand for.
	 */
	public Map<String, String> options() {
		return this.options;
	}

	/**
	 * Return a copy with one option set anew.
	 * @param keyword a keyword of libpq
	 * @param value the value, may be empty
	 * @return the copy
	 * @throws InvalidConnectionStringException if libpq does not know the keyword or the
	 * value is no Unicode text
	 */
	public ConnectionString with(String keyword, String value) {
		requireText(value, "the value");
		Options copy = new Options(this.values);
		if (!copy.set(keyword, value)) {
			throw new InvalidConnectionStringException("unknown keyword; keywords are those of libpq 18 in lower case");
		}
		return new ConnectionString(copy);
	}

	/**
	 * Return the servers in the order in which they are tried: where a connection really
	 * goes to, so {@code hostaddr} goes before {@code host} unless the name is needed to
	 * verify who answers. The port is 5432 unless said otherwise.
	 * @return {@code host:port[,host:port…]} with IPv6 addresses in brackets, fit for
	 * logs. A host or port that cannot be one shows as {@code ***}: it may be a piece of
	 * a password that was not encoded.
	 */
	public String address() {
		String known = this.address;
		if (known == null) {
			known = ConnectionStringFormat.address(this);
			this.address = known;
		}
		return known;
	}

	/**
	 * Return the name of the database: the user's name unless one was given.
	 * @return the name or {@code null} if there is neither
	 */
	public @Nullable String database() {
		String dbname = get(Keyword.DBNAME, "");
		return dbname.isEmpty() ? user() : dbname;
	}

	/**
	 * Return the user. libpq would fall back to the name of the operating system's user,
	 * which says nothing where a relation names the user.
	 * @return the name or {@code null} if none was given
	 */
	public @Nullable String user() {
		String user = get(Keyword.USER, "");
		return user.isEmpty() ? null : user;
	}

	/**
	 * Return whether work may go on in sessions of the one while those of the other are
	 * still to be opened: both lead to the same database on the same servers, as the same
	 * user, with the same protection and the same session options. They may differ in
	 * passwords and certificates, in the authority that is trusted, in the name of the
	 * application and in how long connecting may take.
	 * @param other another connection string
	 * @return whether nothing would change for a session but how it is opened
	 * @since 0.1.0
	 */
	public boolean hasSameSessionsAs(ConnectionString other) {
		return address().equals(other.address()) && Objects.equals(database(), other.database())
				&& sessionValues().equals(other.sessionValues());
	}

	private Map<Keyword, String> sessionValues() {
		Map<Keyword, String> values = new EnumMap<>(this.values);
		values.keySet().removeAll(SAME_SESSIONS_WHATEVER);
		// which authority it is matters only while a session is opened; that there is one
		// says that it is verified
		values.computeIfPresent(Keyword.SSLROOTCERT,
				(keyword, authority) -> (authority.isEmpty() || authority.equals("system")) ? authority : "another");
		return values;
	}

	/**
	 * Render as {@code keyword=value} pairs. <strong>Holds the password.</strong>
	 * @return a string that is parsed to an equal object, and the same for equal objects
	 */
	public String toKeyValue() {
		return ConnectionStringFormat.keyValue(this.values);
	}

	/**
	 * Render as a URI. <strong>Holds the password.</strong>
	 * @return a string that is parsed to an equal object, and the same for equal objects
	 */
	public String toUri() {
		return ConnectionStringFormat.uri(this.values);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof ConnectionString that && this.hash == that.hash
				&& this.values.equals(that.values));
	}

	@Override
	public int hashCode() {
		return this.hash;
	}

	/**
	 * Return a text that is fit for logs: {@code keyword=value} pairs with secrets, and
	 * values that could be a stray piece of one, shown as {@code ***}.
	 */
	@Override
	public String toString() {
		return ConnectionStringFormat.masked(this.values);
	}

	@Nullable String get(Keyword keyword) {
		return this.values.get(keyword);
	}

	String get(Keyword keyword, String fallback) {
		@Nullable String value = get(keyword);
		return (value != null) ? value : fallback;
	}

	/**
	 * Return the {@code sslmode} that holds: {@code sslrootcert=system} raises an unset
	 * one.
	 */
	@Nullable String sslmode() {
		boolean system = "system".equals(get(Keyword.SSLROOTCERT));
		return system ? get(Keyword.SSLMODE, "verify-full") : get(Keyword.SSLMODE);
	}

	/**
	 * Refuse what is no text to libpq, whose strings end at a NUL and are bytes: half a
	 * surrogate pair is neither.
	 */
	private static void requireText(String string, String what) {
		for (int i = 0; i < string.length(); i++) {
			char c = string.charAt(i);
			if (c == '\0') {
				throw new InvalidConnectionStringException("a NUL at character " + (i + 1) + " of " + what);
			}
			if (Character.isHighSurrogate(c) && i + 1 < string.length()
					&& Character.isLowSurrogate(string.charAt(i + 1))) {
				i++;
			}
			else if (Character.isSurrogate(c)) {
				throw new InvalidConnectionStringException(
						"half a surrogate pair at character " + (i + 1) + " of " + what + "; it must be Unicode text");
			}
		}
	}

}
