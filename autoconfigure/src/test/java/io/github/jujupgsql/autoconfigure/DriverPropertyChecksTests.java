package io.github.jujupgsql.autoconfigure;

import java.util.Properties;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGProperty;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link DriverPropertyChecks}.
 */
class DriverPropertyChecksTests {

	@ParameterizedTest
	@CsvSource({ "connectTimeout, soon", "socketTimeout, 10s", "loginTimeout, 1m", "prepareThreshold, ''",
			"sslmode, verify-all", "targetServerType, leader", "autosave, often", "channelBinding, maybe" })
	void whatTheDriverCannotTakeIsNamed(String name, String value) {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> DriverPropertyChecks.run(properties(name, value)))
			.returns("spring.datasource.hikari.data-source-properties." + name,
					InvalidConfigurationPropertyValueException::getName);
	}

	@ParameterizedTest
	@CsvSource({ "connectTimeout, 3", "loginTimeout, 2.5", "prepareThreshold, -1", "sslmode, VERIFY-FULL",
			"targetServerType, preferSecondary", "my.factory.setting, anything", "socketFactory, my.Factory",
			"options, -c geqo=off", "ApplicationName, mine", "ssl, true" })
	void whatItCanTakeIsLetIn(String name, String value) {
		assertThatCode(() -> DriverPropertyChecks.run(properties(name, value))).doesNotThrowAnyException();
	}

	@Test
	void theStartFails() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=/not/there.json",
					"spring.datasource.hikari.data-source-properties.connectTimeout=soon")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("data-source-properties.connectTimeout with value 'soon' is invalid"));
	}

	@Test
	void allThatTheDriverTakesIfItIsNotToldIsLetIn() {
		Properties defaults = new Properties();
		Stream.of(PGProperty.values())
			.filter((property) -> property.getDefaultValue() != null)
			.forEach((property) -> defaults.setProperty(property.getName(), property.getDefaultValue()));
		assertThatCode(() -> DriverPropertyChecks.run(defaults)).doesNotThrowAnyException();
	}

	private static Properties properties(String name, String value) {
		Properties properties = new Properties();
		properties.setProperty(name, value);
		return properties;
	}

}
