package io.github.jujupgsql.sample.live;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What whoever connects later has to know: the present pictures, and of all else what
 * happened lately. Not safe for use by several threads.
 */
final class LiveHistory {

	/** Of one name. */
	private static final int LENGTH = 300;

	private final Map<String, LiveMessage> pictures = new HashMap<>();

	private final Map<String, Deque<LiveMessage>> happenings = new HashMap<>();

	void picture(LiveMessage message) {
		this.pictures.put(message.name(), message);
	}

	boolean isPicture(String name, String json) {
		LiveMessage known = this.pictures.get(name);
		return known != null && known.json().equals(json);
	}

	void happened(LiveMessage message) {
		Deque<LiveMessage> same = this.happenings.computeIfAbsent(message.name(), (name) -> new ArrayDeque<>());
		same.addLast(message);
		if (same.size() > LENGTH) {
			same.removeFirst();
		}
	}

	/**
	 * Return what was told after a message.
	 * @param number the message's number; 0 for all
	 * @return the messages in their order
	 */
	List<LiveMessage> after(long number) {
		return Stream.concat(this.pictures.values().stream(), this.happenings.values().stream().flatMap(Deque::stream))
			.filter((message) -> message.number() > number)
			.sorted(Comparator.comparingLong(LiveMessage::number))
			.toList();
	}

}
