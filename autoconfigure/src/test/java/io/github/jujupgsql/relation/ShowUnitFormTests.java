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
		RelationReadResult reading = read(null, """
				notes/0: {relation-info: [{relation-id: 7, endpoint: db}, {relation-id: 9, endpoint: ingress}]}
				""");
		assertThat(reading.relation()).isEqualTo(PgsqlRelation.NONE);
		assertThat(reading.waitingFor()).contains("no relation yet", "db (relation-id 7)", "ingress (relation-id 9)");
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = "db")
	void peersAreNeverMeant(@Nullable String endpoint) {
		RelationReadResult reading = read(endpoint,
				"""
						notes/0:
						  relation-info:
						  - {relation-id: 1, endpoint: db, related-endpoint: db, related-units: {notes/1: {data: {master: host=a user=u}}}}
						  - {relation-id: 2, endpoint: db, related-endpoint: db, local-unit: {in-scope: true, data: {x: y}}}
						""");
		assertThat(reading.relation()).isEqualTo(PgsqlRelation.NONE);
	}

	@Test
	void ofARelationThatIsRemovedAndMadeAgainTheNewOneIsMeant() {
		String file = """
				notes/0:
				  relation-info:
				  - {relation-id: 7, endpoint: db, application-data: %s, related-units: {p/0: {in-scope: false, data: null}}}
				  - {relation-id: 8, endpoint: db, application-data: {}, related-units: {p/0: {in-scope: true, data: {}}}}
				""";
		RelationReadResult reading = read("db", file.formatted("{}"));
		assertThat(reading.relation().id()).isEqualTo("8");
		assertThat(reading.waitingFor()).contains("'master' of p/0");
		assertThat(read("db", file.formatted("{master: host=a user=u}")).relation().id()).isEqualTo("7");
	}

	@Test
	void withoutTheRelationThereIsNone() {
		RelationReadResult reading = read("database", SEVERAL);
		assertThat(reading.relation()).isEqualTo(PgsqlRelation.NONE);
		assertThat(reading.waitingFor()).contains("juju.pgsql.endpoint", "db (relation-id 7)");
		assertThat(read(null, "notes/0: {opened-ports: [], leader: true}\n").relation()).isEqualTo(PgsqlRelation.NONE);
	}

	private static RelationReadResult read(@Nullable String endpoint, String content) {
		return RelationTexts.read(WantedDatabase.ANY, endpoint, content);
	}

}
