package io.github.jujupgsql.relation;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A bag of the {@code pgsql} interface.
 *
 * @param document the bag
 */
record PgsqlBag(RelationDocument document) implements Bag {

	@Override
	public @Nullable String firstUnmet(Request request) {
		return request.firstNotMirroredBy(this.document);
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
	public PublishedString master() {
		return PublishedString.read(this.document.pathOf("master"), this.document.textOrEmpty("master"));
	}

	@Override
	public List<PublishedString> standbys(List<String> warnings) {
		return PublishedString.readStandbys(this.document.pathOf("standbys"),
				this.document.connectionStrings("standbys"), warnings);
	}

}
