package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What differs between operating systems.
 */
enum OperatingSystem {

	LINUX("Linux"), MAC("Darwin"), WINDOWS("Windows");

	private static final OperatingSystem CURRENT = of(System.getProperty("os.name", ""));

	private final String binariesName;

	OperatingSystem(String binariesName) {
		this.binariesName = binariesName;
	}

	static OperatingSystem current() {
		return CURRENT;
	}

	private static OperatingSystem of(String name) {
		String lower = name.toLowerCase(Locale.ROOT);
		if (lower.startsWith("windows")) {
			return WINDOWS;
		}
		return lower.startsWith("mac") ? MAC : LINUX;
	}

	/**
	 * The name under which the binaries for this system are published.
	 * @return the name
	 */
	String binariesName() {
		return this.binariesName;
	}

	/**
	 * Return whether we are root, told by the owner of a file that we made.
	 * @param ownFile the file
	 * @return whether it belongs to user 0
	 */
	static boolean isRoot(Path ownFile) throws IOException {
		return CURRENT != WINDOWS && Integer.valueOf(0).equals(Files.getAttribute(ownFile, "unix:uid"));
	}

}
