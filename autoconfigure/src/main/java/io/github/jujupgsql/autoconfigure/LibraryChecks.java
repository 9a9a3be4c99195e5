package io.github.jujupgsql.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.jujupgsql.relation.DriverPropertyNames;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

import org.springframework.util.ClassUtils;

/**
 * Finds out whether the pool and the driver that the application brings along know what
 * is used of them.
 */
final class LibraryChecks {

	private static final String OLDEST_HIKARI = "6.2.0";

	private static final String OLDEST_DRIVER = "42.7.11";

	private LibraryChecks() {
	}

	/**
	 * Check both.
	 * @throws UnsupportedLibraryException if one is too old
	 */
	static void run() {
		checkHikari();
		checkDriver();
	}

	private static void checkHikari() {
		if (!hikariTellsOfEveryFault()) {
			throw UnsupportedLibraryException.of("HikariCP", null, HikariConfig.class, OLDEST_HIKARI,
					"it does not tell of every fault of a connection");
		}
	}

	/**
	 * Return whether HikariCP can be given an object that it asks about every exception.
	 * The first one that could asked it only about those for which it gives a connection
	 * up; {@code MUST_EVICT}, which came a little later, would make no sense there.
	 */
	private static boolean hikariTellsOfEveryFault() {
		return ClassUtils.hasAtLeastOneMethodWithName(HikariConfig.class, "setExceptionOverride")
				&& Stream.of(SQLExceptionOverride.Override.values()).map(Enum::name).anyMatch("MUST_EVICT"::equals);
	}

	private static void checkDriver() {
		Set<String> known = Stream.of(PGProperty.values()).map(PGProperty::getName).collect(Collectors.toSet());
		List<String> unknown = DriverPropertyNames.all().stream().filter((name) -> !known.contains(name)).toList();
		if (!unknown.isEmpty()) {
			throw UnsupportedLibraryException.of("PostgreSQL JDBC driver", null, Driver.class, OLDEST_DRIVER,
					"it would ignore " + String.join(", ", unknown));
		}
	}

}
