package io.github.jujupgsql.benchmarks;

/**
 * A line of the table.
 *
 * @param what what was measured
 * @param here how long it took here
 * @param peer what it is measured against
 * @param there how long that took; empty where nothing is worth comparing
 */
record Figure(String what, Timings here, String peer, Timings there) {

	static final String HEADER = """
			| switch | median | p99 | against | median | p99 | ratio of medians | of p99 |
			| --- | --- | --- | --- | --- | --- | --- | --- |""";

	private static final double MEDIAN = 0.5;

	private static final double P99 = 0.99;

	@Override
	public String toString() {
		String line = "| " + this.what + " | " + columns(this.here) + " | " + this.peer + " | ";
		return this.there.isEmpty() ? line + "| | | |" : line + columns(this.there) + " | "
				+ this.here.ratioTo(this.there, MEDIAN) + " | " + this.here.ratioTo(this.there, P99) + " |";
	}

	private static String columns(Timings timings) {
		return timings.percentileInMillis(MEDIAN) + " | " + timings.percentileInMillis(P99);
	}

}
