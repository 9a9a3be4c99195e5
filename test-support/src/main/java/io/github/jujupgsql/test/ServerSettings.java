package io.github.jujupgsql.test;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The settings of one server.
 */
final class ServerSettings {

	/**
	 * Any one standby's confirmation makes a commit safe.
	 */
	static final String ANY_STANDBY = "ANY 1 (*)";

	private final Map<String, String> settings = new LinkedHashMap<>();

	ServerSettings() {
		this.settings.put("listen_addresses", PgsqlServer.HOST);
		// its path would be too long for a socket, and nobody needs it
		this.settings.put("unix_socket_directories", "");
		this.settings.put("max_connections", "100");
		this.settings.put("password_encryption", "scram-sha-256");
		this.settings.put("wal_level", "replica");
		this.settings.put("max_wal_senders", "20");
		this.settings.put("wal_keep_size", "1GB");
		this.settings.put("hot_standby", "on");
		this.settings.put("wal_retrieve_retry_interval", "100ms");
		this.settings.put("wal_sender_timeout", "10s");
		this.settings.put("synchronous_commit", "on");
		this.settings.put("full_page_writes", "on");
		// what a killed process has written is safe with the operating system
		this.settings.put("fsync", "off");
		this.settings.put("huge_pages", "off");
		this.settings.put("logging_collector", "off");
		this.settings.put("log_statement", "none");
		this.settings.put("log_line_prefix", "%m [%p] %a ");
		if (OperatingSystem.current() != OperatingSystem.WINDOWS) {
			// files in the data folder, which a killed server leaves in /dev/shm
			// otherwise
			this.settings.put("dynamic_shared_memory_type", "mmap");
		}
	}

	ServerSettings port(int port) {
		this.settings.put("port", Integer.toString(port));
		return this;
	}

	ServerSettings synchronousStandbyNames(String names) {
		this.settings.put("synchronous_standby_names", names);
		return this;
	}

	ServerSettings primaryConninfo(String connectionString) {
		this.settings.put("primary_conninfo", connectionString);
		return this;
	}

	ServerSettings tls(Path certificate, Path key) {
		this.settings.put("ssl", "on");
		this.settings.put("ssl_cert_file", certificate.toString());
		this.settings.put("ssl_key_file", key.toString());
		return this;
	}

	ServerSettings all(Map<String, String> others) {
		this.settings.putAll(others);
		return this;
	}

	/**
	 * As a configuration file.
	 * @return its content
	 */
	@Override
	public String toString() {
		StringBuilder content = new StringBuilder();
		this.settings.forEach((name, value) -> content.append(name)
			.append(" = '")
			.append(value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n"))
			.append("'\n"));
		return content.toString();
	}

}
