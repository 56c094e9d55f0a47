-- What a newer e-RS specification says, as an operator recorded it: what it changes against a build is computed when it is
-- shown. Rows are added and never changed. Run by the owner.

CREATE TABLE catalogue_comparison (
  id            UUID           NOT NULL,
  version       TEXT           NOT NULL,
  file_sha256   TEXT           NOT NULL,
  specification JSONB          NOT NULL,
  recorded_by   TEXT           NOT NULL,
  recorded_at   TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT catalogue_comparison_pkey PRIMARY KEY (id),
  CONSTRAINT catalogue_comparison_of_file CHECK (
    length(version) BETWEEN 1 AND 64 AND file_sha256 ~ '^[0-9a-f]{64}$' AND length(specification::text) <= 2000000)
);
CREATE INDEX catalogue_comparison_newest ON catalogue_comparison (recorded_at DESC, id DESC);
