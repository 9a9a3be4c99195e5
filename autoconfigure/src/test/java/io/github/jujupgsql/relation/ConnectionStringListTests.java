package io.github.jujupgsql.relation;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConnectionStringList}.
 */
class ConnectionStringListTests {

	@Test
	void linesSeparate() {
		assertThat(ConnectionStringList.split("host=a user=u\nhost=b user=u\r\n\n")).containsExactly("host=a user=u",
				"host=b user=u");
	}

	@Test
	void aCommaBeforeAKeywordSeparates() {
		assertThat(ConnectionStringList.split("dbname=d host=a user=relation-4,dbname=d host=b user=relation-4"))
			.containsExactly("dbname=d host=a user=relation-4", "dbname=d host=b user=relation-4");
	}

	@Test
	void aCommaBeforeAUriSeparates() {
		assertThat(ConnectionStringList.split("postgresql://u@a/d,postgres://u@b/d"))
			.containsExactly("postgresql://u@a/d", "postgres://u@b/d");
	}

	@Test
	void aCommaBetweenHostsDoesNot() {
		assertThat(ConnectionStringList.split("host=a,b port=1,2 user=u")).hasSize(1);
		assertThat(ConnectionStringList.split("postgresql://u@a,b:5433/d")).hasSize(1);
	}

	@Test
	void aCommaInAPasswordDoesNot() {
		assertThat(ConnectionStringList.split("host=a password=x,y= user=u")).hasSize(1);
		assertThat(ConnectionStringList.split("host=a password='x,user=y' user=u")).hasSize(1);
		assertThat(ConnectionStringList.split("host=a password = 'it\\'s,user=y' user=u")).hasSize(1);
	}

	@Test
	void aQuoteWithinAValueIsAnOrdinaryCharacter() {
		assertThat(ConnectionStringList.split("host=a password=it's,host=b user=u")).hasSize(2);
	}

}
