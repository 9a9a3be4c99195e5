package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.dao.PgsqlExceptionTranslator;
import jakarta.persistence.EntityManager;
import org.jooq.DSLContext;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jooq.autoconfigure.ExceptionTranslatorExecuteListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.JdbcAccessor;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLErrorCodeSQLExceptionTranslator;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.vendor.HibernateJpaDialect;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/**
 * Has Spring's exceptions tell what has become of work whose connection failed, imported
 * by {@link PgsqlAutoConfiguration}.
 * <p>
 * A {@link SQLExceptionTranslator} bean would do for templates, but Hibernate would have
 * it translate everything, and lose what it knows of constraints.
 */
@Configuration(proxyBeanMethods = false)
class ExceptionTranslationConfiguration {

	@Bean
	static JdbcPostProcessor pgsqlExceptionTranslationPostProcessor() {
		return new JdbcPostProcessor();
	}

	/**
	 * Puts our translator before the one that each template and each transaction manager
	 * has.
	 */
	static class JdbcPostProcessor implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			if (bean instanceof JdbcAccessor template) {
				template.setExceptionTranslator(new PgsqlExceptionTranslator(template.getExceptionTranslator()));
			}
			else if (bean instanceof JdbcTransactionManager manager) {
				manager.setExceptionTranslator(new PgsqlExceptionTranslator(manager.getExceptionTranslator()));
			}
			return bean;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ JpaTransactionManager.class, EntityManager.class })
	static class Jpa {

		@Bean
		static JpaPostProcessor pgsqlJpaExceptionTranslationPostProcessor() {
			return new JpaPostProcessor();
		}

	}

	/**
	 * Has transaction managers tell what has become of a commit. They alone are given
	 * another dialect: others look at what class the factory's is of.
	 */
	static class JpaPostProcessor implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			if (bean instanceof JpaTransactionManager manager) {
				manager.setJpaDialect(new OutcomeJpaDialect(manager.getJpaDialect()));
			}
			return bean;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HibernateJpaVendorAdapter.class, HibernateJpaDialect.class })
	static class Hibernate {

		@Bean
		static HibernatePostProcessor pgsqlHibernateExceptionTranslationPostProcessor(
				ObjectProvider<SQLExceptionTranslator> own) {
			return new HibernatePostProcessor(own);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ DSLContext.class, ExceptionTranslatorExecuteListener.class })
	static class Jooq {

		@Bean
		@ConditionalOnMissingBean
		ExceptionTranslatorExecuteListener pgsqlJooqExceptionTranslator() {
			PgsqlExceptionTranslator translator = new PgsqlExceptionTranslator(
					new SQLErrorCodeSQLExceptionTranslator("PostgreSQL"));
			return ExceptionTranslatorExecuteListener.of((context) -> translator);
		}

	}

	/**
	 * Has Hibernate's dialect ask our translator, unless the application has one of its
	 * own. What that does not translate, the dialect does.
	 */
	static class HibernatePostProcessor implements BeanPostProcessor {

		private final ObjectProvider<SQLExceptionTranslator> own;

		HibernatePostProcessor(ObjectProvider<SQLExceptionTranslator> own) {
			this.own = own;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			if (bean instanceof HibernateJpaVendorAdapter adapter && this.own.stream().findAny().isEmpty()) {
				adapter.getJpaDialect()
					.setJdbcExceptionTranslator(new PgsqlExceptionTranslator((task, sql, ex) -> null));
			}
			return bean;
		}

	}

}
