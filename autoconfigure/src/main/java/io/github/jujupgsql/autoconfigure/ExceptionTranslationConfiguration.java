package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.dao.PgsqlExceptionTranslator;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.JdbcAccessor;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionTranslator;
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
	@ConditionalOnClass({ HibernateJpaVendorAdapter.class, HibernateJpaDialect.class })
	static class Hibernate {

		@Bean
		static HibernatePostProcessor pgsqlHibernateExceptionTranslationPostProcessor(
				ObjectProvider<SQLExceptionTranslator> own) {
			return new HibernatePostProcessor(own);
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
