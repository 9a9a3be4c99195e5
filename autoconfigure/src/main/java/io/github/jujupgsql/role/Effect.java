package io.github.jujupgsql.role;

/**
 * Something to be done because of a decision. Effects are carried out in the order in
 * which a decision lists them: the order is part of the decision.
 *
 * @since 0.1.0
 */
public sealed interface Effect permits LastingEffect, ProbeEffect, PassingEffect {

	/**
	 * Have this carried out.
	 * @param performer carries it out
	 */
	void perform(Performer performer);

	/**
	 * Carries out every kind of effect.
	 */
	interface Performer extends LastingEffect.Performer, ProbeEffect.Performer, PassingEffect.Performer {

	}

}
