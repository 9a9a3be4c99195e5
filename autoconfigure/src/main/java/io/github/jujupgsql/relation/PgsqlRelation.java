package io.github.jujupgsql.relation;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a {@code pgsql} relation says at one moment: the master, the hot standbys, and
 * what of the workload's wishes the server has granted. Immutable; equal when the same
 * was said. Its text shows no password.
 *
 * @param joined whether there is a relation at all, with or without servers
 * @param id what Juju knows the relation by, or {@code null} if it was not published
 * @param database the name of the database, or {@code null} if it was not published
 * @param extensions the extensions that are installed in the database
 * @param roles the roles that are granted to the user
 * @param version the version of the server as published, or {@code null}
 * @param master how the master is reached, or {@code null} while there is none
 * @param standbys how the hot standbys are reached, in the order they were published
 * @param published master and standbys to the letter, which tells whether what was
 * published has changed; what it means is in {@code master} and {@code standbys}
 * @since 0.1.0
 */
public record PgsqlRelation(boolean joined, @Nullable String id, @Nullable String database, List<String> extensions,
		List<String> roles, @Nullable String version, @Nullable ConnectionString master,
		List<ConnectionString> standbys, PublishedServers published) {

	/**
	 * No relation: there is none yet, or it is broken.
	 */
	public static final PgsqlRelation NONE = new PgsqlRelation(false, null, null, List.of(), List.of(), null, null,
			List.of(), PublishedServers.NONE);

	public PgsqlRelation {
		extensions = List.copyOf(extensions);
		roles = List.copyOf(roles);
		standbys = List.copyOf(standbys);
	}

	/**
	 * Create a relation that was not published as text.
	 * @param database the name of the database, if it is known
	 * @param extensions the extensions that are installed in the database
	 * @param roles the roles that are granted to the user
	 * @param version the version of the server, if it is known
	 * @param master how the master is reached, or {@code null} while there is none
	 * @param standbys how the hot standbys are reached
	 */
	public PgsqlRelation(@Nullable String database, List<String> extensions, List<String> roles,
			@Nullable String version, @Nullable ConnectionString master, List<ConnectionString> standbys) {
		this(true, null, database, extensions, roles, version, master, standbys,
				new PublishedServers((master != null) ? master.toKeyValue() : null,
						standbys.stream().map(ConnectionString::toKeyValue).toList()));
	}

	/**
	 * Create a relation of what was read.
	 * @param id the relation's id, if it is known
	 * @param granted says what was granted
	 * @param database the database that was granted, if it is known
	 * @param master the master, if there is one
	 * @param standbys the standbys
	 * @return the relation
	 */
	static PgsqlRelation of(@Nullable String id, RelationDocument granted, @Nullable String database,
			@Nullable PublishedString master, List<PublishedString> standbys) {
		return new PgsqlRelation(true, id, database, granted.commaSeparated("extensions"),
				granted.commaSeparated("roles"), granted.text("version"),
				(master != null) ? master.connectionString() : null,
				standbys.stream().map(PublishedString::connectionString).toList(),
				new PublishedServers((master != null) ? master.text() : null,
						standbys.stream().map(PublishedString::text).toList()));
	}

	/**
	 * Return whether this is another relation than one that was read before, and not the
	 * same in another state. Only the ids tell: what is published need not say which
	 * relation it is.
	 * @param former the relation that was read before
	 * @return {@code true} if both ids are known and differ
	 * @since 0.1.0
	 */
	public boolean isAnotherThan(PgsqlRelation former) {
		return this.id != null && former.id != null && !this.id.equals(former.id);
	}

	/**
	 * Return the id, fit for logs.
	 * @return the id, or {@code ***} if it is none that Juju gives
	 * @since 0.1.0
	 */
	public String loggableId() {
		return RelationDocument.idOf(String.valueOf(this.id));
	}

	/**
	 * Return whether the only standby that is named is the master itself, as charms do
	 * that have one unit.
	 * @return whether there is a standby, and no other server
	 * @since 0.1.0
	 */
	public boolean hasMasterForStandby() {
		return !this.standbys.isEmpty() && this.standbys.stream().allMatch((standby) -> standby.equals(this.master));
	}

	/**
	 * Return what to call a server in logs and metrics: where it is, and the database of
	 * a standby where that is another one. Behind pgbouncer only that tells it from the
	 * master.
	 * @param server one of the servers
	 * @return {@code host:port}, or {@code host:port/database}
	 * @since 0.1.0
	 */
	public String nameOf(ConnectionString server) {
		String usual = (this.database != null) ? this.database : (this.master != null) ? this.master.database() : null;
		boolean other = usual != null && !server.equals(this.master) && !usual.equals(server.database());
		return server.address() + (other ? "/" + RelationDocument.nameOf(String.valueOf(server.database())) : "");
	}

	/**
	 * Return the same relation without servers: what is left while the server has not
	 * granted what the workload wants.
	 * @return a relation with neither master nor standbys
	 */
	PgsqlRelation withoutServers() {
		return new PgsqlRelation(this.joined, this.id, this.database, this.extensions, this.roles, this.version, null,
				List.of(), PublishedServers.NONE);
	}

}
