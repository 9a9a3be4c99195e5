package io.github.jujupgsql.relation;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RelationInfoForm}, beyond what the charm library's vectors say.
 */
class RelationInfoFormTests {

	@Test
	void unitsAreVisitedInTheOrderOfTheirNamesAsText() {
		RelationTexts.assertServers(RelationTexts.read("""
				relation-id: 7
				related-units:
				  postgresql/2: {data: {master: host=two user=u, standbys: host=x user=u}}
				  postgresql/10: {data: {master: host=ten user=u}}
				"""), "host=ten user=u", "host=x user=u");
	}

	@Test
	void theApplicationsBagIsVisitedFirst() {
		RelationTexts.assertServers(RelationTexts.read("""
				related-units: {aaa/0: {data: {master: host=unit user=u}}}
				application-data: {master: host=application user=u}
				"""), "host=application user=u");
	}

	@Test
	void aUnitThatHasLeftItsScopeIsNotVisited() {
		RelationTexts.assertServers(RelationTexts.read("""
				related-units:
				  postgresql/0: {in-scope: false, data: {master: host=gone user=u}}
				  postgresql/1: {in-scope: true, data: {master: host=there user=u}}
				"""), "host=there user=u");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			database        |
			database        | database: x, roles: r, extensions: "a,b", allowed-subnets: "1.1.1.1/32,2.2.2.2/32"
			roles           | database: notes, extensions: "a,b", allowed-subnets: "1.1.1.1/32,2.2.2.2/32"
			extensions      | database: notes, roles: r, extensions: "a", allowed-subnets: "1.1.1.1/32,2.2.2.2/32"
			allowed-subnets | database: notes, roles: r, extensions: "a,b", allowed-subnets: 1.1.1.1/32
			allowed-subnets | database: notes, roles: r, extensions: "a,b"
			""")
	void whatIsWaitedForNamesKeyAndBag(String key, @Nullable String mirrored) {
		RelationReadResult reading = RelationTexts
			.read("""
					local-unit: {data: {database: notes, roles: r, extensions: "a,b", egress-subnets: "1.1.1.1/32, 2.2.2.2/32"}}
					related-units: {p/0: {data: {master: host=h user=u password=s3cret%s}}}
					"""
				.formatted((mirrored != null) ? ", " + mirrored : ""));
		RelationTexts.assertServers(reading, null);
		assertThat(reading.waitingFor()).isEqualTo("no master yet; waiting for '" + key + "' of p/0");
	}

	@Test
	void extensionsAndRolesAreSets() {
		RelationTexts.assertServers(RelationTexts.read("""
				local-unit: {data: {extensions: "a,b", roles: "r,s"}}
				related-units: {p/0: {data: {master: host=h user=u, extensions: "b, a", roles: "s,r"}}}
				"""), "host=h user=u");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "local-unit: {in-scope: false, data: null}" })
	void whatNobodySaysWasAskedForIsNotCompared(String ownBag) {
		RelationTexts.assertServers(RelationTexts.read(ownBag + """

				related-units: {p/0: {data: {master: host=h user=u, extensions: a, roles: r}}}
				"""), "host=h user=u");
	}

	@Test
	void untilTheProxyBesideUsIsReadyNoServerIsUsed() {
		String file = """
				application-data: {database: d, endpoints: "h:1", username: u, subordinated: "true"}
				related-units: {p/0: {data: {}}, p/1: {in-scope: %s, data: {state: ready}}}
				""";
		assertThat(RelationTexts.read(file.formatted("false")).waitingFor())
			.isEqualTo("no master yet; waiting for 'state' of p/0 to be ready");
		RelationTexts.assertServers(RelationTexts.read(file.formatted("true")), "host=h port=1 user=u dbname=d");
	}

	@Test
	void aMasterThatIsNotPublishedIsWaitedFor() {
		assertThat(RelationTexts.read("related-units: {p/1: {data: {master: ''}}, p/0: {data: {}}}\n").waitingFor())
			.isEqualTo("no master yet; waiting for 'master' of p/0, 'master' of p/1");
	}

	@Test
	void withoutAUnitThatIsWaitedFor() {
		assertThat(RelationTexts.read("{\"relation-id\": 7, \"related-units\": {}}").waitingFor()).contains("units");
	}

	@Test
	void standbysThatAreNotGrantedYetAreWaitedFor() {
		RelationReadResult reading = RelationTexts.read("""
				local-unit: {data: {egress-subnets: 1.1.1.1/32}}
				related-units:
				  postgresql/0: {data: {master: host=a user=u, allowed-subnets: 1.1.1.1/32}}
				  postgresql/1: {data: {standbys: host=b user=u}}
				""");
		RelationTexts.assertServers(reading, "host=a user=u");
		assertThat(reading.waitingFor()).contains("no standbys yet", "'allowed-subnets' of postgresql/1");
	}

	@Test
	void aServerWithoutStandbysIsComplete() {
		assertThat(RelationTexts.read("related-units: {p/0: {data: {master: host=a user=u}}}\n").waitingFor()).isNull();
	}

	@Test
	void whatIsSetUpWinsOverOurOwnBag() {
		String file = """
				local-unit: {data: {database: notes, extensions: citext}}
				related-units: {p/0: {data: {database: other, extensions: citext, master: host=a user=u}}}
				""";
		RelationTexts.assertServers(RelationTexts.read(file), null);
		RelationTexts.assertServers(RelationTexts.read(new WantedDatabase("other", null, null), file), "host=a user=u");
		RelationTexts.assertServers(RelationTexts.read(new WantedDatabase("", null, null), file), "host=a user=u");
	}

	@Test
	void aFaultIsNamedWithItsBag() {
		assertThatExceptionOfType(InvalidRelationException.class)
			.isThrownBy(() -> RelationTexts.read("related-units: {p/0: {data: {master: host=a s3cret}}}\n"))
			.withMessageStartingWith("'related-units.p/0.data.master': ")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
		RelationReadResult reading = RelationTexts
			.read("application-data: {master: host=a user=u, standbys: host=b s3cret}\n");
		assertThat(reading.warnings()).singleElement()
			.asString()
			.contains("'application-data.standbys[0]'")
			.doesNotContain("s3cret");
	}

	@Test
	void aBagNobodyMayUseYetNeedNotBeValid() {
		RelationTexts.assertServers(RelationTexts.read(new WantedDatabase("notes", null, null), """
				related-units:
				  p/0: {data: {master: what}}
				  p/1: {data: {database: notes, master: host=a user=u}}
				"""), "host=a user=u");
	}

	@Test
	void postgresqlClientsBagIsReadWithinTheRelation() {
		RelationReadResult reading = RelationTexts.read(new WantedDatabase("notes", List.of("citext"), null),
				"""
						relation-id: 9
						application-data: {database: notes, endpoints: "a:1", read-only-endpoints: "b:2", username: u, password: p}
						related-units: {postgresql/0: {data: {}}}
						local-unit: {data: {egress-subnets: 1.1.1.1/32}}
						""");
		RelationTexts.assertServers(reading, "dbname=notes host=a port=1 user=u password=p",
				"dbname=notes host=b port=2 user=u password=p");
		assertThat(reading.relation().id()).isEqualTo("9");
	}

}
