package io.github.jujupgsql.relation;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ShowUnitForm}.
 */
class ShowUnitFormTests {

	private static final String SEVERAL = """
			notes/0:
			  relation-info:
			  - {relation-id: 7, endpoint: db, application-data: {master: host=a user=u password=s3cret}}
			  - {relation-id: 8, endpoint: reports, application-data: {master: host=b user=u password=s3cret}}
			  - {relation-id: 9, endpoint: ingress, application-data: {url: x}}
			""";

	@Test
	void theEndpointPicksTheRelation() {
		RelationTexts.assertServers(read("db", SEVERAL), "host=a user=u password=s3cret");
		RelationTexts.assertServers(read("reports", SEVERAL), "host=b user=u password=s3cret");
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " " })
	void severalCandidatesAreNamed(@Nullable String endpoint) {
		assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(() -> read(endpoint, SEVERAL))
			.withMessageContainingAll("juju.pgsql.endpoint", "db (relation-id 7)", "reports (relation-id 8)")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret", "ingress"));
	}

	@Test
	void oneEndpointWithSeveralRelationsIsAnError() {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> read("db", SEVERAL.replace("reports", "db")))
			.withMessageContainingAll("cannot tell them apart", "relation-id 7", "relation-id 8");
	}

	@Test
	void oneRelationAmongOthersNeedsNoEndpoint() {
		RelationTexts.assertServers(read(null, SEVERAL.replaceAll("(?m)^.*reports.*\n", "")),
				"host=a user=u password=s3cret");
	}

	@Test
	void ofRelationsThatSayNothingYetNoneIsGuessed() {
		assertThatExceptionOfType(InvalidRelationException.class).isThrownBy(() -> read(null, """
				notes/0: {relation-info: [{relation-id: 7, endpoint: db}, {relation-id: 9, endpoint: ingress}]}
				""")).withMessageContainingAll("db", "ingress");
	}

	@Test
	void withoutTheRelationThereIsNone() {
		RelationReading reading = read("database", SEVERAL);
		assertThat(reading.relation()).isEqualTo(PgsqlRelation.NONE);
		assertThat(reading.waitingFor()).contains("juju.pgsql.endpoint", "db (relation-id 7)");
		assertThat(read(null, "notes/0: {opened-ports: [], leader: true}\n").relation()).isEqualTo(PgsqlRelation.NONE);
	}

	private static RelationReading read(@Nullable String endpoint, String content) {
		return RelationTexts.read(WantedDatabase.ANY, endpoint, content);
	}

}
