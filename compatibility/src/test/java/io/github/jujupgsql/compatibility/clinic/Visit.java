package io.github.jujupgsql.compatibility.clinic;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "visits")
class Visit {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private @Nullable Long id;

	private String description;

	@SuppressWarnings("NullAway.Init")
	protected Visit() {
	}

	Visit(String description) {
		this.description = description;
	}

	@Nullable Long getId() {
		return this.id;
	}

	String getDescription() {
		return this.description;
	}

}
