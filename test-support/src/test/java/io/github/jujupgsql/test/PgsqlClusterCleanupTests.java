package io.github.jujupgsql.test;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests that nothing is left of a {@link PgsqlCluster}.
 */
class PgsqlClusterCleanupTests {

	@TempDir
	private Path tempDir;

	@Test
	void closedClusterLeavesNothing() throws Exception {
		PgsqlCluster cluster = PgsqlCluster.start(1);
		Path folder = cluster.home().folder();
		RelationFile relationFile = RelationFile.of(cluster);
		relationFile.write();
		PgsqlServer former = cluster.master();
		former.crash();
		cluster.promote(cluster.standbys().get(0));
		List<Long> postmasters = Stream.concat(cluster.servers().stream(), cluster.formerMasters().stream())
			.flatMap((server) -> server.folder().postmasterFile().stream())
			.map(PostmasterFile::pid)
			.toList();
		assertThat(postmasters).hasSize(2);
		List<ProcessHandle> processes = postmasters.stream()
			.flatMap((pid) -> ProcessHandle.of(pid).stream())
			.flatMap((postmaster) -> Stream.concat(Stream.of(postmaster), postmaster.descendants()))
			.toList();
		assertThat(processes).hasSizeGreaterThan(3);
		Thread other = new Thread(cluster::close);
		other.start();
		cluster.close();
		other.join();
		cluster.close();
		assertThat(folder).doesNotExist();
		assertThat(processes).noneMatch(Processes::isAlive);
		assertThat(creatorsOfSharedMemory()).doesNotContainAnyElementsOf(postmasters);
		assertThatIllegalStateException().isThrownBy(cluster::addStandby);
		assertThatIllegalStateException().isThrownBy(former::start);
	}

	private static List<Long> creatorsOfSharedMemory() throws Exception {
		Path segments = Path.of("/proc/sysvipc/shm");
		return Files.isReadable(segments) ? Files.readAllLines(segments)
			.stream()
			.skip(1)
			.map((line) -> Long.valueOf(line.strip().split("\\s+")[4]))
			.toList() : List.of();
	}

	@Test
	void closeOfInterruptedThreadLeavesNothing() {
		PgsqlCluster cluster = PgsqlCluster.start(0);
		Thread.currentThread().interrupt();
		cluster.close();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(cluster.home().folder()).doesNotExist();
		assertThat(cluster.master().isRunning()).isFalse();
	}

	@Test
	void jvmThatEndsLeavesNothing() throws Exception {
		try (ClusterProgram program = ClusterProgram.start("leave", tmpdir())) {
			assertThat(program.servers()).hasSize(2);
			assertThat(program.folder()).exists();
			program.end();
			assertThat(program.servers()).isEmpty();
			assertThat(this.tempDir).isEmptyDirectory();
		}
	}

	@Test
	void clusterThatIsNotClosedOnShutdownIsLeftToItsOwner() throws Exception {
		try (ClusterProgram program = ClusterProgram.start("hook", tmpdir())) {
			assertThat(program.end()).contains("asked=").doesNotContain("failed=");
			assertThat(program.servers()).isEmpty();
			assertThat(this.tempDir).isEmptyDirectory();
		}
	}

	@Test
	void nextStartRemovesWhatKilledJvmLeft() throws Exception {
		try (ClusterProgram living = ClusterProgram.launch("leave", sameTmpdir());
				ClusterProgram killed = ClusterProgram.launch(
						(OperatingSystem.current() != OperatingSystem.WINDOWS) ? "freeze" : "leave", sameTmpdir())) {
			living.awaitReady();
			killed.awaitReady();
			killed.kill();
			assertThat(killed.servers()).hasSize(2);
			List<Long> postmasters = killed.servers().stream().map(ProcessHandle::pid).toList();
			PgsqlCluster.start(0).close();
			assertThat(killed.servers()).isEmpty();
			assertThat(killed.folder()).doesNotExist();
			assertThat(creatorsOfSharedMemory()).doesNotContainAnyElementsOf(postmasters);
			assertThat(living.servers()).hasSize(2);
			assertThat(living.folder()).exists();
			living.end();
			assertThat(living.folder()).doesNotExist();
		}
	}

	@Test
	void leftoversAreToldFromWhatIsInUse() throws Exception {
		Path own = Files.createDirectory(this.tempDir.resolve(FolderOwner.current().folderName()));
		Path recycled = Files
			.createDirectory(this.tempDir.resolve(FolderOwner.PREFIX + ProcessHandle.current().pid() + "-1000"));
		Path second = Files.createDirectory(this.tempDir.resolve(FolderOwner.current().folderName() + "-2"));
		Path foreign = Files.createDirectory(this.tempDir.resolve(FolderOwner.PREFIX + "elsewhere"));
		Files.writeString(recycled.resolve("file"), "content");
		Path script = Files.writeString(this.tempDir.resolve("detect_linux_distribution_1.sh"), "exit");
		Files.setLastModifiedTime(script, FileTime.from(Instant.now().minusSeconds(100)));
		Path newScript = Files.writeString(this.tempDir.resolve("detect_linux_distribution_2.sh"), "exit");
		Leftovers.remove(own);
		assertThat(recycled).doesNotExist();
		assertThat(script).doesNotExist();
		assertThat(newScript).exists();
		assertThat(own).exists();
		assertThat(second).exists();
		assertThat(foreign).exists();
	}

	@Test
	void folderThatSomebodyElseCleansIsLeftAlone() throws Exception {
		Path own = Files.createDirectory(this.tempDir.resolve(FolderOwner.current().folderName()));
		Path dead = Files.createDirectory(this.tempDir.resolve(FolderOwner.PREFIX + "1-1000"));
		try (FileChannel lock = FolderOwner.takeOver(dead)) {
			assertThat(lock).isNotNull();
			Leftovers.remove(own);
			assertThat(dead).exists();
		}
		Leftovers.remove(own);
		assertThat(dead).doesNotExist();
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void rootCanRunServersAsAnotherUser() throws Exception {
		assumeThat(OperatingSystem.isRoot(this.tempDir)).isTrue();
		// the folder that JUnit makes is for its owner alone
		try (ClusterProgram program = ClusterProgram.start("leave", "-D" + Launcher.USER_PROPERTY + "=nobody")) {
			assertThat(program.servers()).hasSize(2)
				.allMatch((server) -> server.info().user().orElseThrow().equals("nobody"));
			program.end();
			assertThat(program.servers()).isEmpty();
			assertThat(program.folder()).doesNotExist();
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void rootIsToldWhatIsMissing() throws Exception {
		assumeThat(OperatingSystem.isRoot(this.tempDir)).isTrue();
		try (ClusterProgram program = ClusterProgram.launch("leave", tmpdir(),
				"-D" + Launcher.USER_PROPERTY + "=nobody")) {
			assertThat(program.end()).contains("PostgreSQL does not run as root")
				.contains("setpriv as nobody")
				.contains(Launcher.USER_PROPERTY);
			assertThat(this.tempDir).isEmptyDirectory();
		}
	}

	private static String sameTmpdir() {
		return "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir");
	}

	private String tmpdir() {
		return "-Djava.io.tmpdir=" + this.tempDir;
	}

}
