package io.github.jujupgsql.test;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.jujupgsql.test.RelationFileOptions.Services;
import org.jspecify.annotations.Nullable;

/**
 * What a relation file says, as maps, lists and strings.
 *
 * @param options in which form to say it
 * @param cluster whose names and password
 * @param master the server to name as master
 * @param standbys the servers to name as standbys
 */
record RelationContent(RelationFileOptions options, PgsqlCluster cluster, @Nullable NamedServer master,
		List<NamedServer> standbys) {

	private static final String SUBNET = "127.0.0.1/32";

	/**
	 * Say what the cluster is now, or name the services that lead to it.
	 * @param options in which form to say it, and whether there are services
	 * @param cluster the cluster
	 * @return the content
	 */
	static RelationContent of(RelationFileOptions options, PgsqlCluster cluster) {
		Services services = options.services;
		if (services == null) {
			return naming(options, cluster, cluster.master(), cluster.standbys());
		}
		// a unit each: forms that go by units have no name for a service
		return new RelationContent(options, cluster,
				new NamedServer("postgresql/0", services.primary().port(), cluster.home()),
				List.of(new NamedServer("postgresql/1", services.replicas().port(), cluster.home())));
	}

	/**
	 * Name servers, whatever the cluster is.
	 * @param options in which form to say it
	 * @param cluster the cluster
	 * @param master the server to name as master
	 * @param standbys the servers to name as standbys
	 * @return the content
	 */
	static RelationContent naming(RelationFileOptions options, PgsqlCluster cluster, @Nullable PgsqlServer master,
			List<PgsqlServer> standbys) {
		return new RelationContent(options, cluster, (master != null) ? master.named() : null,
				standbys.stream().map(PgsqlServer::named).toList());
	}

	String text() {
		return (this.options.format == RelationFileFormat.JSON) ? JsonText.of(value()) : YamlText.of(value());
	}

	private Map<String, @Nullable Object> value() {
		return switch (this.options.form) {
			case CONNECTIONS -> connections();
			case STORED_STATE -> storedState();
			case BAG -> bag();
			case RELATION -> relation();
			case SHOW_UNIT -> showUnit();
			case POSTGRESQL_CLIENT -> postgresqlClient();
		};
	}

	private Map<String, @Nullable Object> connections() {
		Map<String, @Nullable Object> content = new LinkedHashMap<>();
		content.put("database", this.cluster.database());
		content.put("extensions", this.options.extensions);
		content.put("roles", this.options.roles);
		content.put("version", this.cluster.version());
		content.put("master", connectionString(this.master));
		content.put("standbys", connectionStrings());
		return content;
	}

	private Map<String, @Nullable Object> storedState() {
		Map<String, @Nullable Object> content = new LinkedHashMap<>();
		content.put("db_conn_str", (this.master != null) ? this.master.connectionString() : null);
		content.put("db_uri", (this.master != null) ? this.master.uri() : null);
		content.put("db_ro_uris", this.standbys.stream().map(NamedServer::uri).toList());
		return content;
	}

	private Map<String, @Nullable Object> bag() {
		Map<String, @Nullable Object> content = mirrored();
		NamedServer server = this.master;
		if (server != null) {
			content.put("host", server.host());
			content.put("master", connectionString(server));
			content.put("password", this.cluster.password());
			content.put("port", Integer.toString(server.port()));
			content.put("schema_password", this.cluster.password());
			content.put("schema_user", this.cluster.user());
			content.put("user", this.cluster.user());
		}
		if (!this.standbys.isEmpty()) {
			content.put("standbys", joinedStandbys());
		}
		content.put("state", (this.standbys.isEmpty()) ? "standalone" : "master");
		return content;
	}

	private Map<String, @Nullable Object> mirrored() {
		Map<String, @Nullable Object> content = new LinkedHashMap<>();
		content.put("allowed-subnets", SUBNET);
		content.put("allowed-units", unit());
		content.putAll(wanted());
		content.put("version", this.cluster.version());
		return content;
	}

	private Map<String, @Nullable Object> wanted() {
		Map<String, @Nullable Object> content = new LinkedHashMap<>();
		content.put("database", this.cluster.database());
		if (!this.options.extensions.isEmpty()) {
			content.put("extensions", String.join(",", this.options.extensions));
		}
		if (!this.options.roles.isEmpty()) {
			content.put("roles", String.join(",", this.options.roles));
		}
		return content;
	}

	private Map<String, @Nullable Object> relation() {
		Map<String, @Nullable Object> content = new LinkedHashMap<>();
		content.put("relation-id", this.options.relationId);
		content.put("endpoint", this.options.endpoint);
		content.put("related-endpoint", "db");
		content.put("application-data", Map.of());
		Map<String, @Nullable Object> own = wanted();
		own.put("egress-subnets", SUBNET);
		own.put("ingress-address", PgsqlServer.HOST);
		own.put("private-address", PgsqlServer.HOST);
		content.put("local-unit", unitData(own));
		content.put("related-units", relatedUnits());
		return content;
	}

	private Map<String, @Nullable Object> relatedUnits() {
		Map<String, @Nullable Object> units = new LinkedHashMap<>();
		if (this.master != null) {
			Map<String, @Nullable Object> data = unitOfServer(this.standbys.isEmpty() ? "standalone" : "master");
			if (!this.standbys.isEmpty()) {
				data.put("standbys", joinedStandbys());
			}
			units.put(this.master.name(), unitData(data));
		}
		for (NamedServer standby : this.standbys) {
			units.putIfAbsent(standby.name(), unitData(unitOfServer("hot standby")));
		}
		return units;
	}

	private Map<String, @Nullable Object> unitOfServer(String state) {
		Map<String, @Nullable Object> data = mirrored();
		if (this.master != null) {
			data.put("master", connectionString(this.master));
		}
		else if (!this.standbys.isEmpty()) {
			// without a master, nobody else could tell
			data.put("standbys", joinedStandbys());
		}
		data.put("state", state);
		return data;
	}

	private static Map<String, @Nullable Object> unitData(Map<String, @Nullable Object> data) {
		Map<String, @Nullable Object> content = new LinkedHashMap<>();
		content.put("in-scope", true);
		content.put("data", data);
		return content;
	}

	private Map<String, @Nullable Object> showUnit() {
		Map<String, @Nullable Object> other = new LinkedHashMap<>();
		other.put("relation-id", this.options.relationId + 1);
		other.put("endpoint", "ingress");
		other.put("related-endpoint", "ingress");
		other.put("application-data", Map.of());
		Map<String, @Nullable Object> own = new LinkedHashMap<>();
		own.put("egress-subnets", SUBNET);
		other.put("local-unit", unitData(own));
		Map<String, @Nullable Object> content = new LinkedHashMap<>();
		content.put("opened-ports", List.of());
		content.put("charm", "local:jammy/notes-0");
		content.put("leader", true);
		content.put("relation-info", List.of(relation(), other));
		Map<String, @Nullable Object> units = new LinkedHashMap<>();
		units.put(unit(), content);
		return units;
	}

	private Map<String, @Nullable Object> postgresqlClient() {
		Map<String, @Nullable Object> content = new LinkedHashMap<>();
		content.put("database", this.cluster.database());
		content.put("username", this.cluster.user());
		content.put("password", this.cluster.password());
		String authorities = this.options.authorities;
		content.put("tls", (authorities != null) ? "True" : "False");
		if (authorities != null) {
			content.put("tls-ca", authorities);
		}
		content.put("version", this.cluster.version());
		if (this.master != null) {
			content.put("endpoints", this.master.address());
			content.put("uris", this.master.uri());
		}
		if (!this.standbys.isEmpty()) {
			String addresses = String.join(",", this.standbys.stream().map(NamedServer::address).toList());
			content.put("read-only-endpoints", addresses);
			content.put("read-only-uris", ConnectionStrings.uri(this.cluster.user(), this.cluster.password(), addresses,
					this.cluster.database()));
		}
		return content;
	}

	private String unit() {
		return "notes/0";
	}

	private String joinedStandbys() {
		return String.join(this.options.standbySeparator, connectionStrings());
	}

	private List<String> connectionStrings() {
		List<String> strings = new ArrayList<>();
		for (NamedServer standby : this.standbys) {
			strings.add(this.options.uris ? standby.uri() : standby.connectionString());
		}
		return strings;
	}

	private @Nullable String connectionString(@Nullable NamedServer server) {
		if (server == null) {
			return null;
		}
		return this.options.uris ? server.uri() : server.connectionString();
	}

}
