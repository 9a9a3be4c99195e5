package io.github.jujupgsql.sample;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

import io.github.jujupgsql.dao.UnknownOutcomeException;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;

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

	/**
	 * Store a note. If the connection is lost in the commit, it may be stored or not, and
	 * nobody can tell: this is not repeated.
	 */
	@RetryableTransaction
	Served<Note> add(String text) {
		return this.primary
			.call((jdbc) -> jdbc.sql("INSERT INTO notes (text) VALUES (:text) RETURNING id, text, created_at")
				.param("text", text)
				.query(NoteRepository::note)
				.single());
	}

	/**
	 * Store a note unless there is one with this key, and return the one that is there
	 * then. So this may be repeated also when the commit may have been carried out. An
	 * update that changes nothing makes PostgreSQL return the row that is there.
	 */
	@RetryableTransaction(includes = { TransientDataAccessException.class, CannotCreateTransactionException.class,
			UnknownOutcomeException.class })
	Served<Note> add(String text, IdempotencyKey key) {
		return this.primary.call((jdbc) -> jdbc.sql("""
				INSERT INTO notes (text, idempotency_key) VALUES (:text, :key)
				ON CONFLICT (idempotency_key) DO UPDATE SET idempotency_key = EXCLUDED.idempotency_key
				RETURNING id, text, created_at""")
			.param("text", text)
			.param("key", key.value())
			.query(NoteRepository::note)
			.single());
	}

	/**
	 * Read the newest notes.
	 * @param limit how many
	 * @param before only those older than the one with this id
	 * @param words only those with these words, as {@code websearch_to_tsquery} reads
	 * them
	 */
	@RetryableTransaction
	Served<List<Note>> newest(int limit, long before, @Nullable String words) {
		String matching = (words != null) ? "AND to_tsvector('simple', text) @@ websearch_to_tsquery('simple', :words)"
				: "";
		return this.replicas.call((jdbc) -> jdbc
			.sql("SELECT id, text, created_at FROM notes WHERE id < :before " + matching
					+ " ORDER BY id DESC LIMIT :limit")
			.param("before", before)
			.param("words", words)
			.param("limit", limit)
			.query(NoteRepository::note)
			.list());
	}

	@RetryableTransaction
	Served<Optional<Note>> find(long id) {
		return this.replicas.call((jdbc) -> jdbc.sql("SELECT id, text, created_at FROM notes WHERE id = :id")
			.param("id", id)
			.query(NoteRepository::note)
			.optional());
	}

	@RetryableTransaction
	Served<Long> count() {
		return this.replicas.call((jdbc) -> jdbc.sql("SELECT count(*) FROM notes").query(Long.class).single());
	}

	private static Note note(ResultSet row, int number) throws SQLException {
		return new Note(row.getLong("id"), row.getString("text"),
				row.getObject("created_at", OffsetDateTime.class).toInstant());
	}

}
