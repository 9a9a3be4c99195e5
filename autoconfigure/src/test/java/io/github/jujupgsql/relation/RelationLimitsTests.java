package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of files that name more servers than there can be, and of texts that are
 * made to look like lines of a log.
 */
class RelationLimitsTests {

	private static final String USER = "\"username\": \"u\", \"database\": \"d\"";

	/** In each form, with as many standbys as it is asked for. */
	private static final List<String> FORMS = List.of("{\"master\": \"host=m user=u\", \"standbys\": [LIST]}",
			"{\"master\": \"host=m user=u\", \"standbys\": \"LINES\"}",
			"{\"db_uri\": \"host=m user=u\", \"db_ro_uris\": [LIST]}",
			"{\"state\": \"master\", \"master\": \"host=m user=u\", \"standbys\": \"LINES\"}",
			"{\"related-units\": {\"p/0\": {\"data\": {\"master\": \"host=m user=u\", \"standbys\": \"LINES\"}}}}",
			"{\"endpoints\": \"m\", \"read-only-endpoints\": \"HOSTS\", " + USER + "}",
			"{\"endpoints\": \"m\", \"read-only-uris\": \"postgresql://u@HOSTS/d\", " + USER + "}");

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3, 4, 5, 6 })
	void whenThereAreMoreStandbysThanAnybodyHasThenTheMasterAndTheFirstHundredServe(int form) {
		RelationReadResult most = read(form, 100);
		assertThat(most.relation().standbys()).hasSize(100);
		assertThat(most.warnings()).isEmpty();
		for (int count : new int[] { 101, 20_000 }) {
			RelationReadResult reading = read(form, count);
			assertThat(reading.relation().master()).isNotNull();
			assertThat(reading.relation().standbys()).isEqualTo(most.relation().standbys());
			assertThat(reading.relation().published()).isEqualTo(most.relation().published());
			assertThat(reading.warnings()).singleElement()
				.asString()
				.containsPattern("'[a-z./0-9-]*(standbys|db_ro_uris|read-only-endpoints|read-only-uris)': ")
				.contains(count + " standbys", "100 are the most");
		}
	}

	@Test
	void whenSomeOfTooManyStandbysAreInvalidThenThatThereAreTooManyIsToldFirst() {
		String list = IntStream.range(0, 300)
			.mapToObj((i) -> (i % 2 == 0) ? "\"s3cret\"" : "\"host=h" + i + " user=u\"")
			.collect(Collectors.joining(","));
		RelationReadResult reading = RelationTexts.read("{\"standbys\": [" + list + "]}");
		assertThat(reading.relation().standbys()).hasSize(100);
		assertThat(reading.warnings()).hasSize(151).first().asString().contains("150 standbys");
		assertThat(reading.warnings().toString()).doesNotContain("s3cret");
	}

	@Test
	void whenTheMasterNamesMoreHostsThanAnybodyHasThenItIsRefused() {
		assertThat(refusal("{\"master\": \"host=" + hosts(65) + " user=u\"}"))
			.isEqualTo("'master': host has 65 items; 64 are the most");
		assertThat(refusal("{\"endpoints\": \"" + hosts(65) + "\", " + USER + "}"))
			.isEqualTo("'endpoints': host has 65 items; 64 are the most");
	}

	@Test
	void whateverTheFileSaysNoMessageHasALineOfItsOwn() {
		String forged = "x\r\nWARN forged \u0085 \u2028 \u001b[31m";
		List<String> contents = new ArrayList<>();
		for (String content : List.of("{\"master\": \"host='@' user=u\"}", "{\"master\": \"hostaddr='fe80::1%@'\"}",
				"{\"master\": \"@\"}", "{\"master\": \"postgresql://@\"}", "{\"master\": {\"@\": 1}}",
				"{\"standbys\": [\"host='@' user=u\", \"@=1\"]}", "{\"standbys\": [{\"@\": 1}]}",
				"{\"endpoints\": \"@\", " + USER + "}",
				"{\"endpoints\": \"a\", \"read-only-endpoints\": \"@\", " + USER + "}",
				"{\"uris\": \"postgresql://u@@/d\"}", "{\"endpoints\": \"a\", \"read-only-uris\": \"@\", " + USER + "}",
				"{\"related-units\": {\"@\": {\"data\": {\"master\": \"@\"}}}}",
				"{\"related-units\": {\"@\": {\"data\": {\"standbys\": \"@\"}}}}", "{\"related-units\": {\"@\": 1}}",
				"{\"related-units\": {\"@\": {\"data\": {}}}}", "{\"@/0\": {\"relation-info\": {\"@\": 1}}}",
				"{\"u/0\": {\"relation-info\": [{\"endpoint\": \"@\", \"relation-id\": \"@\"}, {\"endpoint\": \"@\"}]}}",
				"{\"@\": 1}", "{@", "@: @\n- x", "!<@> x", "master: *@")) {
			contents.add(content.replace("@", forged));
			String escaped = JsonMapper.shared().writeValueAsString(forged);
			contents.add(content.replace("@", escaped.substring(1, escaped.length() - 1)));
		}
		assertThat(contents).allSatisfy((content) -> assertThat(told(content)).isNotEmpty()
			.allSatisfy((text) -> assertThat(text).doesNotContain("forged").matches("[^\\p{Cntrl}\u0085\u2028]*")));
	}

	private static List<String> told(String content) {
		try {
			RelationReadResult reading = RelationTexts.read(content);
			List<String> told = new ArrayList<>(reading.warnings());
			told.add(String.valueOf(reading.waitingFor()));
			told.add(reading.relation().toString().replaceFirst("\\[joined.*, master=", ""));
			return told;
		}
		catch (InvalidRelationException ex) {
			return List.of(String.valueOf(ex.getMessage()), String.valueOf(ex.getKey()), ex.getReason());
		}
	}

	private static @Nullable String refusal(String content) {
		try {
			RelationTexts.read(content);
			return null;
		}
		catch (InvalidRelationException ex) {
			return ex.getMessage();
		}
	}

	private static RelationReadResult read(int form, int standbys) {
		List<String> strings = IntStream.range(0, standbys).mapToObj((i) -> "host=h" + i + " user=u").toList();
		return RelationTexts.read(FORMS.get(form)
			.replace("LIST", strings.stream().map((string) -> "\"" + string + "\"").collect(Collectors.joining(",")))
			.replace("LINES", String.join("\\n", strings))
			.replace("HOSTS", hosts(standbys)));
	}

	private static String hosts(int count) {
		return IntStream.range(0, count).mapToObj((i) -> "h" + i).collect(Collectors.joining(","));
	}

}
