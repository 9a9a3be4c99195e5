package io.github.jujupgsql.relation;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a {@code pgsql} relation says at one moment: the master, the hot standbys, and
 * what of the workload's wishes the server has granted. Immutable; equal when a workload
 * would have to do the same with it. Its text shows no password.
 *
 * @param database the name of the database, or {@code null} if it was not published
 * @param extensions the extensions that are installed in the database
 * @param roles the roles that are granted to the user
 * @param version the version of the server as published, or {@code null}
 * @param master how the master is reached, or {@code null} while there is none
 * @param standbys how the hot standbys are reached, in the order they were published
 * @since 0.1.0
 */
public record PgsqlRelation(@Nullable String database, List<String> extensions, List<String> roles,
		@Nullable String version, @Nullable ConnectionString master, List<ConnectionString> standbys) {

	/**
	 * A relation that names no server: it has not been joined yet, or is gone.
	 */
	public static final PgsqlRelation NONE = new PgsqlRelation(null, List.of(), List.of(), null, null, List.of());

	public PgsqlRelation {
		extensions = List.copyOf(extensions);
		roles = List.copyOf(roles);
		standbys = List.copyOf(standbys);
	}

	/**
	 * Return the same relation without servers: what is left while the server has not
	 * granted what the workload wants.
	 * @return a relation with neither master nor standbys
	 */
	PgsqlRelation withoutServers() {
		return new PgsqlRelation(this.database, this.extensions, this.roles, this.version, null, List.of());
	}

}
