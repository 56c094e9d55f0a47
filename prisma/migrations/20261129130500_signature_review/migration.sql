-- What a person found out about signatures that nobody recorded (ADR 58). Run by the owner.

ALTER TABLE unmatched_signature
  ADD COLUMN reviewed_at TIMESTAMPTZ(3),
  ADD COLUMN reviewed_by TEXT,
  ADD COLUMN review_note TEXT,
  ADD CONSTRAINT unmatched_signature_review_whole CHECK (
    (reviewed_at IS NULL) = (reviewed_by IS NULL) AND (reviewed_at IS NULL) = (review_note IS NULL)),
  ADD CONSTRAINT unmatched_signature_reviewed_alarm CHECK (reviewed_at IS NULL OR audited_at IS NOT NULL);
