package io.github.jujupgsql.sample;

import javax.sql.DataSource;

import io.github.jujupgsql.dao.PgsqlExceptionTranslator;
import io.github.jujupgsql.datasource.Replica;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.transaction.support.TransactionTemplate;

@Configuration(proxyBeanMethods = false)
@EnableResilientMethods
class NotesConfiguration {

	/**
	 * Writes go through what Boot sets up for the primary DataSource. Reads have a
	 * transaction manager of their own, which is not a bean so that Boot's stays the only
	 * one. Without a relation there are no replicas, and the one DataSource serves all.
	 */
	@Bean
	NoteRepository noteRepository(JdbcClient jdbc, TransactionTemplate transactions, DataSource dataSource,
			@Replica ObjectProvider<DataSource> replicas) {
		return new NoteRepository(new Database(jdbc, transactions),
				readOnly(replicas.getIfAvailable(() -> dataSource)));
	}

	private static Database readOnly(DataSource dataSource) {
		PgsqlExceptionTranslator translator = new PgsqlExceptionTranslator();
		JdbcTemplate jdbc = new JdbcTemplate(dataSource);
		jdbc.setExceptionTranslator(translator);
		JdbcTransactionManager manager = new JdbcTransactionManager(dataSource);
		manager.setExceptionTranslator(translator);
		TransactionTemplate transactions = new TransactionTemplate(manager);
		transactions.setReadOnly(true);
		return new Database(JdbcClient.create(jdbc), transactions);
	}

}
