package io.github.jujupgsql.test;

import java.util.List;

/**
 * A real PostgreSQL: a master and hot standbys that stream from it, on the loopback
 * interface of this machine. Nothing has to be installed: the programs come from Maven
 * artifacts, of the version that is on the class path.
 * <p>
 * There are an application's user and database, as a charm makes them: the user owns the
 * database, and everybody, also the superuser and the standbys, authenticates with a
 * password by SCRAM.
 * <p>
 * Commits are real: {@code synchronous_commit} is on, and what a server has confirmed
 * survives {@link PgsqlServer#crash()}, since the operating system has it. Only
 * {@code fsync} is off: a machine that loses its power may lose data.
 * <p>
 * Safe for use by several threads; changes of the cluster happen one after the other.
 * What takes more than 30 seconds fails with an {@link IllegalStateException}.
 *
 * @since 0.1.0
 */
public final class PgsqlCluster implements AutoCloseable {

	private final ClusterControl control;

	PgsqlCluster(ClusterOptions options) {
		this.control = new ClusterControl(this, options);
		this.control.start();
	}

	/**
	 * Start a cluster with the defaults.
	 * @param standbys how many standbys
	 * @return the cluster
	 */
	public static PgsqlCluster start(int standbys) {
		return builder().standbys(standbys).start();
	}

	/**
	 * Say what kind of cluster to start.
	 * @return a builder
	 */
	public static PgsqlClusterBuilder builder() {
		return new PgsqlClusterBuilder();
	}

	/**
	 * Return the server that is the master now.
	 * @return the server, which may be down
	 */
	public PgsqlServer master() {
		return this.control.members().master();
	}

	/**
	 * Return the servers that are standbys now.
	 * @return the servers, which may be down
	 */
	public List<PgsqlServer> standbys() {
		return this.control.members().standbys();
	}

	/**
	 * Return the servers that are former masters now: promoted away from, and not yet
	 * {@linkplain #rejoin rejoined}.
	 * @return the servers, which may be down, or still take writes
	 */
	public List<PgsqlServer> formerMasters() {
		return this.control.members().former();
	}

	/**
	 * Return the master and the standbys.
	 * @return the master first
	 */
	public List<PgsqlServer> servers() {
		return this.control.members().servers();
	}

	/**
	 * Return the name of the application's database.
	 * @return the name, {@code notes} unless told
	 */
	public String database() {
		return home().database();
	}

	/**
	 * Return the name of the application's user.
	 * @return the name of now
	 */
	public String user() {
		return home().user().name();
	}

	/**
	 * Return the password of the application's user.
	 * @return the password of now
	 */
	public String password() {
		return home().user().password();
	}

	/**
	 * Return the version of PostgreSQL.
	 * @return for example {@code 18.6}
	 */
	public String version() {
		return this.control.version();
	}

	/**
	 * Return the standby that has received the most, which is the one to promote when the
	 * master is dead: it has all that was committed, if the cluster is synchronous, and
	 * the others can follow it.
	 * @return one of {@link #standbys()} that runs and answers
	 * @throws IllegalStateException if there is none
	 */
	public PgsqlServer mostAdvancedStandby() {
		return this.control.change(Replication::mostAdvancedStandby);
	}

	/**
	 * Make a standby the master ({@code pg_promote}). Sessions on it stay, and can write
	 * afterwards. The other standbys follow it; one that had received more than it is
	 * made anew. What becomes of the former master is left to the caller: if it runs, it
	 * goes on as it is, and takes writes that are on no server that counts. A cluster
	 * that is synchronous stays so, unless no standby is left; then it is again with the
	 * next one. Also the former master does, whose standbys are gone: commits on it do
	 * not return.
	 * @param standby one of {@link #standbys()}, which must run
	 * @return the standby
	 */
	public PgsqlServer promote(PgsqlServer standby) {
		return this.control.change((replication) -> replication.promote(standby));
	}

	/**
	 * Make a server a standby of the master: with a fresh copy of the master's data,
	 * under its old address. For a former master, and for a standby that cannot follow.
	 * @param server a server of this cluster, other than the master
	 */
	public void rejoin(PgsqlServer server) {
		this.control.make((replication) -> replication.rejoin(server));
	}

	/**
	 * Add a standby, and wait until it streams.
	 * @return the new standby
	 */
	public PgsqlServer addStandby() {
		return this.control.change((replication) -> replication.add(1)).get(0);
	}

	/**
	 * End a standby, and delete it.
	 * @param standby one of {@link #standbys()}
	 */
	public void removeStandby(PgsqlServer standby) {
		this.control.make((replication) -> replication.remove(standby));
	}

	/**
	 * Give the application's user a new random password. Sessions go on. Standbys learn
	 * the new password when they have replayed it, see {@link #awaitReplayed()}.
	 */
	public void rotatePassword() {
		rotatePassword(Passwords.random());
	}

	/**
	 * Give the application's user a new password.
	 * @param newPassword the password
	 * @see #rotatePassword()
	 */
	public void rotatePassword(String newPassword) {
		this.control.make((replication) -> home().user().changePassword(master(), newPassword));
	}

	/**
	 * Give the application another user with a new random password, as happens when a
	 * relation is removed and integrated again. The new user may do what the former one
	 * may, who cannot log in any more. Sessions go on. Standbys learn it when they have
	 * replayed it, see {@link #awaitReplayed()}.
	 * @param newUser the name of the new user
	 */
	public void changeUser(String newUser) {
		this.control.make((replication) -> home().user().replace(master(), newUser));
	}

	/**
	 * Make all servers speak TLS, or show another certificate, to whoever connects from
	 * now on. Sessions go on, and whoever does not ask for TLS is let in without.
	 * @param certificate the certificate as PEM text
	 * @param key its key as PEM text, without a password
	 */
	public void tls(String certificate, String key) {
		this.control.make((replication) -> replication.tls(certificate, key));
	}

	/**
	 * Switch synchronous replication on or off, and wait until it is in force: a commit
	 * then waits until one standby, whichever, has it on its disk. Without a standby it
	 * is off until there is one. A master that is down learns it when it is started.
	 * @param on whether commits wait
	 */
	public void synchronous(boolean on) {
		this.control.make((replication) -> replication.synchronous(on));
	}

	/**
	 * Wait until every standby streams.
	 * @throws IllegalStateException if one does not, for example because it is down
	 */
	public void awaitStreaming() {
		this.control.replication().awaitStreaming();
	}

	/**
	 * Wait until every standby has replayed what is committed on the master now.
	 * @throws IllegalStateException if one has not, for example because it is down
	 */
	public void awaitReplayed() {
		this.control.replication().awaitReplayed();
	}

	ClusterHome home() {
		return this.control.home();
	}

	/**
	 * End all servers, former masters included, and delete them. Returns when nothing is
	 * left. Can be called more than once, also by several threads; what others do with
	 * the cluster meanwhile fails.
	 */
	@Override
	public void close() {
		this.control.close();
	}

	@Override
	public String toString() {
		ClusterMembers now = this.control.members();
		return "PostgreSQL " + version() + ", master " + now.master() + ", standbys " + now.standbys();
	}

}
