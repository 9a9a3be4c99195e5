package io.github.jujupgsql.autoconfigure;

import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;
import javax.sql.XADataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.pool.ServerPools;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that tells why a relation is not
 * followed although the workload has been told where its file is. Otherwise that shows
 * only when the master has changed, and nothing happens.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgsqlAutoConfiguration.class)
@ConditionalOnClass({ DataSource.class, HikariDataSource.class, Driver.class, JdbcConnectionDetails.class })
@ConditionalOnMissingBean(ServerPools.class)
@Conditional(OnRelationFileCondition.class)
public final class RelationNotFollowedAutoConfiguration {

	@Bean
	@Lazy(false)
	Notice pgsqlRelationNotFollowed(ListableBeanFactory beans, Environment environment) {
		Notice notice = Notice.of(beans, environment.getProperty("spring.datasource.jndi-name"));
		notice.tell();
		return notice;
	}

	/**
	 * What is told.
	 *
	 * @param because what is followed instead
	 * @param asTold whether that was said in so many words, as a test does
	 */
	record Notice(String because, boolean asTold) {

		private static final Log logger = LogFactory.getLog(PgsqlAutoConfiguration.class);

		static Notice of(ListableBeanFactory beans, @Nullable String jndiName) {
			String details = names(beans, JdbcConnectionDetails.class);
			if (!details.isEmpty()) {
				return new Notice("the JdbcConnectionDetails of the bean " + details + " say where the database is",
						true);
			}
			if (StringUtils.hasLength(jndiName)) {
				return new Notice("spring.datasource.jndi-name is set", false);
			}
			return new Notice("the application has a DataSource of its own, the bean "
					+ names(beans, DataSource.class, XADataSource.class)
					+ ". One that is to be there beside those of the relation is declared with @Bean(defaultCandidate = false)",
					false);
		}

		private static String names(ListableBeanFactory beans, Class<?>... types) {
			return Stream.of(types)
				.flatMap((type) -> Stream.of(beans.getBeanNamesForType(type, true, false)))
				.distinct()
				.map((name) -> "'" + name + "'")
				.collect(Collectors.joining(", "));
		}

		private void tell() {
			String message = RelationFileProperty.NAME + " is set, but the relation is not followed: " + this.because;
			if (this.asTold) {
				logger.info(message);
			}
			else {
				logger.warn(message);
			}
		}

	}

}
