package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one folder of this JVM, in its {@link FolderPlace place}: PostgreSQL's programs,
 * and a folder for each cluster that is open. It goes with the JVM, by a shutdown hook. A
 * JVM that is killed leaves it to the next one.
 */
final class TestFolder {

	static final String CLUSTER_PREFIX = "cluster-";

	private static final Logger logger = LoggerFactory.getLogger(TestFolder.class);

	private static @Nullable TestFolder current;

	private final Path path;

	private final FileChannel lock;

	private final Launcher launcher;

	private final SpareFolders spares;

	private final Set<PgsqlCluster> clusters = new LinkedHashSet<>();

	private final ClusterTemplate template;

	private int clusterCount;

	private boolean shuttingDown;

	private TestFolder() throws IOException {
		FolderOwner owner = FolderOwner.current();
		this.path = create(owner);
		this.spares = new SpareFolders(this.path);
		try {
			this.lock = owner.mark(this.path);
			Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "juju-pgsql-test-shutdown"));
			this.launcher = findLauncher();
			this.template = prepare();
		}
		catch (IOException | RuntimeException ex) {
			FileTree.delete(this.path);
			throw ex;
		}
	}

	private static Path create(FolderOwner owner) throws IOException {
		Path parent = FolderPlace.ofServers();
		for (int attempt = 1;; attempt++) {
			// the class may be loaded more than once in a JVM
			Path path = parent.resolve(owner.folderName() + ((attempt > 1) ? "-" + attempt : ""));
			try {
				return Files.createDirectory(path, FilePermissions.ownerOnlyFolder(parent));
			}
			catch (FileAlreadyExistsException ex) {
				if (attempt == 100) {
					throw ex;
				}
			}
		}
	}

	private ClusterTemplate prepare() throws IOException {
		Path programs = Files.createDirectory(programs());
		FilePermissions.openToOthers(programs);
		PreparedFolder found = PreparedFolder.find();
		if (found == null) {
			PostgresBinaries.unpack(programs);
			return ClusterTemplate.create(own(), postgres());
		}
		PostgresBinaries.link(found.programs(), programs);
		return found.hasTemplateFor(this.launcher, this.path) ? ClusterTemplate.existing(found, postgres())
				: ClusterTemplate.create(own(), postgres());
	}

	private PreparedFolder own() {
		return new PreparedFolder(this.path);
	}

	private Launcher findLauncher() throws IOException {
		if (OperatingSystem.isRoot(this.path)) {
			// another user may have to go through it; to look into it is not needed
			FilePermissions.openToOthers(this.path);
		}
		return Launcher.find(this.path);
	}

	/**
	 * The folder of this JVM, which the first call makes.
	 * @return the folder
	 */
	static synchronized TestFolder get() {
		TestFolder folder = current;
		if (folder == null) {
			try {
				folder = new TestFolder();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(
						"PostgreSQL's programs cannot be made ready in a folder for temporary files", ex);
			}
			current = folder;
		}
		return folder;
	}

	Path path() {
		return this.path;
	}

	private Path programs() {
		return own().programs();
	}

	/**
	 * The folder that spares another JVM what took us long.
	 * @return the folder
	 */
	PreparedFolder prepared() {
		return this.template.prepared();
	}

	Postgres postgres() {
		return new Postgres(programs().resolve("bin"), this.launcher);
	}

	SpareFolders spares() {
		return this.spares;
	}

	/**
	 * The superuser's password on all servers of this JVM.
	 * @return the password
	 */
	String superuserPassword() {
		return this.template.superuserPassword();
	}

	/**
	 * Make the data folder of a master, as {@code initdb} does.
	 * @param folder the server's folder
	 */
	synchronized void initialize(ServerFolder folder) throws IOException {
		this.template.copyTo(folder);
	}

	/**
	 * Make the folder of a cluster, which {@link #remove} deletes.
	 * @param cluster the cluster, not started yet
	 * @return the folder
	 */
	synchronized Path add(PgsqlCluster cluster) throws IOException {
		if (this.shuttingDown) {
			throw new IllegalStateException("The JVM shuts down");
		}
		Leftovers.remove(this.path, FolderPlace.temporary());
		this.clusterCount++;
		Path folder = Files.createDirectory(this.path.resolve(CLUSTER_PREFIX + this.clusterCount));
		FilePermissions.openToOthers(folder);
		this.clusters.add(cluster);
		return folder;
	}

	/**
	 * Delete the folder of a cluster that no longer runs.
	 * @param cluster the cluster
	 * @param folder its folder
	 */
	synchronized void remove(PgsqlCluster cluster, Path folder) throws IOException {
		this.clusters.remove(cluster);
		FileTree.delete(folder);
		if (this.shuttingDown && this.clusters.isEmpty()) {
			delete();
		}
	}

	private void shutDown() {
		awaitReady();
		for (PgsqlCluster cluster : beginShutdown()) {
			if (cluster.home().options().closeOnShutdown()) {
				closeQuietly(cluster);
			}
		}
		deleteIfUnused();
	}

	/**
	 * The shutdown may begin while the folder is being made.
	 */
	private static synchronized void awaitReady() {
		logger.trace("No folder is being made");
	}

	private synchronized List<PgsqlCluster> beginShutdown() {
		this.shuttingDown = true;
		return List.copyOf(this.clusters);
	}

	private static void closeQuietly(PgsqlCluster cluster) {
		try {
			cluster.close();
		}
		catch (RuntimeException ex) {
			logger.warn("Cannot close {}", cluster, ex);
		}
	}

	/**
	 * Clusters may be open still: those that somebody else closes later during the
	 * shutdown.
	 */
	private synchronized void deleteIfUnused() {
		if (this.clusters.stream().noneMatch((cluster) -> !cluster.home().options().closeOnShutdown())) {
			delete();
		}
	}

	private void delete() {
		try (this.lock) {
			if (Files.exists(this.path)) {
				Leftovers.removeContent(this.path);
			}
		}
		catch (IOException ex) {
			logger.warn("Cannot delete {}", this.path, ex);
		}
	}

}
