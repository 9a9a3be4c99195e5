package io.github.jujupgsql.demo;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the log says once the demo is up.
 */
record Guide(int port, Path relationFile) {

	@Override
	public String toString() {
		String service = "http://localhost:" + this.port;
		return """
				The demo is up. Its page: %1$s/

				  Press "Show me" there for a tour of two minutes, or by hand:

				  Add a note      curl -i -H 'Content-Type: application/json' -d '{"text": "Hello"}' %1$s/api/notes
				  Read the notes  curl -i %1$s/api/notes
				  See the roles   curl %1$s/actuator/pgsql
				  Steady load     curl -X POST '%1$s/demo/load?rate=60'
				  A late charm    curl -X POST '%1$s/demo/file-lag?seconds=5'
				  The tour        curl -X POST %1$s/demo/tour

				%2$s

				  The charm's stand-in writes %3$s
				  Ctrl-C ends it all.
				""".formatted(service, actions(service), this.relationFile);
	}

	private static String actions(String service) {
		return Stream.of(DemoAction.values())
			.map((action) -> "  %-24s curl -X POST %s%s".formatted(action.label(), service, action.path()))
			.collect(Collectors.joining("\n"));
	}

}
