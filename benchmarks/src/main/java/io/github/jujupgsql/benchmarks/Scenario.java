package io.github.jujupgsql.benchmarks;

import java.sql.SQLException;
import java.util.List;

/**
 * Something that happens to an application, again and again.
 */
interface Scenario {

	/**
	 * Let it happen.
	 * @param warmUps how many rounds to leave out of the figures
	 * @param rounds how many rounds to measure
	 * @return the figures
	 * @throws SQLException if a server fails that should not
	 */
	List<Figure> run(int warmUps, int rounds) throws SQLException;

}
