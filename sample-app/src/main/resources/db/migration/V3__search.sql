-- Finds words, in any language. Parts of words would take the extension pg_trgm, which a relation has to ask for.
CREATE INDEX notes_words ON notes USING gin (to_tsvector('simple', text));
