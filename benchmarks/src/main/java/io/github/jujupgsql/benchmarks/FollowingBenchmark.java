package io.github.jujupgsql.benchmarks;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How soon an application follows its relation file. Everything is real: the servers, the
 * file, its watcher, and the application as Spring Boot starts it.
 *
 * <pre class="code">
 * mvn -pl benchmarks -am compile exec:exec@following
 * mvn -pl benchmarks -am compile exec:exec@following -Dfollowing.arguments="20 promotion"
 * </pre>
 *
 * The arguments are the number of rounds, 100 unless told, and the scenarios, all unless
 * told.
 * <p>
 * This is no JMH benchmark. JMH's single-shot mode measures one method from call to
 * return, one peer after the other in JVMs of their own. Here the clock runs from a
 * rename in one thread to what the last of several others has done; a peer is worth
 * comparing only if it meets the same server in the same round; and percentiles are taken
 * of the operations in a window that only shows itself afterwards.
 */
public final class FollowingBenchmark {

	private static final int WARM_UPS = 10;

	private static final int ROUNDS = 100;

	private FollowingBenchmark() {
	}

	/**
	 * Run it, and print a table.
	 * @param arguments rounds and scenarios
	 * @throws SQLException if a server fails that should not
	 */
	public static void main(String... arguments) throws SQLException {
		int rounds = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : ROUNDS;
		Map<String, Scenario> scenarios = new LinkedHashMap<>();
		scenarios.put("promotion", new Promotion());
		scenarios.put("new-master", new NewMaster());
		scenarios.put("dead-master", new DeadMaster());
		scenarios.put("ahead", new Ahead());
		scenarios.put("rotation", new PasswordRotation());
		scenarios.put("same-name", new SameName());
		if (arguments.length > 1) {
			scenarios.keySet().retainAll(Arrays.asList(arguments).subList(1, arguments.length));
		}
		List<Figure> figures = new ArrayList<>();
		for (Map.Entry<String, Scenario> scenario : scenarios.entrySet()) {
			System.out.println(scenario.getKey() + ": " + rounds + " rounds …");
			figures.addAll(scenario.getValue().run(Math.min(WARM_UPS, rounds), rounds));
		}
		System.out.println(Figure.HEADER);
		figures.forEach(System.out::println);
	}

}
