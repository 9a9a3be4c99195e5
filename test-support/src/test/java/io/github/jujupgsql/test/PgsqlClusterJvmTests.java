package io.github.jujupgsql.test;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests what becomes of a {@link PgsqlCluster} when its JVM ends, or is killed.
 */
class PgsqlClusterJvmTests {

	@TempDir
	private Path tempDir;

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
		try (ClusterProgram living = ClusterProgram.launch("leave", samePlace());
				ClusterProgram killed = ClusterProgram
					.launch((OperatingSystem.current() != OperatingSystem.WINDOWS) ? "freeze" : "leave", samePlace())) {
			living.awaitReady();
			killed.awaitReady();
			killed.kill();
			assertThat(killed.servers()).hasSize(2);
			List<Long> postmasters = killed.servers().stream().map(ProcessHandle::pid).toList();
			PgsqlCluster.start(0).close();
			assertThat(killed.servers()).isEmpty();
			assertThat(killed.folder()).doesNotExist();
			assertThat(PgsqlClusterCleanupTests.creatorsOfSharedMemory()).doesNotContainAnyElementsOf(postmasters);
			assertThat(living.servers()).hasSize(2);
			assertThat(living.folder()).exists();
			living.end();
			assertThat(living.folder()).doesNotExist();
		}
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

	private static String[] samePlace() {
		return new String[] { "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
				"-D" + FolderPlace.MEMORY_PROPERTY + "=" + Boolean.getBoolean(FolderPlace.MEMORY_PROPERTY) };
	}

	private String tmpdir() {
		return "-Djava.io.tmpdir=" + this.tempDir;
	}

}
