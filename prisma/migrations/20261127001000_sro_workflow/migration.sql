-- Senior responsible owners: deputies, handover, one-time links, and their co-signature of write exceptions.

ALTER TABLE sro_appointment
  ADD COLUMN role TEXT NOT NULL DEFAULT 'owner',
  ADD COLUMN starts_on DATE,
  ADD COLUMN succeeds UUID;
ALTER TABLE sro_appointment
  ADD CONSTRAINT sro_appointment_succeeds_fkey
    FOREIGN KEY (succeeds) REFERENCES sro_appointment (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT sro_appointment_role_known CHECK (role IN ('owner', 'deputy')),
  ADD CONSTRAINT sro_appointment_starts_before_review CHECK (starts_on IS NULL OR starts_on < review_due_on);

-- An exception granted before this is not co-signed, and so closed.
ALTER TABLE write_exception
  ADD COLUMN cosigned_at TIMESTAMPTZ(3),
  ADD COLUMN cosigned_by UUID;
ALTER TABLE write_exception
  ADD CONSTRAINT write_exception_cosigned_by_fkey
    FOREIGN KEY (cosigned_by) REFERENCES sro_appointment (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT write_exception_cosigned_by_someone CHECK ((cosigned_at IS NULL) = (cosigned_by IS NULL));

CREATE TABLE sro_link (
  id TEXT NOT NULL,
  appointment_id UUID NOT NULL,
  ods_code TEXT NOT NULL,
  exception_id UUID,
  secret_hash TEXT NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  created_by TEXT NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  ended_at TIMESTAMPTZ(3),
  outcome TEXT,
  CONSTRAINT sro_link_pkey PRIMARY KEY (id)
);
CREATE INDEX sro_link_appointment ON sro_link(appointment_id);
CREATE INDEX sro_link_exception ON sro_link(exception_id);
ALTER TABLE sro_link
  ADD CONSTRAINT sro_link_appointment_id_fkey
    FOREIGN KEY (appointment_id) REFERENCES sro_appointment (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT sro_link_exception_id_fkey
    FOREIGN KEY (exception_id) REFERENCES write_exception (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT sro_link_secret_hash_format CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT sro_link_outcome_known CHECK (outcome IN ('accepted', 'declined', 'replaced')),
  ADD CONSTRAINT sro_link_ended_somehow CHECK ((ended_at IS NULL) = (outcome IS NULL)),
  ADD CONSTRAINT sro_link_expires_after_creation CHECK (expires_at > created_at);
CREATE UNIQUE INDEX sro_link_one_open ON sro_link (appointment_id, exception_id) NULLS NOT DISTINCT
  WHERE ended_at IS NULL;

CREATE TRIGGER registry_lock BEFORE INSERT OR UPDATE OR DELETE ON sro_link
  FOR EACH STATEMENT EXECUTE FUNCTION registry_lock();
CREATE TRIGGER registry_record AFTER INSERT OR UPDATE OR DELETE ON sro_link
  FOR EACH ROW EXECUTE FUNCTION registry_record(id);
CREATE TRIGGER registry_no_truncate BEFORE TRUNCATE ON sro_link
  FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always('registry_no_truncate');
