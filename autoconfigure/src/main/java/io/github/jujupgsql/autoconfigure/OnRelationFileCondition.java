package io.github.jujupgsql.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches when the workload has been told where its relation file is. Whether the file
 * exists yet does not matter.
 */
class OnRelationFileCondition extends SpringBootCondition {

	private static final String PROPERTY = "juju.pgsql.relation-file";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Juju pgsql relation");
		// a test may well register a Path
		Object file = context.getEnvironment().getProperty(PROPERTY, Object.class);
		if (file != null && StringUtils.hasText(file.toString())) {
			return ConditionOutcome.match(message.found("property").items(PROPERTY));
		}
		return ConditionOutcome.noMatch(message.didNotFind("property").items(PROPERTY));
	}

}
