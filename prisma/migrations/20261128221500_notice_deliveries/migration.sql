-- Who receives notices, by what way, and what became of each delivery. Run by the owner.

ALTER TABLE notice ADD COLUMN except_staff_id UUID
  CONSTRAINT notice_except_staff_id_fkey REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT;
-- Only people with one of these roles receive it; empty: with any.
ALTER TABLE notice ADD COLUMN roles TEXT[] NOT NULL DEFAULT '{}';

-- Kinds that a person does not want. Without a row they are sent.
CREATE TABLE notice_choice (
  staff_id UUID    NOT NULL,
  kind     TEXT    NOT NULL,
  email    BOOLEAN NOT NULL,
  CONSTRAINT notice_choice_pkey PRIMARY KEY (staff_id, kind),
  CONSTRAINT notice_choice_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE notice_webhook (
  id            UUID           NOT NULL,
  url           TEXT           NOT NULL,
  kinds         TEXT[]         NOT NULL,
  secret_sealed BYTEA          NOT NULL,
  created_by    TEXT           NOT NULL,
  created_at    TIMESTAMPTZ(3) NOT NULL,
  ended_by      TEXT,
  ended_at      TIMESTAMPTZ(3),
  CONSTRAINT notice_webhook_pkey PRIMARY KEY (id),
  CONSTRAINT notice_webhook_https CHECK (url LIKE 'https://%' AND length(url) <= 500),
  CONSTRAINT notice_webhook_ended_by_somebody CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX notice_webhook_one_of_url ON notice_webhook (url) WHERE ended_at IS NULL;

CREATE TABLE notice_delivery (
  id         UUID           NOT NULL,
  notice_id  UUID           NOT NULL,
  -- One of the two.
  staff_id   UUID,
  webhook_id UUID,
  state      TEXT           NOT NULL,
  attempts   INTEGER        NOT NULL DEFAULT 0,
  cause      TEXT,
  due_at     TIMESTAMPTZ(3) NOT NULL,
  -- While it is being sent: then another worker may try, since the one that had it is gone.
  claimed_until TIMESTAMPTZ(3),
  ended_at   TIMESTAMPTZ(3),
  CONSTRAINT notice_delivery_pkey PRIMARY KEY (id),
  CONSTRAINT notice_delivery_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notice (id) ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT notice_delivery_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT notice_delivery_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES notice_webhook (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT notice_delivery_state_known CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
  CONSTRAINT notice_delivery_to_one CHECK ((staff_id IS NULL) <> (webhook_id IS NULL)),
  CONSTRAINT notice_delivery_claimed CHECK ((claimed_until IS NOT NULL) = (state = 'sending')),
  CONSTRAINT notice_delivery_ended CHECK ((ended_at IS NOT NULL) = (state IN ('sent', 'failed'))),
  CONSTRAINT notice_delivery_failed_with_cause CHECK (state <> 'failed' OR cause IS NOT NULL)
);
CREATE UNIQUE INDEX notice_delivery_once_to_person ON notice_delivery (notice_id, staff_id);
CREATE UNIQUE INDEX notice_delivery_once_to_webhook ON notice_delivery (notice_id, webhook_id);
CREATE INDEX notice_delivery_due ON notice_delivery (due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX notice_delivery_failed ON notice_delivery (ended_at) WHERE state = 'failed';
