package io.github.jujupgsql.demo;

import java.util.Arrays;
import java.util.Optional;

/**
 * What may happen to the servers and to the file.
 */
enum DemoAction {

	SWITCH_OVER("switchover", "Switch over",
			"pg_ctl stop -m fast on the master, pg_promote() on a standby; the old master comes back as a standby"),

	CRASH("crash", "Crash the master",
			"SIGKILL to the postmaster and all its backends, then pg_promote() on the standby that has received most"),

	HANG("hang", "Hang the master",
			"SIGSTOP to the postmaster and all its backends: connections stay open and nobody answers; pg_promote() two seconds later"),

	PROMOTE_QUIETLY("promote-quietly", "Promote, tell nobody",
			"SIGKILL to the master, pg_promote() on a standby, and the relation file goes on naming the dead one"),

	WRITE_FILE("write-file", "Let the charm write", "The relation file says what the cluster is now"),

	BREAK_FILE("break-file", "Break the file", "The relation file is cut off in its middle, as by a full disk"),

	REJOIN("rejoin", "Rejoin the old master",
			"pg_basebackup from the present master; the former one streams from it as a standby"),

	ADD_STANDBY("add-standby", "Add a standby", "pg_basebackup, and one more hot standby that streams"),

	REMOVE_STANDBY("remove-standby", "Remove a standby", "The relation file leaves it out, then its server ends"),

	PAUSE_REPLAY("pause-replay", "Pause replay",
			"pg_wal_replay_pause() on a standby: it goes on receiving WAL and shows older and older data"),

	RESUME_REPLAY("resume-replay", "Resume replay", "pg_wal_replay_resume() on the standby"),

	ROTATE_PASSWORD("rotate-password", "Rotate the password",
			"ALTER ROLE … PASSWORD, then the relation file with the new one; sessions go on"),

	RESTORE("restore", "Restore everything",
			"A master, two standbys that stream and replay, and a file that says so at once");

	private final String name;

	private final String label;

	private final String what;

	DemoAction(String name, String label, String what) {
		this.name = name;
		this.label = label;
		this.what = what;
	}

	static Optional<DemoAction> named(String name) {
		return Arrays.stream(values()).filter((action) -> action.name.equals(name)).findAny();
	}

	String path() {
		return "/demo/" + this.name;
	}

	String label() {
		return this.label;
	}

	/**
	 * What it does, in PostgreSQL's own terms.
	 */
	String what() {
		return this.what;
	}

}
