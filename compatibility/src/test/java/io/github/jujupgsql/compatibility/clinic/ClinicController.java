package io.github.jujupgsql.compatibility.clinic;

import java.util.List;
import java.util.Objects;

import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ClinicController {

	private final Owners owners;

	private final Vets vets;

	ClinicController(Owners owners, Vets vets) {
		this.owners = owners;
		this.vets = vets;
	}

	@GetMapping("/vets")
	List<String> vets() {
		return this.vets.findAll().stream().map(Vet::getName).toList();
	}

	@PostMapping("/owners")
	Long addOwner(@RequestBody String name) {
		Owner owner = new Owner(name);
		owner.getPets().add(new Pet("the pet of " + name));
		return Objects.requireNonNull(this.owners.save(owner).getId());
	}

	@PostMapping("/owners/{id}/visits")
	@Transactional
	public void addVisit(@PathVariable long id, @RequestBody String description) {
		Pet pet = this.owners.findById(id).orElseThrow().getPets().get(0);
		pet.getVisits().add(new Visit(description));
	}

	@GetMapping("/owners/{id}")
	String owner(@PathVariable long id) {
		return this.owners.findById(id).orElseThrow().getName();
	}

}
