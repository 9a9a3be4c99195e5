package io.github.jujupgsql.compatibility.clinic;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "vets")
class Vet {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private @Nullable Long id;

	@SuppressWarnings("NullAway.Init")
	private String name;

	@Nullable Long getId() {
		return this.id;
	}

	String getName() {
		return this.name;
	}

}
