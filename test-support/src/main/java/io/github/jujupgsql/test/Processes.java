package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at processes that are not our children, and sends them signals.
 */
final class Processes {

	private static final Duration DEATH = Duration.ofSeconds(20);

	private Processes() {
	}

	/**
	 * Return whether a process runs or could run again. One that is dead and wait for its
	 * parent to collect it does not: in a container nobody may ever do so.
	 * @param process the process
	 * @return whether it is alive
	 */
	static boolean isAlive(ProcessHandle process) {
		return process.isAlive() && !isZombie(process);
	}

	private static boolean isZombie(ProcessHandle process) {
		if (OperatingSystem.current() != OperatingSystem.LINUX) {
			return false;
		}
		try {
			String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
			char state = stat.charAt(stat.lastIndexOf(')') + 2);
			return state == 'Z' || state == 'X';
		}
		catch (IOException ex) {
			return !process.isAlive();
		}
	}

	/**
	 * Kill a process with all its descendants, also those that are stopped, and wait
	 * until they are dead.
	 * @param parent the process
	 */
	static void killTree(ProcessHandle parent) throws IOException {
		List<ProcessHandle> tree = new ArrayList<>(stopTree(parent));
		tree.forEach(ProcessHandle::destroyForcibly);
		awaitDeath(tree, DEATH);
	}

	/**
	 * Stop a process with all its descendants (SIGSTOP).
	 * @param parent the process
	 * @return what was stopped
	 */
	static Set<ProcessHandle> stopTree(ProcessHandle parent) throws IOException {
		Set<ProcessHandle> stopped = new LinkedHashSet<>(List.of(parent));
		if (OperatingSystem.current() == OperatingSystem.WINDOWS) {
			parent.descendants().forEach(stopped::add);
			return stopped;
		}
		// the parent first: it can have no further children then
		signal("STOP", stopped);
		for (Set<ProcessHandle> found = unseen(parent, stopped); !found.isEmpty(); found = unseen(parent, stopped)) {
			signal("STOP", found);
			stopped.addAll(found);
		}
		return stopped;
	}

	private static Set<ProcessHandle> unseen(ProcessHandle parent, Set<ProcessHandle> seen) {
		Set<ProcessHandle> found = new LinkedHashSet<>();
		parent.descendants().filter((process) -> !seen.contains(process)).forEach(found::add);
		return found;
	}

	/**
	 * Let a process with all its descendants go on (SIGCONT).
	 * @param parent the process
	 */
	static void continueTree(ProcessHandle parent) throws IOException {
		Set<ProcessHandle> tree = new LinkedHashSet<>();
		parent.descendants().forEach(tree::add);
		tree.add(parent);
		signal("CONT", tree);
	}

	private static void signal(String signal, Collection<ProcessHandle> processes) throws IOException {
		// the shell's own kill: the program is not everywhere
		List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -s \"$0\" \"$@\" 2>/dev/null", signal));
		processes.forEach((process) -> command.add(Long.toString(process.pid())));
		Process kill = new ProcessBuilder(command).start();
		try {
			kill.waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while sending the signal " + signal, ex);
		}
	}

	/**
	 * Kill all processes whose program lies in a folder, and wait until they are dead.
	 * @param folder the folder, as a real path
	 */
	static void killProgramsIn(Path folder) throws IOException {
		// again and again, since one that was not killed yet may have started another
		for (List<ProcessHandle> found = programsIn(folder); !found.isEmpty(); found = programsIn(folder)) {
			found.forEach(ProcessHandle::destroyForcibly);
			awaitDeath(found, DEATH);
		}
	}

	private static List<ProcessHandle> programsIn(Path folder) {
		return ProcessHandle.allProcesses()
			.filter((process) -> runsFrom(folder, process))
			.filter(Processes::isAlive)
			.toList();
	}

	private static boolean runsFrom(Path folder, ProcessHandle process) {
		return process.info().command().map((command) -> Path.of(command).startsWith(folder)).orElse(false);
	}

	/**
	 * Wait for processes to end.
	 * @param processes the processes
	 * @param timeout how long
	 * @throws IOException if one is still alive then
	 */
	static void awaitDeath(Collection<ProcessHandle> processes, Duration timeout) throws IOException {
		long deadline = System.nanoTime() + timeout.toNanos();
		for (ProcessHandle process : processes) {
			while (isAlive(process)) {
				if (System.nanoTime() > deadline) {
					throw new IOException("The process " + process.pid() + " does not end");
				}
				Await.pause(Duration.ofMillis(5));
			}
		}
	}

}
