package io.github.jujupgsql.role;

/**
 * Takes each kind of {@link Fact}.
 *
 * @since 0.1.0
 */
public interface FactHandler {

	void on(Fact.RelationRead fact);

	void on(Fact.Answered fact);

	void on(Fact.ProbeOverdue fact);

	void on(Fact.ProbeDue fact);

	void on(Fact.WarmedUp fact);

	void on(Fact.Suspected fact);

	void on(Fact.LagMeasured fact);

	void on(Fact.WithdrawalDue fact);

	void on(Fact.PoolClosed fact);

	void on(Fact.PoolsSeen fact);

	void on(Fact.LedElsewhere fact);

	void on(Fact.Indistinct fact);

	void on(Fact.Paused fact);

	void on(Fact.Resumed fact);

	void on(Fact.Recovered fact);

}
