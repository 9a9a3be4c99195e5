package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.jspecify.annotations.Nullable;

/**
 * Puts what a connection string says over what an application says, and both over what
 * counts if neither says anything. No connection ends up less protected than either of
 * them asks for: the stronger wish counts. Whom to trust is for {@link AuthorityMerger}.
 */
final class PropertiesMerger {

	/** Encrypts, and verifies no server. */
	private static final String TRUSTS_ANY_SERVER = "org.postgresql.ssl.NonValidatingFactory";

	private static final String FACTORY = DriverProperty.SSL_FACTORY.toString();

	static final String FACTORY_ARGUMENT = "sslfactoryarg";

	private final Properties published;

	private final Properties own;

	private final Properties merged;

	private final List<String> choices = new ArrayList<>();

	private final List<String> conflicts = new ArrayList<>();

	/**
	 * Create a merger.
	 * @param published what the connection string says
	 * @param application what the application says, by the driver's names
	 * @param defaults what counts if neither says anything
	 */
	PropertiesMerger(Map<DriverProperty, String> published, Properties application,
			Map<DriverProperty, String> defaults) {
		this.published = DriverProperties.texts(published);
		this.own = texts(application);
		this.merged = DriverProperties.texts(defaults);
	}

	/**
	 * Return properties as texts. The driver passes over what is no text; HikariCP, where
	 * it makes the connections, makes texts of it.
	 */
	private static Properties texts(Properties properties) {
		Properties texts = new Properties();
		properties.stringPropertyNames().forEach((name) -> texts.setProperty(name, properties.getProperty(name)));
		properties.forEach((name, value) -> texts.setProperty(name.toString(), value.toString()));
		return texts;
	}

	/**
	 * Return both together.
	 * @param names the hosts as they must be where their names are verified, or
	 * {@code null} if they are so in any case
	 * @return what the driver is given
	 */
	MergedProperties merge(@Nullable String names) {
		refuseTrustInAnyServer();
		this.merged.putAll(this.own);
		this.merged.putAll(this.published);
		takeAuthority();
		for (Protection protection : Protection.values()) {
			takeStronger(protection);
		}
		takeCommonMethods();
		keepGssEncryption();
		if (names != null && (isVerifyFull(tlsMode(this.merged)) || isGssRequired())) {
			this.merged.setProperty(DriverProperty.PG_HOST.toString(), names);
			this.choices.add("hostaddr is left out, as the application has the names of the hosts verified");
		}
		return new MergedProperties(this.merged, this.choices, this.conflicts);
	}

	private void refuseTrustInAnyServer() {
		String mode = tlsMode(this.published);
		if (mode != null && mode.startsWith("verify-") && TRUSTS_ANY_SERVER.equals(this.own.getProperty(FACTORY))) {
			this.own.remove(FACTORY);
			this.own.remove(FACTORY_ARGUMENT);
			this.conflicts.add("the application's sslfactory is left out: it trusts anybody, "
					+ "and the connection string has the server verified");
		}
	}

	private void takeAuthority() {
		String mode = tlsMode(this.own);
		boolean ownModeCounts = mode != null && isStronger(mode, tlsMode(this.published));
		new AuthorityMerger(this.published, this.own, this.merged, this.conflicts::add).merge(ownModeCounts);
	}

	private static boolean isStronger(String mode, @Nullable String other) {
		return other == null || Protection.TLS.strength(mode) > Protection.TLS.strength(other);
	}

	private void takeStronger(Protection protection) {
		String name = protection.property().toString();
		String publishedValue = this.published.getProperty(name);
		String ownValue = (protection == Protection.TLS) ? tlsMode(this.own) : this.own.getProperty(name);
		if (publishedValue == null || ownValue == null) {
			return;
		}
		int difference = protection.strength(ownValue) - protection.strength(publishedValue);
		if (difference > 0) {
			this.merged.setProperty(name, ownValue);
			this.choices.add("the application's " + protection.describe(ownValue)
					+ " counts, as the connection string's " + protection.describe(publishedValue) + " is weaker");
		}
		if (difference < 0) {
			this.choices.add("the connection string's " + protection.describe(publishedValue)
					+ " counts, as the application's " + protection.describe(ownValue) + " is weaker");
		}
	}

	/**
	 * Return the {@code sslmode} that the driver makes of properties.
	 */
	private static @Nullable String tlsMode(Properties properties) {
		String mode = properties.getProperty(DriverProperty.SSL_MODE.toString());
		String ssl = properties.getProperty("ssl", "false");
		return (mode == null && (ssl.isEmpty() || Boolean.parseBoolean(ssl))) ? "verify-full" : mode;
	}

	private void takeCommonMethods() {
		String name = DriverProperty.REQUIRE_AUTH.toString();
		String publishedList = this.published.getProperty(name);
		String ownList = this.own.getProperty(name);
		if (publishedList == null || ownList == null) {
			return;
		}
		List<String> ownMethods = RequireAuth.allowedByDriver(ownList);
		if (ownMethods.isEmpty()) {
			this.merged.setProperty(name, ownList);
			this.conflicts.add("the application's requireAuth is none that the driver takes");
			return;
		}
		List<String> common = new ArrayList<>(RequireAuth.allowedByDriver(publishedList));
		boolean equal = new HashSet<>(common).equals(new HashSet<>(ownMethods));
		common.retainAll(ownMethods);
		if (common.isEmpty()) {
			this.merged.setProperty(name, RequireAuth.NOTHING);
			this.conflicts.add("the application's requireAuth and the connection string's have no method in common, "
					+ "so the driver refuses to connect");
		}
		else if (!equal) {
			this.merged.setProperty(name, String.join(",", common));
			this.choices.add("requireAuth=" + String.join(",", common)
					+ " counts, which both the application and the connection string allow");
		}
	}

	/**
	 * Leave direct TLS out where encryption by GSS is required: with it, the driver does
	 * not even ask for GSS.
	 */
	private void keepGssEncryption() {
		String negotiation = DriverProperty.SSL_NEGOTIATION.toString();
		if (isGssRequired() && "direct".equals(this.merged.getProperty(negotiation))) {
			this.merged.remove(negotiation);
			this.conflicts.add("sslNegotiation=direct is left out: "
					+ "with it, the driver would not do what gssEncMode=require asks for");
		}
	}

	private boolean isGssRequired() {
		return "require".equalsIgnoreCase(this.merged.getProperty(DriverProperty.GSS_ENC_MODE.toString()));
	}

	private static boolean isVerifyFull(@Nullable String mode) {
		return "verify-full".equalsIgnoreCase(mode);
	}

}
