package io.github.jujupgsql.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches when the workload has been told where its relation file is. Whether the file
 * exists yet does not matter.
 */
class OnRelationFileCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Juju pgsql relation");
		if (RelationFileProperty.isSet(context.getEnvironment())) {
			return ConditionOutcome.match(message.found("property").items(RelationFileProperty.NAME));
		}
		if (RelationFileProperty.isEmpty(context.getEnvironment())) {
			return ConditionOutcome.noMatch(message.because("property " + RelationFileProperty.NAME + " is empty"));
		}
		return ConditionOutcome.noMatch(message.didNotFind("property").items(RelationFileProperty.NAME));
	}

}
