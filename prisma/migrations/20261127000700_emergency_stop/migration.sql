-- Emergency stops: by one person, at once; looked at by another afterwards. Rows are never deleted.

CREATE TABLE emergency_stop (
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  environment TEXT,
  ods_codes TEXT[],
  state_before TEXT NOT NULL,
  reason TEXT NOT NULL,
  stopped_by TEXT NOT NULL,
  stopped_by_staff UUID,
  stopped_at TIMESTAMPTZ(3) NOT NULL,
  lifted_by TEXT,
  lifted_at TIMESTAMPTZ(3),
  lift_reason TEXT,
  reviewed_by TEXT,
  reviewed_by_staff UUID,
  reviewed_at TIMESTAMPTZ(3),
  review_note TEXT,
  CONSTRAINT emergency_stop_pkey PRIMARY KEY (id)
);
CREATE INDEX emergency_stop_stopped_at ON emergency_stop(stopped_at);

ALTER TABLE emergency_stop
  ADD CONSTRAINT emergency_stop_stopped_by_staff_fkey
    FOREIGN KEY (stopped_by_staff) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT emergency_stop_reviewed_by_staff_fkey
    FOREIGN KEY (reviewed_by_staff) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT emergency_stop_kind_known CHECK (kind IN ('organisation', 'application', 'client')),
  ADD CONSTRAINT emergency_stop_reviewed_by_another CHECK (
    reviewed_at IS NULL
    OR (reviewed_by_staff IS NOT NULL AND reviewed_by_staff IS DISTINCT FROM stopped_by_staff)
  );
CREATE UNIQUE INDEX emergency_stop_one_standing ON emergency_stop (kind, target) WHERE lifted_at IS NULL;
CREATE TRIGGER registry_no_truncate BEFORE TRUNCATE ON emergency_stop
  FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always('registry_no_truncate');
