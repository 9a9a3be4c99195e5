package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * A stand-in for the charm: writes what a {@link PgsqlCluster} is into a relation file,
 * in any form that charms use. The file can be read by its owner alone, since it holds
 * the password.
 * <p>
 * Immutable: the methods that say how to write answer another stand-in for the same file.
 *
 * @since 0.1.0
 */
public final class RelationFile {

	private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);

	private static final Set<OpenOption> EXISTING = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE);

	private final Path path;

	private final PgsqlCluster cluster;

	private Form form = Form.CONNECTIONS;

	private Format format = Format.JSON;

	private Style style = Style.RENAME;

	private Duration pause = Duration.ZERO;

	private boolean uris;

	private String standbySeparator = "\n";

	private List<String> extensions = List.of();

	private List<String> roles = List.of();

	private String endpoint = "db";

	private int relationId = 7;

	private @Nullable String authorities;

	private RelationFile(Path path, PgsqlCluster cluster) {
		this.path = path;
		this.cluster = cluster;
	}

	private RelationFile(RelationFile other) {
		this(other.path, other.cluster);
		this.form = other.form;
		this.format = other.format;
		this.style = other.style;
		this.pause = other.pause;
		this.uris = other.uris;
		this.standbySeparator = other.standbySeparator;
		this.extensions = other.extensions;
		this.roles = other.roles;
		this.endpoint = other.endpoint;
		this.relationId = other.relationId;
		this.authorities = other.authorities;
	}

	/**
	 * A relation file that is still to be written, as JSON in the form
	 * {@link Form#CONNECTIONS}, by rename.
	 * @param file where; its folder must exist
	 * @param cluster what it is about
	 * @return the stand-in
	 */
	public static RelationFile at(Path file, PgsqlCluster cluster) {
		return new RelationFile(file.toAbsolutePath(), cluster);
	}

	/**
	 * A relation file that is still to be written, in a folder that is deleted with the
	 * cluster and holds nothing else.
	 * @param cluster what it is about
	 * @return the stand-in
	 */
	public static RelationFile of(PgsqlCluster cluster) {
		try {
			return at(Files.createDirectories(cluster.folder().resolve("relation")).resolve("relation"), cluster);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * In which form to write.
	 * @param value the form; {@link Form#CONNECTIONS} unless told
	 * @return a stand-in that does
	 */
	public RelationFile form(Form value) {
		RelationFile copy = new RelationFile(this);
		copy.form = value;
		return copy;
	}

	/**
	 * In which format to write.
	 * @param value the format; {@link Format#JSON} unless told
	 * @return a stand-in that does
	 */
	public RelationFile format(Format value) {
		RelationFile copy = new RelationFile(this);
		copy.format = value;
		return copy;
	}

	/**
	 * How to get the content into the file.
	 * @param value the style; {@link Style#RENAME} unless told
	 * @return a stand-in that does
	 */
	public RelationFile style(Style value) {
		RelationFile copy = new RelationFile(this);
		copy.style = value;
		return copy;
	}

	/**
	 * Writes byte by byte, and pauses after each.
	 * @param value how long; zero, the default, is the whole content at once
	 * @return a stand-in that does
	 */
	public RelationFile byteByByte(Duration value) {
		RelationFile copy = new RelationFile(this);
		copy.pause = value;
		return copy;
	}

	/**
	 * Writes connection strings as URIs and not as keywords and values, where the form
	 * leaves it open.
	 * @return a stand-in that does
	 */
	public RelationFile uris() {
		RelationFile copy = new RelationFile(this);
		copy.uris = true;
		return copy;
	}

	/**
	 * What separates standbys where they are one string: in {@link Form#BAG},
	 * {@link Form#RELATION} and {@link Form#SHOW_UNIT}.
	 * @param value the separator; a newline unless told, while Charmed PostgreSQL 14
	 * writes a comma
	 * @return a stand-in that does
	 */
	public RelationFile standbySeparator(String value) {
		RelationFile copy = new RelationFile(this);
		copy.standbySeparator = value;
		return copy;
	}

	/**
	 * Which extensions were asked for and given.
	 * @param values their names; none unless told
	 * @return a stand-in that says so
	 */
	public RelationFile extensions(List<String> values) {
		RelationFile copy = new RelationFile(this);
		copy.extensions = List.copyOf(values);
		return copy;
	}

	/**
	 * Which roles were asked for and given.
	 * @param values their names; none unless told
	 * @return a stand-in that says so
	 */
	public RelationFile roles(List<String> values) {
		RelationFile copy = new RelationFile(this);
		copy.roles = List.copyOf(values);
		return copy;
	}

	/**
	 * The name of our end of the relation, in {@link Form#RELATION} and
	 * {@link Form#SHOW_UNIT}.
	 * @param value the name; {@code db} unless told
	 * @return a stand-in that says so
	 */
	public RelationFile endpoint(String value) {
		RelationFile copy = new RelationFile(this);
		copy.endpoint = value;
		return copy;
	}

	/**
	 * The id of the relation, in {@link Form#RELATION} and {@link Form#SHOW_UNIT}.
	 * @param value the id; 7 unless told
	 * @return a stand-in that says so
	 */
	public RelationFile relationId(int value) {
		RelationFile copy = new RelationFile(this);
		copy.relationId = value;
		return copy;
	}

	/**
	 * That the servers speak TLS, and whom to trust, in {@link Form#POSTGRESQL_CLIENT};
	 * they do not unless told.
	 * @param value the certificates of authorities as PEM text
	 * @return a stand-in that says so
	 * @see PgsqlCluster#tls(String, String)
	 */
	public RelationFile tls(String value) {
		RelationFile copy = new RelationFile(this);
		copy.authorities = value;
		return copy;
	}

	/**
	 * Where the file is.
	 * @return the absolute path
	 */
	public Path path() {
		return this.path;
	}

	/**
	 * Writes what the cluster is now.
	 */
	public void write() {
		write(content());
	}

	/**
	 * Writes what the cluster is now, into the file that is there.
	 */
	public void writeInPlace() {
		style(Style.IN_PLACE).write();
	}

	/**
	 * Writes something else than what the cluster is, for example that there is no
	 * master, or what will only be true after a promotion.
	 * @param master which server to call master, or {@code null} for none
	 * @param standbys which servers to call standbys
	 */
	public void write(@Nullable PgsqlServer master, List<PgsqlServer> standbys) {
		write(content(master, standbys));
	}

	/**
	 * Writes any text, also one that is no relation.
	 * @param content the whole content of the file
	 */
	public void write(String content) {
		byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
		try {
			switch (this.style) {
				case RENAME -> writeBeside(bytes);
				case IN_PLACE -> writeInPlace(bytes, true);
				case OVERWRITE -> writeInPlace(bytes, false);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot write " + this.path, ex);
		}
	}

	private void writeBeside(byte[] content) throws IOException {
		Path beside = this.path.resolveSibling("." + UUID.randomUUID() + ".tmp");
		try {
			try (FileChannel channel = FileChannel.open(beside, NEW, ownerOnly())) {
				writeTo(channel, content);
			}
			Files.move(beside, this.path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		finally {
			Files.deleteIfExists(beside);
		}
	}

	private void writeInPlace(byte[] content, boolean truncateFirst) throws IOException {
		try (FileChannel channel = FileChannel.open(this.path, EXISTING, ownerOnly())) {
			if (truncateFirst) {
				channel.truncate(0);
			}
			writeTo(channel, content);
			channel.truncate(content.length);
		}
	}

	private void writeTo(FileChannel channel, byte[] content) throws IOException {
		int step = this.pause.isZero() ? Math.max(1, content.length) : 1;
		for (int offset = 0; offset < content.length; offset += step) {
			ByteBuffer part = ByteBuffer.wrap(content, offset, step);
			while (part.hasRemaining()) {
				channel.write(part);
			}
			if (!this.pause.isZero()) {
				Await.pause(this.pause);
			}
		}
	}

	private FileAttribute<?>[] ownerOnly() {
		return TestFolder.isPosix(this.path)
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")) }
				: new FileAttribute<?>[0];
	}

	/**
	 * What {@link #write()} would write.
	 * @return the text, with the password
	 */
	public String content() {
		return content(this.cluster.master(), this.cluster.standbys());
	}

	private String content(@Nullable PgsqlServer master, List<PgsqlServer> standbys) {
		Object value = new RelationContent(this, this.cluster, master, standbys).value();
		return (this.format == Format.JSON) ? JsonText.of(value) : yaml(value);
	}

	private static String yaml(Object value) {
		DumperOptions options = new DumperOptions();
		options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
		options.setSplitLines(false);
		options.setDereferenceAliases(true);
		return new Yaml(options).dump(value);
	}

	/**
	 * Deletes the file. Nothing happens if there is none.
	 */
	public void delete() {
		try {
			Files.deleteIfExists(this.path);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot delete " + this.path, ex);
		}
	}

	Form form() {
		return this.form;
	}

	boolean writesUris() {
		return this.uris;
	}

	String standbySeparator() {
		return this.standbySeparator;
	}

	List<String> extensions() {
		return this.extensions;
	}

	List<String> roles() {
		return this.roles;
	}

	String endpoint() {
		return this.endpoint;
	}

	int relationId() {
		return this.relationId;
	}

	@Nullable String authorities() {
		return this.authorities;
	}

	/**
	 * The file and how it is written.
	 * @return no secrets
	 */
	@Override
	public String toString() {
		return this.form + " as " + this.format + " at " + this.path;
	}

	/**
	 * The forms of a relation file.
	 *
	 * @since 0.1.0
	 */
	public enum Form {

		/**
		 * {@code master} and {@code standbys}, a list: what a charm is advised to write.
		 */
		CONNECTIONS,

		/**
		 * {@code db_conn_str}, {@code db_uri} and {@code db_ro_uris}: the names of the
		 * charm library's own example.
		 */
		STORED_STATE,

		/**
		 * The bag of one unit, as {@code relation-get} prints it.
		 */
		BAG,

		/**
		 * The whole relation: one entry of {@code relation-info}.
		 */
		RELATION,

		/**
		 * All relations of a unit, as {@code juju show-unit} prints them.
		 */
		SHOW_UNIT,

		/**
		 * The bag of the interface {@code postgresql_client}.
		 */
		POSTGRESQL_CLIENT

	}

	/**
	 * The formats of a relation file.
	 *
	 * @since 0.1.0
	 */
	public enum Format {

		/**
		 * JSON.
		 */
		JSON,

		/**
		 * YAML.
		 */
		YAML

	}

	/**
	 * How content gets into the file.
	 *
	 * @since 0.1.0
	 */
	public enum Style {

		/**
		 * Written beside, and renamed over the file: readers see the old or the new.
		 */
		RENAME,

		/**
		 * Written into the file, which is truncated first.
		 */
		IN_PLACE,

		/**
		 * Written over what is in the file, and truncated afterwards.
		 */
		OVERWRITE

	}

}
