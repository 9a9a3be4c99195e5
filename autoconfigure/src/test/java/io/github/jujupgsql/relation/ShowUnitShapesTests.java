package io.github.jujupgsql.relation;

import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The shapes in which {@code juju show-unit} has shown relations to PostgreSQL and
 * pgbouncer, from both sides. Most only name a Juju secret.
 */
class ShowUnitShapesTests {

	@Test
	void thereIsATestForEachShape() {
		assertThat(withServers().toList()).hasSize(5);
		assertThat(withSecret().toList()).hasSize(29);
		assertThat(ofProviders().toList()).hasSize(5);
		assertThat(shapes()).hasSize(39);
	}

	@ParameterizedTest
	@MethodSource
	void withServers(Shape shape) {
		RelationReadResult reading = shape.read();
		JsonNode bag = shape.applicationData();
		if (bag.has("master")) {
			RelationTexts.assertServers(reading, bag.get("master").asString());
		}
		else {
			String rest = " port=5432 dbname=pgbouncer password=pw user=" + bag.get("username").asString();
			RelationTexts.assertServers(reading, "host=10.0.0.5" + rest,
					Stream.of(bag.get("read-only-endpoints").asString().split(","))
						.map((endpoint) -> "host=" + endpoint.replace(":5432", "") + rest)
						.toArray(String[]::new));
		}
		assertThat(reading.warnings()).isEmpty();
		assertThat(reading.waitingFor()).isNull();
	}

	static Stream<Shape> withServers() {
		return shapes().stream()
			.filter((shape) -> shape.applicationData().has("master") || shape.applicationData().has("username"));
	}

	@ParameterizedTest
	@MethodSource
	void withSecret(Shape shape) {
		assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(shape::read)
			.withMessageStartingWith("'" + shape.unit() + ".relation-info[0].application-data.secret-user': ")
			.withMessageContaining("have the charm export");
	}

	static Stream<Shape> withSecret() {
		return shapes().stream().filter((shape) -> shape.applicationData().has("secret-user"));
	}

	/**
	 * Here the unit is the server's own: its application bag is what a client asked for.
	 */
	@ParameterizedTest
	@MethodSource
	void ofProviders(Shape shape) {
		assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(shape::read)
			.withMessageStartingWith("'" + shape.unit() + ".relation-info[0].application-data': ")
			.withMessageContaining("what a client asks for");
	}

	static Stream<Shape> ofProviders() {
		return shapes().stream()
			.filter((shape) -> shape.applicationData().has("requested-secrets")
					&& !shape.applicationData().has("endpoints"));
	}

	private static List<Shape> shapes() {
		JsonNode shapes = JsonMapper.shared().readTree(RelationTexts.file("field/show-unit-shapes.json"));
		return StreamSupport.stream(shapes.spliterator(), false)
			.map((shape) -> new Shape(shape.get("unit").asString(), shape.get("relation")))
			.toList();
	}

	private record Shape(String unit, JsonNode relation) {

		JsonNode applicationData() {
			return this.relation.get("application-data");
		}

		RelationReadResult read() {
			return RelationTexts.read("{\"" + this.unit + "\": {\"relation-info\": [" + this.relation + "]}}");
		}

		@Override
		public String toString() {
			return this.unit + " " + this.relation.get("endpoint").asString() + " "
					+ this.relation.get("relation-id").asString();
		}

	}

}
