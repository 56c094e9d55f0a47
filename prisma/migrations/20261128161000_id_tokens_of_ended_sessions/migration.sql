-- An ID token opens no session once a session that it opened has ended. Run by the owner.

-- SHA-256 of what the token signs. Null in combined authentication, and where the session could not be opened.
ALTER TABLE user_session ADD COLUMN id_token_hash TEXT;
ALTER TABLE user_session ADD CONSTRAINT user_session_id_token_hash_format CHECK (id_token_hash ~ '^[0-9a-f]{64}$');
CREATE INDEX user_session_id_token ON user_session (id_token_hash) WHERE id_token_hash IS NOT NULL;
