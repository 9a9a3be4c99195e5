package io.github.jujupgsql.pool;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLException;

import io.github.jujupgsql.role.RetryBackoff;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RoleCheck}.
 */
class RoleCheckTests {

	@Test
	void whereTheNetworkFailsTheReasonSaysWhy() {
		SQLException fault = new SQLException("The connection attempt failed.", "08001",
				new UnknownHostException("db"));
		assertThat(RoleCheck.failed(fault).reason())
			.isEqualTo("The connection attempt failed. (UnknownHostException: db)");
	}

	@Test
	void whatTheDriverHasSaidIsNotSaidTwice() {
		SQLException fault = new SQLException("Connection to db:1 refused.", "08001",
				new ConnectException("Connection refused"));
		assertThat(RoleCheck.failed(fault).reason()).isEqualTo("Connection to db:1 refused.");
	}

	@Test
	void theReasonIsOneLine() {
		assertThat(RoleCheck.failed(new SQLException("a\nb\u2028c", "08001")).reason()).isEqualTo("a b c");
	}

	@Test
	void aServerThatIsNoStandbyIsAskedEverMoreRarely() {
		assertThat(RetryBackoff.NO_STANDBY.pauseAfter(1)).hasMillis(50);
		assertThat(RetryBackoff.NO_STANDBY.pauseAfter(20)).hasSeconds(5);
	}

}
