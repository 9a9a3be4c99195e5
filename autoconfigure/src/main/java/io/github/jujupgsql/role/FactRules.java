package io.github.jujupgsql.role;

/**
 * Which rules take which fact.
 */
final class FactRules implements FactHandler {

	private final Draft draft;

	private final Probing probing;

	private final AnswerRules answers;

	FactRules(Draft draft) {
		this.draft = draft;
		this.probing = new Probing(draft);
		this.answers = new AnswerRules(draft, this.probing);
	}

	@Override
	public void on(Fact.RelationRead fact) {
		new RelationRules(this.draft, this.probing).follow(fact);
	}

	@Override
	public void on(Fact.Answered fact) {
		this.answers.answered(fact);
	}

	@Override
	public void on(Fact.ProbeOverdue fact) {
		this.answers.overdue(fact);
	}

	@Override
	public void on(Fact.ProbeDue fact) {
		this.probing.due(fact);
	}

	@Override
	public void on(Fact.WarmedUp fact) {
		this.answers.warmedUp(fact);
	}

	@Override
	public void on(Fact.Suspected fact) {
		this.probing.suspected(fact);
	}

	@Override
	public void on(Fact.LagMeasured fact) {
		new ReplicaRules(this.draft, this.probing).lagMeasured(fact);
	}

	@Override
	public void on(Fact.WithdrawalDue fact) {
		new LeavingRules(this.draft).withdrawalDue(fact, this.probing);
	}

	@Override
	public void on(Fact.PoolClosed fact) {
		new LeavingRules(this.draft).closed(fact);
	}

	@Override
	public void on(Fact.PoolsSeen fact) {
		new ReplicaRules(this.draft, this.probing).seen(fact);
		this.answers.seen(fact);
	}

	@Override
	public void on(Fact.LedElsewhere fact) {
		this.answers.ledElsewhere(fact);
	}

	@Override
	public void on(Fact.Indistinct fact) {
		this.answers.indistinct(fact);
	}

	@Override
	public void on(Fact.Paused fact) {
		this.draft.paused = true;
	}

	@Override
	public void on(Fact.Resumed fact) {
		this.draft.paused = false;
		this.draft.servers()
			.stream()
			.filter((server) -> !server.state().hasLeft())
			.forEach((server) -> this.draft.then(Step.GIVE_ROLE,
					new PassingEffect.Resume(server.id(), this.draft.isPrimary(server))));
		this.probing.askUnsettled();
	}

	@Override
	public void on(Fact.Recovered fact) {
		this.probing.askUnsettled();
	}

}
