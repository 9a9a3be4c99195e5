package io.github.jujupgsql.relation;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The answers in a bag of version 1 of {@code data_interfaces}, which holds one for each
 * thing that was asked for.
 */
final class ClientAnswers {

	private static final String KEY = "requests";

	private ClientAnswers() {
	}

	/**
	 * Return the answer that is meant.
	 * @param bag a bag of any version
	 * @param wanted the database that was asked for, or {@code null} if any will do
	 * @return the bag itself if there was no other version yet, an empty one if there is
	 * no answer
	 * @throws InvalidRelationException if several could be meant
	 */
	static RelationDocument choose(RelationDocument bag, @Nullable String wanted) {
		if (!bag.has(KEY)) {
			return bag;
		}
		List<RelationDocument> answers = answers(bag);
		if (answers.size() == 1) {
			return answers.get(0);
		}
		List<RelationDocument> meant = answers.stream().filter((answer) -> isFor(wanted, answer)).toList();
		if (meant.size() > 1) {
			throw new InvalidRelationException(bag.pathOf(KEY),
					"has several answers, and juju.pgsql.database does not say which: " + meant.stream()
						.map((answer) -> RelationDocument.nameOf(String.valueOf(ClientDatabase.granted(answer))))
						.collect(Collectors.joining(", ")));
		}
		return meant.isEmpty() ? RelationDocument.EMPTY : meant.get(0);
	}

	private static List<RelationDocument> answers(RelationDocument bag) {
		return bag.isText(KEY) ? bag.json(KEY).objects(KEY) : bag.objects(KEY);
	}

	private static boolean isFor(@Nullable String wanted, RelationDocument answer) {
		return wanted == null || wanted.equals(ClientDatabase.granted(answer))
				|| answer.commaSeparated("prefix-databases").contains(wanted);
	}

}
