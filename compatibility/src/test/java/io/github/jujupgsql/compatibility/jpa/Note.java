package io.github.jujupgsql.compatibility.jpa;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.jspecify.annotations.Nullable;

@Entity
class Note {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private @Nullable Long id;

	private String text;

	@SuppressWarnings("NullAway.Init")
	protected Note() {
	}

	Note(String text) {
		this.text = text;
	}

	@Nullable Long getId() {
		return this.id;
	}

	String getText() {
		return this.text;
	}

}
