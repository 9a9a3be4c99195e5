INSERT INTO vets (name) VALUES ('Ada'), ('Grace') ON CONFLICT DO NOTHING;
