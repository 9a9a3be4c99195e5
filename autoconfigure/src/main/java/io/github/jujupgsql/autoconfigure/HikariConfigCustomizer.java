package io.github.jujupgsql.autoconfigure;

import com.zaxxer.hikari.HikariConfig;

/**
 * Has a last word on the configuration of the pools.
 */
interface HikariConfigCustomizer {

	void customize(HikariConfig config);

}
