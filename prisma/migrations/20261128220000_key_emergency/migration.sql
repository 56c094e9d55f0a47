-- Keys that one person disabled at once, and the review of it by another. Run by the owner.

CREATE TABLE key_emergency (
  id                UUID           NOT NULL,
  kid               TEXT           NOT NULL,
  ods_codes         TEXT[],
  reason            TEXT           NOT NULL,
  disabled_by       TEXT           NOT NULL,
  disabled_by_staff UUID,
  disabled_at       TIMESTAMPTZ(3) NOT NULL,
  -- Null: KMS has refused, or was away.
  kms_disabled_at   TIMESTAMPTZ(3),
  -- Null: there was no standby that could sign at once.
  standby_kid       TEXT,
  reviewed_by       TEXT,
  reviewed_by_staff UUID,
  reviewed_at       TIMESTAMPTZ(3),
  review_note       TEXT,
  CONSTRAINT key_emergency_pkey PRIMARY KEY (id),
  CONSTRAINT key_emergency_kid_fkey FOREIGN KEY (kid) REFERENCES signing_key (kid) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT key_emergency_disabled_by_staff_fkey FOREIGN KEY (disabled_by_staff) REFERENCES staff (id)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT key_emergency_reviewed_by_staff_fkey FOREIGN KEY (reviewed_by_staff) REFERENCES staff (id)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT key_emergency_ods_codes_present CHECK (ods_codes IS NOT NULL),
  CONSTRAINT key_emergency_reason_present CHECK (reason ~ '\S'),
  CONSTRAINT key_emergency_review_whole CHECK (
    num_nonnulls(reviewed_by, reviewed_by_staff, reviewed_at, review_note) IN (0, 4)),
  CONSTRAINT key_emergency_reviewed_by_another CHECK (
    reviewed_by_staff IS NULL OR reviewed_by_staff IS DISTINCT FROM disabled_by_staff)
);
CREATE UNIQUE INDEX key_emergency_kid_once ON key_emergency (kid);
CREATE INDEX key_emergency_newest ON key_emergency (disabled_at DESC, id DESC);
