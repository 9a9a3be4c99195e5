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
	public @Nullable Integer getActive() {
		return ask(DataSourcePoolMetadata::getActive);
	}

	@Override
	public @Nullable Integer getIdle() {
		return ask(DataSourcePoolMetadata::getIdle);
	}

	@Override
	public @Nullable Integer getMax() {
		return ask(DataSourcePoolMetadata::getMax);
	}

	@Override
	public @Nullable Integer getMin() {
		return ask(DataSourcePoolMetadata::getMin);
	}

	@Override
	public @Nullable String getValidationQuery() {
		return ask(DataSourcePoolMetadata::getValidationQuery);
	}

	@Override
	public @Nullable Boolean getDefaultAutoCommit() {
		return ask(DataSourcePoolMetadata::getDefaultAutoCommit);
	}

	private <T> @Nullable T ask(Function<DataSourcePoolMetadata, @Nullable T> question) {
		DataSource target = this.dataSource.getTargetDataSource();
		return (target instanceof HikariDataSource pool) ? question.apply(new HikariDataSourcePoolMetadata(pool))
				: null;
	}

}
