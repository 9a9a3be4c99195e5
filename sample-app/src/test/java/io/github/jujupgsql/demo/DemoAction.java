package io.github.jujupgsql.demo;

/**
 * What may happen to the servers.
 */
enum DemoAction {

	FAILOVER("/demo/failover", "Crash the master, promote a standby"),

	REJOIN("/demo/rejoin", "Bring the former master back as a standby"),

	ADD_STANDBY("/demo/add-standby", "Add a standby"),

	REMOVE_STANDBY("/demo/remove-standby", "Remove a standby"),

	ROTATE_PASSWORD("/demo/rotate-password", "Rotate the password");

	private final String path;

	private final String label;

	DemoAction(String path, String label) {
		this.path = path;
		this.label = label;
	}

	String path() {
		return this.path;
	}

	String label() {
		return this.label;
	}

}
