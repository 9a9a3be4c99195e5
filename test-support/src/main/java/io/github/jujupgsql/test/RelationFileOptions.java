package io.github.jujupgsql.test;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * How a {@link RelationFile} is written, and what it says besides the servers of the
 * cluster. Not changed any more once a stand-in has it.
 */
final class RelationFileOptions {

	RelationFileForm form = RelationFileForm.CONNECTIONS;

	RelationFileFormat format = RelationFileFormat.JSON;

	RelationFileStyle style = RelationFileStyle.RENAME;

	Duration pause = Duration.ZERO;

	boolean uris;

	String standbySeparator = "\n";

	List<String> extensions = List.of();

	List<String> roles = List.of();

	String endpoint = "db";

	int relationId = 7;

	@Nullable String authorities;

	@Nullable Services services;

	/**
	 * Return options that differ from these.
	 * @param change in what
	 * @return other options
	 */
	RelationFileOptions with(Consumer<RelationFileOptions> change) {
		RelationFileOptions copy = new RelationFileOptions();
		copy.form = this.form;
		copy.format = this.format;
		copy.style = this.style;
		copy.pause = this.pause;
		copy.uris = this.uris;
		copy.standbySeparator = this.standbySeparator;
		copy.extensions = this.extensions;
		copy.roles = this.roles;
		copy.endpoint = this.endpoint;
		copy.relationId = this.relationId;
		copy.authorities = this.authorities;
		copy.services = this.services;
		change.accept(copy);
		return copy;
	}

	/**
	 * What is named instead of the cluster's servers.
	 *
	 * @param primary what to call master
	 * @param replicas what to call standby
	 */
	record Services(PgsqlService primary, PgsqlService replicas) {

	}

}
