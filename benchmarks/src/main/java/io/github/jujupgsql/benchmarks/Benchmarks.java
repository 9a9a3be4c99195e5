package io.github.jujupgsql.benchmarks;

/**
 * What JMH's benchmarks have in common.
 */
final class Benchmarks {

	/**
	 * How HikariCP lists what threads have returned where it is not on the JVM's own
	 * class path, and always in the pools that are measured here.
	 */
	static final String AS_IN_AN_EXECUTABLE_JAR = "-Dcom.zaxxer.hikari.useWeakReferences=true";

	private Benchmarks() {
	}

}
