package io.github.jujupgsql.test;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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

	static List<Long> creatorsOfSharedMemory() throws Exception {
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
		Leftovers.remove(own, this.tempDir);
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
			Leftovers.remove(own, this.tempDir);
			assertThat(dead).exists();
		}
		Leftovers.remove(own, this.tempDir);
		assertThat(dead).doesNotExist();
	}

}
