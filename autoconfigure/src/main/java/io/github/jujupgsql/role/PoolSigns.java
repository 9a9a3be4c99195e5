package io.github.jujupgsql.role;

/**
 * What a server's pool shows of the server without asking it.
 *
 * @param created whether there is a pool: the server has once let a connection in
 * @param open whether any connection is open
 * @param progress grows while work comes back
 * @param active how many connections are in use
 * @param queue whether threads wait for a connection
 * @param unreachable whether the server could not be reached at the last attempt
 * @param loggingIn whether the server has answered a connection that is being opened
 * @since 0.1.0
 */
public record PoolSigns(boolean created, boolean open, long progress, int active, boolean queue, boolean unreachable,
		boolean loggingIn) {

	/** Of a pool that has never been opened. */
	public static final PoolSigns NONE = new PoolSigns(false, false, 0, 0, false, false, false);

}
