package io.github.jujupgsql.benchmarks;

/**
 * A line of the table.
 *
 * @param what what was measured
 * @param here how long it took here
 * @param peer what it is measured against
 * @param there how long that took; empty where it never ends
 */
record Figure(String what, Timings here, String peer, Timings there) {

	static final String HEADER = """
			| switch | median | p99 | against | median | p99 | ratio of medians | of p99 |
			| --- | --- | --- | --- | --- | --- | --- | --- |""";

	private static final double MEDIAN = 0.5;

	private static final double P99 = 0.99;

	@Override
	public String toString() {
		boolean comparable = !this.there.isEmpty();
		return "| "
				+ String.join(" | ", this.what, this.here.percentileInMillis(MEDIAN), this.here.percentileInMillis(P99),
						this.peer, comparable ? this.there.percentileInMillis(MEDIAN) : "never",
						comparable ? this.there.percentileInMillis(P99) : "never",
						comparable ? this.here.ratioTo(this.there, MEDIAN) : "",
						comparable ? this.here.ratioTo(this.there, P99) : "")
				+ " |";
	}

}
