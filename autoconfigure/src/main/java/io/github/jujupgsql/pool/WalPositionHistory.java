package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far the primary had written its log, and when. A standby lags by the time since
 * when there was something that it has not replayed, so a primary that writes nothing
 * makes no standby lag. Not by the standbys' clocks alone: one that has lost its
 * connection believes that it is up to date.
 * <p>
 * Confined to the thread that assigns roles.
 */
final class WalPositionHistory {

	private static final int SIZE = 600;

	private final Deque<Position> positions = new ArrayDeque<>();

	void add(long nanos, long written) {
		if (!this.positions.isEmpty() && this.positions.getLast().written() > written) {
			// another server, whose history left the former one's before its end
			this.positions.clear();
		}
		if (this.positions.size() == SIZE) {
			this.positions.removeFirst();
		}
		this.positions.add(new Position(nanos, written));
	}

	/**
	 * Work out a standby's lag.
	 * @param replay how far it is
	 * @return the lag, as of when the primary was last asked
	 */
	Duration lagOf(ReplayPosition replay) {
		Duration age = replay.age();
		if (this.positions.isEmpty()) {
			return (age == null || replay.caughtUp()) ? Duration.ZERO : age;
		}
		Position latest = this.positions.getLast();
		if (replay.position() >= latest.written()) {
			return Duration.ZERO;
		}
		Position had = this.positions.getFirst();
		boolean known = had.written() <= replay.position();
		for (Position position : this.positions) {
			if (position.written() > replay.position()) {
				break;
			}
			had = position;
		}
		Duration sinceThen = Duration.ofNanos(latest.nanos() - had.nanos());
		if (age == null) {
			return sinceThen;
		}
		// what was committed a moment ago is on its way, although the primary was asked
		// a second before that
		return (known && sinceThen.compareTo(age) < 0) ? sinceThen : age;
	}

	private record Position(long nanos, long written) {

	}

}
