package io.github.jujupgsql.role;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a server answered when it was asked for its role, or why it did not.
 *
 * @param kind what it comes to
 * @param sqlState the SQLSTATE of the failure; otherwise empty
 * @param reason why there was no answer, on one line; otherwise empty
 * @param identity who has answered, or {@code null} if that is not known
 * @since 0.1.0
 */
public record ProbeAnswer(Kind kind, String sqlState, String reason, @Nullable ServerIdentity identity) {

	/**
	 * Create an answer that does not tell who has given it.
	 * @param kind what it comes to
	 * @param sqlState the SQLSTATE of the failure; otherwise empty
	 * @param reason why there was no answer, on one line; otherwise empty
	 */
	public ProbeAnswer(Kind kind, String sqlState, String reason) {
		this(kind, sqlState, reason, null);
	}

	/**
	 * Return an answer that needs no reason.
	 * @param kind what it comes to
	 * @return the answer
	 */
	public static ProbeAnswer of(Kind kind) {
		return new ProbeAnswer(kind, "", "");
	}

	/**
	 * Return that there was no answer in time.
	 * @param waited how long one was waited for
	 * @return the answer
	 */
	public static ProbeAnswer unanswered(Duration waited) {
		return new ProbeAnswer(Kind.UNREACHABLE, "", "no answer within " + waited.toMillis() + " ms");
	}

	/**
	 * Return whether another answer means the same, whatever its words.
	 * @param other another answer
	 * @return whether the kind and the SQLSTATE are the same
	 */
	boolean isOfSameKind(ProbeAnswer other) {
		return this.kind == other.kind && this.sqlState.equals(other.sqlState);
	}

	/**
	 * What an answer comes to.
	 */
	public enum Kind {

		/** The server is not in recovery. */
		NOT_IN_RECOVERY,

		/** The server is in recovery: a standby. */
		IN_RECOVERY,

		/** The server does not know this user or this password. */
		CREDENTIALS_REFUSED,

		/** The server is alive and lets no connection in now, for another reason. */
		REFUSED,

		/** It lets in, and refuses what every connection is set up with. */
		SET_UP_REFUSED,

		/** There was no answer, or not in time. */
		UNREACHABLE,

		/** The question failed on this side. */
		NOT_ASKED;

		/**
		 * Return whether the server has said which role it has.
		 */
		boolean tellsRole() {
			return this == NOT_IN_RECOVERY || this == IN_RECOVERY;
		}

		/**
		 * Return whether the server has said something.
		 */
		boolean isFromServer() {
			return this != UNREACHABLE && this != NOT_ASKED;
		}

	}

}
