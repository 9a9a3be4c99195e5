-- What the client called the request that stored the note: PostgreSQL sees to it that there is one note for each
ALTER TABLE notes ADD COLUMN idempotency_key text UNIQUE;
