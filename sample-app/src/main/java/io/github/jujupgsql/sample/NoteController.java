package io.github.jujupgsql.sample;

import java.net.URI;
import java.util.List;
import java.util.Map;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
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
	@ResponseStatus(HttpStatus.CREATED)
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
	ResponseEntity<List<Note>> newest(@RequestParam(defaultValue = "20") @Min(1) @Max(1000) int limit,
			@RequestParam(defaultValue = "" + Long.MAX_VALUE) @Min(1) long before,
			@RequestParam(defaultValue = "") @Size(max = 200, message = NewNote.TOO_LONG) @Pattern(
					regexp = NewNote.STORABLE, message = NewNote.NOT_STORABLE) String q) {
		Served<List<Note>> found = this.notes.newest(limit + 1, before, q.isBlank() ? null : q);
		List<Note> notes = found.value();
		if (notes.size() <= limit) {
			return ok(found.by(), notes);
		}
		List<Note> page = notes.subList(0, limit);
		return ResponseEntity.ok()
			.header(SERVED_BY, found.by())
			.header(HttpHeaders.LINK, "<%s>; rel=\"next\"".formatted(after(page.get(limit - 1))))
			.body(page);
	}

	private static String after(Note last) {
		return ServletUriComponentsBuilder.fromCurrentRequest()
			.replaceQueryParam("before", last.id())
			.build()
			.toUriString();
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
