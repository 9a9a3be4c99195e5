package io.github.jujupgsql.role;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Something whose traces last: which servers are fenced, which roles are given and
 * published, and who leaves. It can be carried out twice, and {@link Fact.Recovered}
 * leads to it again, so it need not be remembered when it has failed.
 *
 * @since 0.1.0
 */
public sealed interface LastingEffect extends Effect {

	/**
	 * Cut off every connection to a server: nothing that is still to be sent gets there,
	 * and no answer from there is believed any more.
	 *
	 * @param server the server
	 * @param because what threads are told that lose a connection by it; empty if it is
	 * told already
	 */
	record Fence(ServerId server, String because) implements LastingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Close a pool that has been fenced, and say why it was.
	 *
	 * @param server the server
	 * @param why why
	 * @param detail more of it; may be empty
	 */
	record CloseFenced(ServerId server, FenceReason why, String detail) implements LastingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Make a server's pool the primary's.
	 *
	 * @param server the server
	 */
	record GivePrimaryRole(ServerId server) implements LastingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Give the connection back on which a server has just said what it is.
	 *
	 * @param server the server
	 */
	record ReturnProbeConnection(ServerId server) implements LastingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Let borrowers see who plays which role.
	 *
	 * @param roles the roles
	 */
	record Publish(RoleAssignment roles) implements LastingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Make a server's pool a replica's.
	 *
	 * @param server the server
	 * @param fill whether to open connections in advance
	 */
	record GiveReplicaRole(ServerId server, boolean fill) implements LastingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Tell what has become of the roles.
	 *
	 * @param roles the roles
	 * @param cause why the primary is another one, if it is
	 * @param since when what led to it happened, as of {@link System#nanoTime()}
	 */
	record TellRoles(RoleAssignment roles, PrimaryCause cause, long since) implements LastingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Let work in flight finish, then close the pool.
	 *
	 * @param server the server
	 */
	record Drain(ServerId server) implements LastingEffect {

		@Override
		public void perform(Effect.Performer performer) {
			performer.perform(this);
		}

	}

	/**
	 * Why a server is fenced.
	 */
	enum FenceReason {

		/** Another server is the primary. */
		DEPOSED(""),

		/** It serves reads and does not answer. */
		SICK("it does not answer"),

		/** It is the primary and has not answered for too long. */
		SILENT("it has not answered for too long"),

		/** The relation has withdrawn it and named no other master in time. */
		WITHDRAWN("the relation has withdrawn it");

		private final String text;

		FenceReason(String text) {
			this.text = text;
		}

		/**
		 * Return why, as the end of a sentence.
		 * @param detail more of it; may be empty
		 */
		String because(String detail) {
			return Stream.of(this.text, detail).filter((part) -> !part.isEmpty()).collect(Collectors.joining(": "));
		}

	}

	/**
	 * Carries out each of them.
	 */
	interface Performer {

		void perform(Fence effect);

		void perform(GivePrimaryRole effect);

		void perform(GiveReplicaRole effect);

		void perform(ReturnProbeConnection effect);

		void perform(Publish effect);

		void perform(TellRoles effect);

		void perform(CloseFenced effect);

		void perform(Drain effect);

	}

}
