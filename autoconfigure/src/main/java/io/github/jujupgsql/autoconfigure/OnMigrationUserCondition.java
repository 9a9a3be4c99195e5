package io.github.jujupgsql.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches when migrations have a user of their own, and no URL: they are to run where the
 * relation says.
 */
abstract class OnMigrationUserCondition extends SpringBootCondition {

	private final String prefix;

	/**
	 * Create a condition.
	 * @param prefix what the properties of the migrations begin with
	 */
	OnMigrationUserCondition(String prefix) {
		this.prefix = prefix;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Environment environment = context.getEnvironment();
		ConditionMessage.Builder message = ConditionMessage.forCondition("Migrations of a user of their own");
		if (!environment.containsProperty(this.prefix + ".user")) {
			return ConditionOutcome.noMatch(message.didNotFind("property").items(this.prefix + ".user"));
		}
		if (environment.containsProperty(this.prefix + ".url")) {
			return ConditionOutcome.noMatch(message.found("property").items(this.prefix + ".url"));
		}
		return ConditionOutcome.match(message.found("property").items(this.prefix + ".user"));
	}

	static final class Flyway extends OnMigrationUserCondition {

		Flyway() {
			super(MigrationUserConfiguration.FLYWAY);
		}

	}

	static final class Liquibase extends OnMigrationUserCondition {

		Liquibase() {
			super(MigrationUserConfiguration.LIQUIBASE);
		}

	}

}
