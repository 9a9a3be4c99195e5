package io.github.jujupgsql.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.DriverProperties;
import io.github.jujupgsql.relation.InvalidConnectionStringException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzzes {@link ConnectionString} and {@link DriverProperties}. Ten million executions:
 * <pre>
 * mvn test -Pfuzzing -pl autoconfigure -am -Dtest=ConnectionStringFuzzing -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dfuzz.duration=12h -Dfuzz.executions=10000000 -Dfuzz.verbosity=1
 * </pre>
 */
@Tag("fuzzing")
class ConnectionStringFuzzing {

	@MethodSource
	@FuzzTest(maxDuration = "3s")
	void anyTextIsReadOrRefusedInOneWay(byte[] input) {
		ConnectionString string;
		try {
			string = ConnectionString.parse(new String(input, StandardCharsets.UTF_8));
		}
		catch (InvalidConnectionStringException ex) {
			return;
		}
		rendersTheSame(string, string.toKeyValue());
		rendersTheSame(string, string.toUri());
		if (string.toString().indexOf('\n') >= 0 || string.address().indexOf('\n') >= 0) {
			throw new AssertionError("what goes to logs has several lines");
		}
		try {
			DriverProperties properties = DriverProperties.of(string, "app");
			if (!properties.equals(DriverProperties.of(ConnectionString.parse(string.toUri()), "app"))) {
				throw new AssertionError("equal strings have different properties");
			}
		}
		catch (InvalidConnectionStringException ex) {
			// refused, in the one way in which that may be done
		}
	}

	private static void rendersTheSame(ConnectionString string, String rendered) {
		if (!ConnectionString.parse(rendered).equals(string)) {
			throw new AssertionError("what was rendered is read as something else");
		}
	}

	static Stream<Arguments> anyTextIsReadOrRefusedInOneWay() {
		return Seeds.connectionStrings().map((text) -> Arguments.of((Object) text.getBytes(StandardCharsets.UTF_8)));
	}

}
