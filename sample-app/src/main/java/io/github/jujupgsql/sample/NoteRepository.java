package io.github.jujupgsql.sample;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/**
 * Notes, written on the primary and read on the replicas.
 */
class NoteRepository {

	private final Database primary;

	private final Database replicas;

	NoteRepository(Database primary, Database replicas) {
		this.primary = primary;
		this.replicas = replicas;
	}

	Served<Note> add(String text) {
		return this.primary
			.call((jdbc) -> jdbc.sql("INSERT INTO notes (text) VALUES (:text) RETURNING id, text, created_at")
				.param("text", text)
				.query(NoteRepository::note)
				.single());
	}

	@RetryableRead
	Served<List<Note>> newest(int limit) {
		return this.replicas
			.call((jdbc) -> jdbc.sql("SELECT id, text, created_at FROM notes ORDER BY id DESC LIMIT :limit")
				.param("limit", limit)
				.query(NoteRepository::note)
				.list());
	}

	@RetryableRead
	Served<Optional<Note>> find(long id) {
		return this.replicas.call((jdbc) -> jdbc.sql("SELECT id, text, created_at FROM notes WHERE id = :id")
			.param("id", id)
			.query(NoteRepository::note)
			.optional());
	}

	@RetryableRead
	Served<Long> count() {
		return this.replicas.call((jdbc) -> jdbc.sql("SELECT count(*) FROM notes").query(Long.class).single());
	}

	private static Note note(ResultSet row, int number) throws SQLException {
		return new Note(row.getLong("id"), row.getString("text"),
				row.getObject("created_at", OffsetDateTime.class).toInstant());
	}

}
