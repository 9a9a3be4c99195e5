package io.github.jujupgsql.demo;

import java.nio.file.Path;
import java.util.List;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * The servers and the relation file, which changes with them. One change at a time.
 */
final class DemoServers implements AutoCloseable {

	private PgsqlCluster cluster;

	private RelationFile file;

	synchronized void start() {
		this.cluster = PgsqlCluster.builder().standbys(2).closeOnShutdown(false).start();
		this.file = RelationFile.of(this.cluster);
		this.file.write();
	}

	synchronized Path relationFile() {
		return this.file.path();
	}

	synchronized Roles roles() {
		return new Roles(this.cluster.master().address(), addresses(this.cluster.standbys()));
	}

	synchronized String failover() {
		requireStandby("There is no standby to promote: add one first.");
		PgsqlServer former = this.cluster.master();
		former.crash();
		PgsqlServer master = this.cluster.promote(this.cluster.mostAdvancedStandby());
		this.file.write();
		return "%s crashed, %s is the master now.".formatted(former.address(), master.address());
	}

	synchronized String rejoin() {
		List<PgsqlServer> former = this.cluster.formerMasters();
		if (former.isEmpty()) {
			throw conflict("There is no former master: fail over first.");
		}
		former.forEach(this.cluster::rejoin);
		this.file.write();
		return "Back as a standby: %s.".formatted(String.join(", ", addresses(former)));
	}

	synchronized String addStandby() {
		PgsqlServer standby = this.cluster.addStandby();
		this.file.write();
		return "%s was added as a standby.".formatted(standby.address());
	}

	synchronized String removeStandby() {
		requireStandby("There is no standby to remove.");
		List<PgsqlServer> standbys = this.cluster.standbys();
		PgsqlServer leaving = standbys.get(standbys.size() - 1);
		// As with a charm: the relation says so first, then the server goes
		this.file.write(this.cluster.master(), standbys.subList(0, standbys.size() - 1));
		this.cluster.removeStandby(leaving);
		return "%s was removed.".formatted(leaving.address());
	}

	synchronized String rotatePassword() {
		this.cluster.rotatePassword();
		this.cluster.awaitReplayed();
		this.file.write();
		return "The password is a new one.";
	}

	private void requireStandby(String otherwise) {
		if (this.cluster.standbys().isEmpty()) {
			throw conflict(otherwise);
		}
	}

	private static ResponseStatusException conflict(String detail) {
		return new ResponseStatusException(HttpStatus.CONFLICT, detail);
	}

	private static List<String> addresses(List<PgsqlServer> servers) {
		return servers.stream().map(PgsqlServer::address).toList();
	}

	@Override
	public synchronized void close() {
		if (this.cluster != null) {
			this.cluster.close();
		}
	}

	/**
	 * Who is who, as {@code HOST:PORT}.
	 */
	record Roles(String master, List<String> standbys) {
	}

}
