-- The secret of a webhook before the last replacement, which signs beside the new one for a while. Run by the owner.

ALTER TABLE notice_webhook
  ADD COLUMN former_secret_sealed BYTEA,
  ADD COLUMN former_secret_until TIMESTAMPTZ(3),
  ADD CONSTRAINT notice_webhook_former_secret_ends
    CHECK ((former_secret_sealed IS NULL) = (former_secret_until IS NULL));
