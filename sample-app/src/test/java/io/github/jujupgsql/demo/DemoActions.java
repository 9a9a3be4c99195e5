package io.github.jujupgsql.demo;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * Has one thing at a time happen to the servers, and knows which ones make sense now.
 */
final class DemoActions {

	private static final Logger log = LoggerFactory.getLogger(DemoActions.class);

	private final DemoServers servers;

	private final ReentrantLock changes = new ReentrantLock();

	private volatile DemoAction present;

	DemoActions(DemoServers servers) {
		this.servers = servers;
	}

	/**
	 * Return what happens at the moment, if anything does.
	 */
	DemoAction present() {
		return this.present;
	}

	/**
	 * Return why something makes no sense now.
	 * @return a sentence, empty if it does make sense
	 */
	String whyNot(DemoAction action) {
		int standbys = this.servers.cluster().standbys().size();
		boolean former = !this.servers.cluster().formerMasters().isEmpty();
		return switch (action) {
			case SWITCH_OVER, CRASH, HANG, PROMOTE_QUIETLY ->
				unless(standbys > 0, "There is no standby to promote: add one, or bring the former master back.");
			case REJOIN -> unless(former, "There is no former master: fail over first.");
			case ADD_STANDBY ->
				unless(standbys < DemoServers.MOST_STANDBYS, "There are as many standbys as this machine is to bear.");
			case REMOVE_STANDBY -> unless(standbys > 0, "There is no standby to remove.");
			case PAUSE_REPLAY -> (standbys == 0) ? "There is no standby."
					: unless(!this.servers.isAnyPaused(), "A standby is paused already.");
			case RESUME_REPLAY -> unless(this.servers.isAnyPaused(), "Every standby replays.");
			case ROTATE_PASSWORD ->
				unless(!this.servers.isAnyPaused(), "A standby that does not replay would not learn the password.");
			case WRITE_FILE ->
				unless(!this.servers.charm().stale().isEmpty(), "The file says what the cluster is already.");
			case BREAK_FILE, RESTORE -> "";
		};
	}

	private static String unless(boolean sensible, String otherwise) {
		return sensible ? "" : otherwise;
	}

	/**
	 * Have something happen.
	 * @return what has happened
	 * @throws ResponseStatusException with 409 if it makes no sense now
	 */
	String play(DemoAction action) {
		if (!this.changes.tryLock()) {
			DemoAction other = this.present;
			throw conflict("Something else goes on%s: wait for its end."
				.formatted((other != null) ? " (" + other.label() + ")" : ""));
		}
		try {
			String obstacle = whyNot(action);
			if (!obstacle.isEmpty()) {
				throw conflict(obstacle);
			}
			this.present = action;
			String message = carryOut(action);
			log.info("{}", message);
			return message;
		}
		catch (SQLException ex) {
			throw new IllegalStateException("%s: %s".formatted(action.label(), ex.getMessage()), ex);
		}
		finally {
			this.present = null;
			this.changes.unlock();
		}
	}

	private String carryOut(DemoAction action) throws SQLException {
		return switch (action) {
			case SWITCH_OVER -> this.servers.switchOver();
			case CRASH -> this.servers.crash();
			case HANG -> this.servers.hang();
			case PROMOTE_QUIETLY -> this.servers.promoteQuietly();
			case WRITE_FILE -> this.servers.writeFile();
			case BREAK_FILE -> this.servers.breakFile();
			case REJOIN -> this.servers.rejoin();
			case ADD_STANDBY -> this.servers.addStandby();
			case REMOVE_STANDBY -> this.servers.removeStandby();
			case PAUSE_REPLAY -> this.servers.pauseReplay();
			case RESUME_REPLAY -> this.servers.resumeReplay();
			case ROTATE_PASSWORD -> this.servers.rotatePassword();
			case RESTORE -> this.servers.restore();
		};
	}

	static ResponseStatusException conflict(String detail) {
		return new ResponseStatusException(HttpStatus.CONFLICT, detail);
	}

}
