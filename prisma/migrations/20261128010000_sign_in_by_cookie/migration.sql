-- Browsers keep the sign-ins that they began, sealed; only those that were finished are rows.

CREATE TABLE sign_in_key (
  id UUID NOT NULL,
  key_sealed BYTEA NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT sign_in_key_pkey PRIMARY KEY (id)
);

CREATE TABLE sign_in_spent (
  state_hash TEXT NOT NULL,
  spent_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT sign_in_spent_pkey PRIMARY KEY (state_hash)
);

CREATE INDEX sign_in_spent_spent_at ON sign_in_spent(spent_at);

DROP TABLE sign_in_attempt;
