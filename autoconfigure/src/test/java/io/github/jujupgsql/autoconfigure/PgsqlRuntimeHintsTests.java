package io.github.jujupgsql.autoconfigure;

import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Statement;
import java.util.Properties;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.driver.ApplicationTlsSocketFactory;
import io.github.jujupgsql.driver.FenceableSocketFactory;
import io.github.jujupgsql.driver.PemTrustSocketFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.jdbc.datasource.ConnectionProxy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PgsqlRuntimeHints}.
 */
class PgsqlRuntimeHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	@BeforeEach
	void register() {
		new PgsqlRuntimeHints().registerHints(this.hints, getClass().getClassLoader());
	}

	@Test
	void theAutoConfigurationBringsThem() {
		assertThat(PgsqlAutoConfiguration.class.getAnnotation(ImportRuntimeHints.class).value())
			.containsExactly(PgsqlRuntimeHints.class);
	}

	@ParameterizedTest
	@ValueSource(
			classes = { FenceableSocketFactory.class, PemTrustSocketFactory.class, ApplicationTlsSocketFactory.class })
	void theDriverCanMakeFactoriesByName(Class<?> factory) throws Exception {
		assertThat(
				RuntimeHintsPredicates.reflection().onConstructorInvocation(factory.getConstructor(Properties.class)))
			.accepts(this.hints);
	}

	@Test
	void theDriverCanTrustTheAuthoritiesOfTheSystem() throws Exception {
		Class<?> factory = Class.forName("org.postgresql.ssl.DefaultJavaSSLFactory");
		assertThat(
				RuntimeHintsPredicates.reflection().onConstructorInvocation(factory.getConstructor(Properties.class)))
			.accepts(this.hints);
	}

	@ParameterizedTest
	@ValueSource(classes = { Connection.class, ConnectionProxy.class, DatabaseMetaData.class, Statement.class })
	void whatIsProxiedCanBe(Class<?> type) {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(type)).accepts(this.hints);
		assertThat(type.getMethods()).isNotEmpty()
			.allMatch((method) -> RuntimeHintsPredicates.reflection().onMethodInvocation(method).test(this.hints));
	}

	@Test
	void thereAreNoMoreProxiesThanThat() {
		JavaClasses classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("io.github.jujupgsql");
		assertThat(classes.stream()
			.flatMap((type) -> type.getMethodCallsFromSelf().stream())
			.filter((call) -> call.getTarget().getFullName().startsWith("java.lang.reflect.Proxy.newProxyInstance"))
			.map(JavaMethodCall::getOriginOwner)
			.map((type) -> type.getSimpleName())
			.distinct()).containsExactlyInAnyOrder("BorrowedConnection", "RoutedConnection", "RoutedMetaData",
					"PoisonPillConnection");
	}

	@Test
	void theConfigurationOfThePoolsCanBeBoundAndCopied() throws Exception {
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(HikariConfig.class.getMethod("setMaximumPoolSize", int.class))).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onConstructorInvocation(HikariConfig.class.getDeclaredConstructor())).accepts(this.hints);
		for (Field field : HikariConfig.class.getDeclaredFields()) {
			assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(field)).accepts(this.hints);
		}
	}

}
