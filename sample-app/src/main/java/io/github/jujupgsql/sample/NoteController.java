package io.github.jujupgsql.sample;

import java.net.URI;
import java.util.List;
import java.util.Map;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

@RestController
@RequestMapping(path = "/api/notes", produces = "application/json")
class NoteController {

	static final String SERVED_BY = "X-Served-By";

	private final NoteRepository notes;

	NoteController(NoteRepository notes) {
		this.notes = notes;
	}

	@PostMapping(consumes = "application/json")
	ResponseEntity<Note> add(@Valid @RequestBody NewNote note,
			@RequestHeader(name = IdempotencyKey.HEADER, required = false) @Nullable String idempotencyKey) {
		IdempotencyKey key = IdempotencyKey.parse(idempotencyKey);
		Served<Note> stored = (key != null) ? this.notes.add(note.text(), key) : this.notes.add(note.text());
		if (!stored.value().text().equals(note.text())) {
			throw new KeyReusedException(stored.by());
		}
		URI location = ServletUriComponentsBuilder.fromCurrentRequestUri().path("/{id}").build(stored.value().id());
		return ResponseEntity.created(location).header(SERVED_BY, stored.by()).body(stored.value());
	}

	@GetMapping
	ResponseEntity<List<Note>> newest(@RequestParam(defaultValue = "20") @Min(1) @Max(1000) int limit) {
		Served<List<Note>> newest = this.notes.newest(limit);
		return ok(newest.by(), newest.value());
	}

	@GetMapping("/{id}")
	ResponseEntity<Note> find(@PathVariable long id) {
		var found = this.notes.find(id);
		return ok(found.by(), found.value().orElseThrow(() -> new NoteNotFoundException(id, found.by())));
	}

	@GetMapping("/count")
	ResponseEntity<Map<String, Long>> count() {
		Served<Long> count = this.notes.count();
		return ok(count.by(), Map.of("count", count.value()));
	}

	private static <T> ResponseEntity<T> ok(String servedBy, T body) {
		return ResponseEntity.ok().header(SERVED_BY, servedBy).body(body);
	}

}
