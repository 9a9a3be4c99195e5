package io.github.jujupgsql.relation;

/**
 * libpq's URI form,
 * {@code postgresql://[user[:password]@][host[:port],…][/dbname][?keyword=value&…]}, as
 * libpq 18 reads it. It is not a URI of RFC 3986: several hosts, raw {@code #}, and
 * {@code ?} in a password are fine.
 */
final class UriParser {

	private static final String[] PREFIXES = { "postgresql://", "postgres://" };

	private static final String ENCODING = "percent-encode what is special in a URI (/ as %2F, @ as %40, & as %26, = as %3D)";

	private final String input;

	private final Options options = new Options();

	private int position;

	private UriParser(String input, int position) {
		this.input = input;
		this.position = position;
	}

	static boolean accepts(String input) {
		return prefixLength(input) > 0;
	}

	static Options parse(String input) {
		return new UriParser(input, prefixLength(input)).parse();
	}

	private static int prefixLength(String input) {
		for (String prefix : PREFIXES) {
			if (input.startsWith(prefix)) {
				return prefix.length();
			}
		}
		return 0;
	}

	private Options parse() {
		credentials();
		servers();
		if (current() == '/') {
			this.position++;
			set(Keyword.DBNAME, upTo("?"), "the database name");
		}
		if (current() == '?') {
			this.position++;
			parameters();
		}
		return this.options;
	}

	/**
	 * Take the user, if there is an {@code @} before any {@code /}: that may be beyond a
	 * {@code ?}.
	 */
	private void credentials() {
		int start = this.position;
		upTo("@/");
		boolean found = current() == '@';
		this.position = start;
		if (!found) {
			return;
		}
		set(Keyword.USER, upTo(":@"), "the user name");
		if (current() == ':') {
			this.position++;
			set(Keyword.PASSWORD, upTo("@"), "the password");
		}
		this.position++;
	}

	/**
	 * Take the hosts and their ports. Both lists are decoded only after they have been
	 * joined, and the list of ports gets a comma for each one in the list of hosts.
	 */
	private void servers() {
		StringBuilder hosts = new StringBuilder();
		StringBuilder ports = new StringBuilder();
		while (true) {
			hosts.append((current() == '[') ? bracketedHost() : upTo(":/?,"));
			if (current() == ':') {
				this.position++;
				ports.append(upTo("/?,"));
			}
			if (current() != ',') {
				break;
			}
			this.position++;
			hosts.append(',');
			ports.append(',');
		}
		set(Keyword.HOST, hosts.toString(), "the host list");
		set(Keyword.PORT, ports.toString(), "the port list");
	}

	private String bracketedHost() {
		int start = this.position++;
		String host = upTo("]");
		if (current() != ']') {
			throw new InvalidConnectionStringException("the \"[\" at character " + (start + 1)
					+ " is never closed; an IPv6 address stands in \"[\" and \"]\"");
		}
		if (host.isEmpty()) {
			throw new InvalidConnectionStringException("nothing between \"[\" and \"]\" at character " + (start + 1));
		}
		this.position++;
		if (hasMore() && ":/?,".indexOf(current()) < 0) {
			throw new InvalidConnectionStringException("unexpected character after \"]\", at character "
					+ (this.position + 1) + "; there may be \":\", \"/\", \"?\", \",\" or the end");
		}
		return host;
	}

	private void parameters() {
		while (hasMore()) {
			int start = this.position;
			String where = "the parameter at character " + (start + 1);
			String keyword = upTo("=&");
			if (current() != '=') {
				throw new InvalidConnectionStringException("missing \"=\" in " + where + "; " + ENCODING);
			}
			this.position++;
			String value = upTo("=&");
			if (current() == '=') {
				throw new InvalidConnectionStringException("a second \"=\" in " + where + "; " + ENCODING);
			}
			this.position++;
			parameter(PercentCodec.decode(keyword, where), PercentCodec.decode(value, where), where);
		}
	}

	private void parameter(String keyword, String value, String where) {
		// A courtesy of libpq towards JDBC's URLs, for this one spelling
		boolean ssl = keyword.equals("ssl") && value.equals("true");
		if (!this.options.set(ssl ? "sslmode" : keyword, ssl ? "require" : value)) {
			throw new InvalidConnectionStringException("unknown keyword in " + where
					+ "; keywords are those of libpq 18 in lower case, and those of JDBC drivers are not known; "
					+ ENCODING);
		}
	}

	/**
	 * Set what the front part of the URI says. There, unlike in a parameter, empty means
	 * not set.
	 */
	private void set(Keyword keyword, String encoded, String what) {
		if (!encoded.isEmpty()) {
			this.options.set(keyword.toString(), PercentCodec.decode(encoded, what));
		}
	}

	private String upTo(String terminators) {
		int start = this.position;
		while (hasMore() && terminators.indexOf(current()) < 0) {
			this.position++;
		}
		return this.input.substring(start, this.position);
	}

	private boolean hasMore() {
		return this.position < this.input.length();
	}

	/**
	 * Return the character at the position, NUL at the end: the input holds none.
	 */
	private char current() {
		return hasMore() ? this.input.charAt(this.position) : '\0';
	}

}
