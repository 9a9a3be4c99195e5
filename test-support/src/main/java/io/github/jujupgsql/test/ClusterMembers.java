package io.github.jujupgsql.test;

import java.util.List;
import java.util.stream.Stream;

/**
 * Who has which role.
 *
 * @param master the master
 * @param standbys the standbys
 * @param former former masters
 */
record ClusterMembers(PgsqlServer master, List<PgsqlServer> standbys, List<PgsqlServer> former) {

	ClusterMembers promote(PgsqlServer standby) {
		return new ClusterMembers(standby, without(this.standbys, standby), with(this.former, this.master));
	}

	ClusterMembers join(PgsqlServer server) {
		List<PgsqlServer> joined = this.standbys.contains(server) ? this.standbys : with(this.standbys, server);
		return new ClusterMembers(this.master, joined, without(this.former, server));
	}

	ClusterMembers leave(PgsqlServer standby) {
		return new ClusterMembers(this.master, without(this.standbys, standby), this.former);
	}

	/**
	 * Return the master and the standbys.
	 * @return the master first
	 */
	List<PgsqlServer> servers() {
		return with(List.of(this.master), this.standbys);
	}

	/**
	 * Return all servers there are.
	 * @return also the former masters
	 */
	List<PgsqlServer> all() {
		return with(servers(), this.former);
	}

	private static List<PgsqlServer> with(List<PgsqlServer> servers, List<PgsqlServer> others) {
		return Stream.concat(servers.stream(), others.stream()).toList();
	}

	private static List<PgsqlServer> with(List<PgsqlServer> servers, PgsqlServer server) {
		return with(servers, List.of(server));
	}

	private static List<PgsqlServer> without(List<PgsqlServer> servers, PgsqlServer server) {
		return servers.stream().filter((other) -> !other.equals(server)).toList();
	}

}
