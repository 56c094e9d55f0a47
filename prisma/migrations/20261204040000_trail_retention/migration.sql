-- How long records of the audit trail stay in the database, and how long they are kept at all (docs/audit.md, "Retention";
-- ADR 90). Run by the owner.

-- The row without an organisation is that of the deployment: without one, nothing is removed, ever. An organisation may
-- keep its records longer, or hold them. Who set a row, and who approved it, is in registry_change.
CREATE TABLE trail_retention (
  id          UUID     NOT NULL DEFAULT gen_random_uuid(),
  ods_code    TEXT,
  -- In months, from the end of the month in which an attempt began. Null: always.
  keep_online SMALLINT,
  retention   SMALLINT,
  -- Why nothing of the organisation may be destroyed; null: there is no hold.
  hold        TEXT,
  CONSTRAINT trail_retention_pkey PRIMARY KEY (id),
  CONSTRAINT trail_retention_ods_code_fkey FOREIGN KEY (ods_code) REFERENCES organisation (ods_code)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT trail_retention_months_possible CHECK (
    coalesce(keep_online, 1) BETWEEN 1 AND 1200 AND coalesce(retention, 1) BETWEEN 1 AND 1200),
  CONSTRAINT trail_retention_after_keep_online CHECK (
    ods_code IS NOT NULL OR retention IS NULL OR (keep_online IS NOT NULL AND retention >= keep_online)),
  CONSTRAINT trail_retention_of_deployment CHECK (ods_code IS NOT NULL OR hold IS NULL),
  CONSTRAINT trail_retention_of_organisation CHECK (
    ods_code IS NULL OR (keep_online IS NULL AND (retention IS NOT NULL OR hold IS NOT NULL))),
  CONSTRAINT trail_retention_hold_length CHECK (char_length(hold) BETWEEN 1 AND 500)
);
CREATE UNIQUE INDEX trail_retention_once ON trail_retention (ods_code) NULLS NOT DISTINCT;

CREATE TRIGGER registry_lock BEFORE INSERT OR UPDATE OR DELETE ON trail_retention
  FOR EACH STATEMENT EXECUTE FUNCTION registry_lock();
CREATE TRIGGER registry_record AFTER INSERT OR UPDATE OR DELETE ON trail_retention
  FOR EACH ROW EXECUTE FUNCTION registry_record(id);
CREATE TRIGGER registry_no_truncate BEFORE TRUNCATE ON trail_retention
  FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always('registry_no_truncate');
