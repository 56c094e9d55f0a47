-- Signing keys whose KMS keys are deleted: listed once a month, approved by two people, scheduled by a job. Run by the owner.

-- What is decided of a key, and how far it is, is part of the story of the key, and so of its history.
ALTER TABLE signing_key
  -- The list under which two people approved its deletion; taken back to null if the deletion is cancelled.
  ADD COLUMN deletion_list         TEXT,
  -- When KMS deletes it. Set before KMS is called, so that a run that dies leaves no deletion that nobody knows.
  ADD COLUMN deletes_at            TIMESTAMPTZ(3),
  -- When KMS confirmed it.
  ADD COLUMN deletion_scheduled_at TIMESTAMPTZ(3),
  ADD CONSTRAINT signing_key_deleted_after_disabled CHECK (
    num_nonnulls(deletion_list, deletes_at) = 0 OR (state = 'REMOVED' AND disabled_at IS NOT NULL)),
  ADD CONSTRAINT signing_key_scheduled_with_date CHECK (deletion_scheduled_at IS NULL OR deletes_at IS NOT NULL);

-- At most one a month.
CREATE TABLE key_deletion_list (
  month       TEXT           NOT NULL,
  proposed_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT key_deletion_list_pkey PRIMARY KEY (month),
  CONSTRAINT key_deletion_list_month_format CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$')
);

CREATE TABLE key_deletion (
  month      TEXT NOT NULL,
  kid        TEXT NOT NULL,
  state      TEXT NOT NULL DEFAULT 'listed',
  reason     TEXT,
  decided_by TEXT,
  decided_at TIMESTAMPTZ(3),
  CONSTRAINT key_deletion_pkey PRIMARY KEY (month, kid),
  CONSTRAINT key_deletion_month_fkey FOREIGN KEY (month) REFERENCES key_deletion_list (month)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT key_deletion_kid_fkey FOREIGN KEY (kid) REFERENCES signing_key (kid) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT key_deletion_state_known CHECK (state IN ('listed', 'struck', 'dropped', 'cancelled')),
  -- Whoever takes a key off says why.
  CONSTRAINT key_deletion_off_with_reason CHECK (
    (state = 'listed') = (reason IS NULL) AND num_nonnulls(reason, decided_by, decided_at) IN (0, 3))
);
