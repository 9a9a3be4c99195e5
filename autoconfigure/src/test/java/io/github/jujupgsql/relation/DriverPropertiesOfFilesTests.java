package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.github.jujupgsql.driver.FenceableSocketFactory;
import io.github.jujupgsql.driver.PemTrustSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing in a relation file of any form reaches a property of the driver that is not
 * meant to be reached: some load classes, some read or write files, some go elsewhere.
 */
class DriverPropertiesOfFilesTests {

	private static final Set<String> ALLOWED = new TreeSet<>(
			Arrays.stream(DriverProperty.values()).map(DriverProperty::toString).toList());

	private static final Set<String> FACTORIES = Set.of("org.postgresql.ssl.DefaultJavaSSLFactory",
			PemTrustSocketFactory.class.getName());

	private static final String SOCKET_FACTORY = FenceableSocketFactory.class.getName();

	private static final String MASTER = "host=h user=u password=p";

	private static final String URI = "postgresql://u:p@h/d";

	private static final String AUTHORITY = TestAuthority.certificateOf("authority");

	@ParameterizedTest
	@EnumSource(PGProperty.class)
	void noPropertyOutsideTheListIsReachedFromAnyForm(PGProperty property) {
		Set<Properties> reached = new LinkedHashSet<>();
		for (String name : List.of(property.getName(), property.name())) {
			files(name, "com.example.Evil").forEach((file) -> reached.addAll(properties(file)));
		}
		assertThat(reached).isNotEmpty().allSatisfy((properties) -> {
			assertThat(properties.stringPropertyNames()).isSubsetOf(ALLOWED);
			assertThat(properties.getProperty("sslfactory", FACTORIES.iterator().next())).isIn(FACTORIES);
			assertThat(properties.getProperty("socketFactory", SOCKET_FACTORY)).isEqualTo(SOCKET_FACTORY);
		});
	}

	@ParameterizedTest
	@EnumSource(PGProperty.class)
	void theDriverSeesNoOtherServerAndNoPropertyMoreThanItIsGiven(PGProperty property) {
		String evil = property.getName() + "=evil";
		for (String value : List.of("h?" + evil, "h/d?" + evil, "h:1/d?" + evil, "h;" + evil, "h&" + evil)) {
			for (Map<String, Object> file : List.of(client("endpoints", value), client("database", value),
					client("username", value), client("password", value), client("read-only-endpoints", value),
					Map.<String, Object>of("master", "host='" + value + "' user=u"),
					Map.<String, Object>of("master", MASTER + " dbname='" + value + "'"))) {
				for (Properties given : properties(file)) {
					Properties parsed = Objects.requireNonNull(Driver.parseURL(DriverProperties.URL, given));
					assertThat(parsed.stringPropertyNames()).isSubsetOf(ALLOWED);
					given.forEach((key, set) -> assertThat(parsed).containsEntry(key, set));
				}
			}
		}
	}

	@Test
	void theListHoldsNothingThatLoadsAClassButTheFactoriesOfTheListsOwn() {
		assertThat(ALLOWED).doesNotContain("sslfactoryarg", "socketFactoryArg", "sslhostnameverifier",
				"sslpasswordcallback", "authenticationPluginClassName", "xmlFactoryFactory", "loggerFile", "service",
				"jaasApplicationName", "localSocketAddress");
	}

	/**
	 * Files of each form with a pair of key and value in every place that takes one.
	 */
	private static List<Map<String, Object>> files(String key, String value) {
		List<Map<String, Object>> files = new ArrayList<>();
		List<String> strings = List.of(MASTER, MASTER + " " + key + "=" + value, URI + "?" + key + "=" + value, URI,
				MASTER + " options='-c " + key + "=" + value + "'", MASTER + " sslmode=verify-full sslrootcert=system");
		for (String string : strings) {
			for (Map<String, Object> bag : List.of(Map.<String, Object>of("master", string, key, value),
					Map.<String, Object>of("standbys", string, key, value, "state", "master"),
					Map.<String, Object>of("db_uri", string, key, value),
					Map.<String, Object>of("uris", string, "read-only-uris", string, key, value))) {
				files.add(bag);
			}
		}
		for (String part : List.of("endpoints", "read-only-endpoints", "username", "password", "database", "tls",
				"version")) {
			files.add(client(part, "h?" + key + "=" + value));
			files.add(client(key, value));
		}
		Map<String, Object> encrypted = client("tls-ca", AUTHORITY);
		encrypted.put("tls", "True");
		encrypted.put(key, value);
		files.add(encrypted);
		for (Map<String, Object> bag : List.copyOf(files)) {
			files.add(Map.of("application-data", bag, key, value));
			files.add(Map.of("n/0",
					Map.of("relation-info", List
						.of(Map.of("endpoint", "db", "related-units", Map.of("p/0", Map.of("data", bag, key, value)))),
							key, value)));
		}
		return files;
	}

	private static Map<String, Object> client(String key, String value) {
		Map<String, Object> bag = new LinkedHashMap<>(
				Map.of("endpoints", "h:1", "read-only-endpoints", "r:1", "username", "u", "password", "p"));
		bag.put(key, value);
		return bag;
	}

	private static List<Properties> properties(Map<String, Object> file) {
		try {
			PgsqlRelation relation = RelationTexts.read(JsonMapper.shared().writeValueAsString(file)).relation();
			return Stream.concat(Stream.ofNullable(relation.master()), relation.standbys().stream())
				.map((string) -> DriverProperties.of(string, "app").toProperties())
				.toList();
		}
		catch (InvalidRelationException ex) {
			// as good
			return List.of();
		}
	}

}
