package io.github.jujupgsql.actuate;

import java.util.function.Function;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.HikariDataSourcePoolMetadata;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Metadata of whichever pool a DataSource lends from at the moment of asking. Spring Boot
 * keeps the metadata of a DataSource for ever, and would go on measuring the first pool.
 *
 * @since 0.1.0
 */
public class RoleDataSourcePoolMetadata implements DataSourcePoolMetadata {

	private final DelegatingDataSource dataSource;

	/**
	 * Create the metadata.
	 * @param dataSource a DataSource whose target changes
	 */
	public RoleDataSourcePoolMetadata(DelegatingDataSource dataSource) {
		this.dataSource = dataSource;
	}

	@Override
	public @Nullable Float getUsage() {
		return ask(DataSourcePoolMetadata::getUsage);
	}

	@Override
	public Integer getActive() {
		return count(DataSourcePoolMetadata::getActive);
	}

	@Override
	public Integer getIdle() {
		return count(DataSourcePoolMetadata::getIdle);
	}

	@Override
	public Integer getMax() {
		return count(DataSourcePoolMetadata::getMax);
	}

	@Override
	public Integer getMin() {
		return count(DataSourcePoolMetadata::getMin);
	}

	@Override
	public @Nullable String getValidationQuery() {
		return ask(DataSourcePoolMetadata::getValidationQuery);
	}

	@Override
	public @Nullable Boolean getDefaultAutoCommit() {
		return ask(DataSourcePoolMetadata::getDefaultAutoCommit);
	}

	/**
	 * Count, also while there is no pool: what has no value when metrics are bound, at
	 * start-up, is never measured.
	 * @param question what to count
	 * @return the count
	 */
	private Integer count(Function<DataSourcePoolMetadata, @Nullable Integer> question) {
		Integer count = ask(question);
		return (count != null) ? count : 0;
	}

	private <T> @Nullable T ask(Function<DataSourcePoolMetadata, @Nullable T> question) {
		DataSource target = this.dataSource.getTargetDataSource();
		return (target instanceof HikariDataSource pool) ? question.apply(new HikariDataSourcePoolMetadata(pool))
				: null;
	}

}
