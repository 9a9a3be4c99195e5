package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.github.jujupgsql.test.RelationFileOptions.Services;
import org.jspecify.annotations.Nullable;

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

	private final Path path;

	private final PgsqlCluster cluster;

	private final RelationFileOptions options;

	private RelationFile(Path path, PgsqlCluster cluster, RelationFileOptions options) {
		this.path = path;
		this.cluster = cluster;
		this.options = options;
	}

	/**
	 * Describe a relation file that is still to be written, as JSON in the form
	 * {@link RelationFileForm#CONNECTIONS}, by rename.
	 * @param file where; its folder must exist
	 * @param cluster what it is about
	 * @return the stand-in
	 */
	public static RelationFile at(Path file, PgsqlCluster cluster) {
		return new RelationFile(file.toAbsolutePath(), cluster, new RelationFileOptions());
	}

	/**
	 * Describe a relation file that is still to be written, in a folder that is deleted
	 * with the cluster and holds nothing else.
	 * @param cluster what it is about
	 * @return the stand-in
	 */
	public static RelationFile of(PgsqlCluster cluster) {
		try {
			return at(Files.createDirectories(cluster.home().folder().resolve("relation")).resolve("relation"),
					cluster);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Set in which form to write.
	 * @param value the form; {@link RelationFileForm#CONNECTIONS} unless told
	 * @return a stand-in that does
	 */
	public RelationFile form(RelationFileForm value) {
		return with((copy) -> copy.form = value);
	}

	/**
	 * Set in which format to write.
	 * @param value the format; {@link RelationFileFormat#JSON} unless told
	 * @return a stand-in that does
	 */
	public RelationFile format(RelationFileFormat value) {
		return with((copy) -> copy.format = value);
	}

	/**
	 * Set how to get the content into the file.
	 * @param value the style; {@link RelationFileStyle#RENAME} unless told
	 * @return a stand-in that does
	 */
	public RelationFile style(RelationFileStyle value) {
		return with((copy) -> copy.style = value);
	}

	/**
	 * Write byte by byte, and pause after each.
	 * @param value how long; zero, the default, is the whole content at once
	 * @return a stand-in that does
	 */
	public RelationFile byteByByte(Duration value) {
		return with((copy) -> copy.pause = value);
	}

	/**
	 * Write connection strings as URIs and not as keywords and values, where the form
	 * leaves it open.
	 * @return a stand-in that does
	 */
	public RelationFile uris() {
		return with((copy) -> copy.uris = true);
	}

	/**
	 * Set what separates standbys where they are one string: in
	 * {@link RelationFileForm#BAG}, {@link RelationFileForm#RELATION} and
	 * {@link RelationFileForm#SHOW_UNIT}.
	 * @param value the separator; a newline unless told, while Charmed PostgreSQL 14
	 * writes a comma
	 * @return a stand-in that does
	 */
	public RelationFile standbySeparator(String value) {
		return with((copy) -> copy.standbySeparator = value);
	}

	/**
	 * Set which extensions were asked for and given.
	 * @param values their names; none unless told
	 * @return a stand-in that says so
	 */
	public RelationFile extensions(List<String> values) {
		return with((copy) -> copy.extensions = List.copyOf(values));
	}

	/**
	 * Set which roles were asked for and given.
	 * @param values their names; none unless told
	 * @return a stand-in that says so
	 */
	public RelationFile roles(List<String> values) {
		return with((copy) -> copy.roles = List.copyOf(values));
	}

	/**
	 * Set the name of our end of the relation, in {@link RelationFileForm#RELATION} and
	 * {@link RelationFileForm#SHOW_UNIT}.
	 * @param value the name; {@code db} unless told
	 * @return a stand-in that says so
	 */
	public RelationFile endpoint(String value) {
		return with((copy) -> copy.endpoint = value);
	}

	/**
	 * Set the id of the relation, in {@link RelationFileForm#RELATION} and
	 * {@link RelationFileForm#SHOW_UNIT}.
	 * @param value the id; 7 unless told
	 * @return a stand-in that says so
	 */
	public RelationFile relationId(int value) {
		return with((copy) -> copy.relationId = value);
	}

	/**
	 * Say that the servers speak TLS, and whom to trust, in
	 * {@link RelationFileForm#POSTGRESQL_CLIENT}; they do not unless told.
	 * @param value the certificates of authorities as PEM text
	 * @return a stand-in that says so
	 * @see PgsqlCluster#tls(String, String)
	 */
	public RelationFile tls(String value) {
		return with((copy) -> copy.authorities = value);
	}

	/**
	 * Name two services instead of the cluster's servers, as on Kubernetes: whatever
	 * becomes of the cluster, {@link #write()} writes the same, but for the user, the
	 * password and the version. Where units have names, the primary is
	 * {@code postgresql/0}, and what is read from {@code postgresql/1}.
	 * @param primary the service to call master
	 * @param replicas the service to call standby, which may be the same
	 * @return a stand-in that names them
	 */
	public RelationFile services(PgsqlService primary, PgsqlService replicas) {
		return with((copy) -> copy.services = new Services(primary, replicas));
	}

	private RelationFile with(Consumer<RelationFileOptions> change) {
		return new RelationFile(this.path, this.cluster, this.options.with(change));
	}

	/**
	 * Return where the file is.
	 * @return the absolute path
	 */
	public Path path() {
		return this.path;
	}

	/**
	 * Write what the cluster is now.
	 */
	public void write() {
		write(content());
	}

	/**
	 * Write what the cluster is now, into the file that is there.
	 */
	public void writeInPlace() {
		style(RelationFileStyle.IN_PLACE).write();
	}

	/**
	 * Write something else than what the cluster is, for example that there is no master,
	 * or what will only be true after a promotion.
	 * @param master which server to call master, or {@code null} for none
	 * @param standbys which servers to call standbys
	 */
	public void write(@Nullable PgsqlServer master, List<PgsqlServer> standbys) {
		write(RelationContent.naming(this.options, this.cluster, master, standbys).text());
	}

	/**
	 * Write any text, also one that is no relation.
	 * @param content the whole content of the file
	 */
	public void write(String content) {
		new RelationFileWriter(this.path, this.options).write(content);
	}

	/**
	 * Return what {@link #write()} would write.
	 * @return the text, with the password
	 */
	public String content() {
		return RelationContent.of(this.options, this.cluster).text();
	}

	/**
	 * Delete the file. Nothing happens if there is none.
	 */
	public void delete() {
		new RelationFileWriter(this.path, this.options).delete();
	}

	@Override
	public String toString() {
		return this.options.form + " as " + this.options.format + " at " + this.path;
	}

}
