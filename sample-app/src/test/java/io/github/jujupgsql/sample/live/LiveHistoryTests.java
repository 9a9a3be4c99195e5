package io.github.jujupgsql.sample.live;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LiveHistoryTests {

	private final LiveHistory history = new LiveHistory();

	@Test
	void whoComesLateGetsThePresentPicturesAndWhatHappenedInOrder() {
		this.history.picture(new LiveMessage(1, "state", "old"));
		this.history.happened(new LiveMessage(2, "event", "first"));
		this.history.picture(new LiveMessage(3, "state", "new"));
		this.history.happened(new LiveMessage(4, "traffic", "some"));
		assertThat(this.history.after(0)).extracting(LiveMessage::json).containsExactly("first", "new", "some");
		assertThat(this.history.after(3)).extracting(LiveMessage::json).containsExactly("some");
		assertThat(this.history.after(4)).isEmpty();
	}

	@Test
	void pictureThatHasNotChangedIsKnown() {
		this.history.picture(new LiveMessage(1, "state", "one"));
		assertThat(this.history.isPicture("state", "one")).isTrue();
		assertThat(this.history.isPicture("state", "another")).isFalse();
		assertThat(this.history.isPicture("demo", "one")).isFalse();
	}

	@Test
	void muchOfOneKindDoesNotPushOutAnother() {
		this.history.happened(new LiveMessage(1, "event", "long ago"));
		for (int i = 2; i < 2000; i++) {
			this.history.happened(new LiveMessage(i, "traffic", "some"));
		}
		assertThat(this.history.after(0)).hasSizeBetween(100, 500)
			.first()
			.extracting(LiveMessage::json)
			.isEqualTo("long ago");
	}

}
