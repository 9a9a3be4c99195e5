package io.github.jujupgsql.autoconfigure;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.List;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.driver.ApplicationTlsSocketFactory;
import io.github.jujupgsql.driver.FenceableSocketFactory;
import io.github.jujupgsql.driver.PemTrustSocketFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;
import org.springframework.jdbc.datasource.ConnectionProxy;

/**
 * {@link RuntimeHints} for what the driver makes by name, for proxies of connections, and
 * for the configuration of the pools, which is bound and copied by reflection.
 */
class PgsqlRuntimeHints implements RuntimeHintsRegistrar {

	/** The last one is the driver's own, for {@code sslrootcert=system}. */
	private static final List<String> MADE_BY_NAME = List.of(FenceableSocketFactory.class.getName(),
			PemTrustSocketFactory.class.getName(), ApplicationTlsSocketFactory.class.getName(),
			"org.postgresql.ssl.DefaultJavaSSLFactory");

	/** One by one, as each proxy is of one of them. */
	private static final List<Class<?>> PROXIED = List.of(Connection.class, ConnectionProxy.class,
			DatabaseMetaData.class, Statement.class);

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		for (String type : MADE_BY_NAME) {
			hints.reflection().registerTypeIfPresent(classLoader, type, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
		}
		for (Class<?> type : PROXIED) {
			hints.proxies().registerJdkProxy(type);
			// what a proxy is told is passed on by reflection
			hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
		}
		hints.reflection().registerType(Wrapper.class, MemberCategory.INVOKE_PUBLIC_METHODS);
		BindableRuntimeHintsRegistrar.forTypes(HikariConfig.class).registerHints(hints);
		hints.reflection()
			.registerType(HikariConfig.class, MemberCategory.INVOKE_PUBLIC_METHODS,
					MemberCategory.INVOKE_DECLARED_CONSTRUCTORS, MemberCategory.ACCESS_DECLARED_FIELDS);
	}

}
