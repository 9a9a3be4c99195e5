package io.github.jujupgsql.role;

/**
 * One start of one server, whatever names lead to it. Its address is no part of it: the
 * same server has several in a mesh, and each client sees another one.
 *
 * @param systemIdentifier the cluster: a server has it in common with its standbys, and
 * with no other
 * @param startedAt when its postmaster was started, to the microsecond, as it says itself
 * @since 0.1.0
 */
public record ServerInstance(String systemIdentifier, String startedAt) {

}
