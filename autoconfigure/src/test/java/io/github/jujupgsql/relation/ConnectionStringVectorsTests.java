package io.github.jujupgsql.relation;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Holds {@link ConnectionString} against what real libpqs, 15.18 and 18.6, have said.
 */
class ConnectionStringVectorsTests {

	@Test
	void vectorsAreThere() {
		assertThat(agreed()).hasSizeGreaterThanOrEqualTo(781);
		assertThat(newer()).hasSizeGreaterThanOrEqualTo(37);
	}

	@ParameterizedTest
	@MethodSource
	void agreed(ConninfoVector vector) {
		isReadAsLibpqReadsIt(vector);
	}

	@ParameterizedTest
	@MethodSource
	void newer(ConninfoVector vector) {
		isReadAsLibpqReadsIt(vector);
	}

	@ParameterizedTest
	@MethodSource("readable")
	void renderedIsReadAsTheSame(ConninfoVector vector) {
		ConnectionString string = ConnectionString.parse(vector.input());
		assertThat(ConnectionString.parse(string.toKeyValue())).isEqualTo(string).hasSameHashCodeAs(string);
		assertThat(ConnectionString.parse(string.toUri())).isEqualTo(string).hasSameHashCodeAs(string);
	}

	private void isReadAsLibpqReadsIt(ConninfoVector vector) {
		if (vector.ok()) {
			assertThat(ConnectionString.parse(vector.input()).options())
				.containsExactlyInAnyOrderEntriesOf(vector.options());
		}
		else {
			assertThatExceptionOfType(InvalidConnectionStringException.class)
				.isThrownBy(() -> ConnectionString.parse(vector.input()))
				.withNoCause();
		}
	}

	static List<ConninfoVector> agreed() {
		return ConninfoVector.agreed();
	}

	static List<ConninfoVector> newer() {
		return ConninfoVector.newer();
	}

	static Stream<ConninfoVector> readable() {
		return Stream.concat(agreed().stream(), newer().stream()).filter(ConninfoVector::ok);
	}

}
