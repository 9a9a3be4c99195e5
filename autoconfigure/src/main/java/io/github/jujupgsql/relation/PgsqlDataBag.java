package io.github.jujupgsql.relation;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A bag of the {@code pgsql} interface.
 *
 * @param document the bag
 * @param request what was asked for
 */
record PgsqlDataBag(RelationDocument document, RequestedDatabase request) implements DataBag {

	@Override
	public @Nullable String firstUnmet() {
		return this.request.firstNotMirroredBy(this.document);
	}

	@Override
	public String keyOfMaster() {
		return "master";
	}

	@Override
	public String keyOfStandbys() {
		return "standbys";
	}

	@Override
	public boolean hasMaster() {
		return this.document.text("master") != null;
	}

	@Override
	public boolean hasStandbys() {
		return !this.document.connectionStrings("standbys").isEmpty();
	}

	@Override
	public @Nullable String database() {
		return this.document.text("database");
	}

	@Override
	public PublishedString master(List<String> warnings) {
		return PublishedString.read(this.document.pathOf("master"), this.document.textOrEmpty("master"));
	}

	@Override
	public List<PublishedString> standbys(List<String> warnings) {
		return PublishedString.readStandbys(this.document.pathOf("standbys"),
				this.document.connectionStrings("standbys"), warnings);
	}

}
