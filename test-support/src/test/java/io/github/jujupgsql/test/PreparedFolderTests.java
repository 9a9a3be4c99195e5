package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PreparedFolder}.
 */
class PreparedFolderTests {

	@TempDir
	private Path tempDir;

	private @Nullable String before;

	@BeforeEach
	void nameFolder() {
		this.before = System.setProperty(PreparedFolder.PROPERTY, folder().toString());
	}

	@AfterEach
	void forgetFolder() {
		if (this.before != null) {
			System.setProperty(PreparedFolder.PROPERTY, this.before);
		}
		else {
			System.clearProperty(PreparedFolder.PROPERTY);
		}
	}

	@Test
	void whatOneHasMadeOthersFind() throws IOException {
		PreparedFolder own = own("first");
		assertThat(PreparedFolder.find()).isNull();
		PreparedFolder.offer(own);
		PreparedFolder found = PreparedFolder.find();
		assertThat(found).isNotNull().extracting(PreparedFolder::path).isEqualTo(folder());
		assertThat(found.programs().resolve("bin/postgres")).hasContent("first");
		assertThat(found.template().data().resolve("PG_VERSION")).hasContent("first");
		assertThat(found.passwordFile()).hasContent("first");
		if (FilePermissions.isPosix(folder())) {
			assertThat(Files.getPosixFilePermissions(found.passwordFile()))
				.isEqualTo(Files.getPosixFilePermissions(own.passwordFile()));
		}
		assertThat(own.programs().resolve("bin/postgres")).hasContent("first");
	}

	@Test
	void whatIsThereStays() throws IOException {
		PreparedFolder.offer(own("first"));
		PreparedFolder.offer(own("second"));
		assertThat(folder().resolve("superuser")).hasContent("first");
		try (Stream<Path> beside = Files.list(folder().resolveSibling(""))) {
			assertThat(beside).containsExactly(folder());
		}
	}

	@Test
	void aTemplateIsForWhomItBelongsTo() throws IOException {
		PreparedFolder own = own("first");
		Launcher ours = new Launcher(List.of(), null);
		assertThat(own.hasTemplateFor(ours, this.tempDir)).isTrue();
		assertThat(own.hasTemplateFor(new Launcher(List.of(), "somebody-else"), this.tempDir)).isFalse();
		FileTree.delete(own.template().data());
		assertThat(own.hasTemplateFor(ours, this.tempDir)).isFalse();
	}

	private Path folder() {
		return this.tempDir.resolve("shared").resolve("postgresql");
	}

	private PreparedFolder own(String content) throws IOException {
		PreparedFolder own = new PreparedFolder(this.tempDir.resolve(content));
		Files.createDirectories(own.programs().resolve("bin"));
		Files.writeString(own.programs().resolve("bin/postgres"), content);
		Files.createDirectories(own.template().data());
		Files.writeString(own.template().data().resolve("PG_VERSION"), content);
		Files.writeString(own.passwordFile(), content);
		if (FilePermissions.isPosix(own.path())) {
			Files.setPosixFilePermissions(own.passwordFile(), PosixFilePermissions.fromString("rw-------"));
		}
		return own;
	}

}
