-- Organisations as the NHS publishes them, by ODS code, from the files that operators load. No request is decided by them.
-- Run by the owner.

CREATE TABLE ods_file (
  id            UUID           NOT NULL,
  file_name     TEXT           NOT NULL,
  sha256        TEXT           NOT NULL,
  organisations INTEGER        NOT NULL,
  added         INTEGER        NOT NULL,
  changed       INTEGER        NOT NULL,
  loaded_by     TEXT           NOT NULL,
  loaded_at     TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT ods_file_pkey PRIMARY KEY (id),
  CONSTRAINT ods_file_named CHECK (length(file_name) BETWEEN 1 AND 200 AND sha256 ~ '^[0-9a-f]{64}$'),
  CONSTRAINT ods_file_counts CHECK (
    organisations > 0 AND added >= 0 AND changed >= 0 AND added + changed <= organisations)
);
CREATE INDEX ods_file_newest ON ods_file (loaded_at DESC, id DESC);

CREATE TABLE ods_organisation (
  ods_code  TEXT    NOT NULL,
  name      TEXT    NOT NULL,
  opened_on DATE,
  closed_on DATE,
  is_closed BOOLEAN NOT NULL,
  file_id   UUID    NOT NULL,
  CONSTRAINT ods_organisation_pkey PRIMARY KEY (ods_code),
  CONSTRAINT ods_organisation_code_format CHECK (ods_code ~ '^[A-Z0-9]{1,10}$'),
  CONSTRAINT ods_organisation_name_length CHECK (length(name) BETWEEN 1 AND 200),
  CONSTRAINT ods_organisation_file_id_fkey FOREIGN KEY (file_id) REFERENCES ods_file (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
