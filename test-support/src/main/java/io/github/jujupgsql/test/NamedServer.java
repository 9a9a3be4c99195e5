package io.github.jujupgsql.test;

import java.util.Map;

/**
 * How a server, or a service that leads to some, is called by those who connect.
 *
 * @param name its name
 * @param port its port
 * @param home has the names and the password
 */
record NamedServer(String name, int port, ClusterHome home) {

	String host() {
		return PgsqlServer.HOST;
	}

	String address() {
		return host() + ":" + this.port;
	}

	String connectionString() {
		return ConnectionStrings.keyValue(Map.of("dbname", this.home.database(), "host", host(), "password",
				this.home.user().password(), "port", Integer.toString(this.port), "user", this.home.user().name()));
	}

	String uri() {
		return ConnectionStrings.uri(this.home.user().name(), this.home.user().password(), address(),
				this.home.database());
	}

}
