-- Notices to staff, written in the transaction of their cause: a change that is rolled back leaves none, and one that is
-- committed is never without. A job sends them. Run by the owner.

CREATE TABLE notice (
  id         UUID           NOT NULL,
  kind       TEXT           NOT NULL,
  once_key   TEXT,
  title      TEXT           NOT NULL,
  body       TEXT           NOT NULL,
  what_to_do TEXT           NOT NULL,
  path       TEXT           NOT NULL,
  ods_codes  TEXT[]         NOT NULL,
  staff_id   UUID,
  created_at TIMESTAMPTZ(3) NOT NULL,
  -- When a worker decided who receives it.
  addressed_at TIMESTAMPTZ(3),
  CONSTRAINT notice_pkey PRIMARY KEY (id),
  CONSTRAINT notice_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT notice_kind_known CHECK (kind IN
    ('approval-requested', 'approval-decided', 'sro', 'emergency-stop', 'expiry', 'job-failed', 'alarm')),
  CONSTRAINT notice_texts_short CHECK (
    length(title) BETWEEN 1 AND 200 AND length(body) <= 2000 AND length(what_to_do) BETWEEN 1 AND 1000),
  CONSTRAINT notice_path_of_console CHECK (path ~ '^/[^/\\]' AND length(path) <= 500)
);
-- Asking twice for the same notice keeps one.
CREATE UNIQUE INDEX notice_once ON notice (once_key);
CREATE INDEX notice_newest ON notice (created_at DESC, id DESC);
CREATE INDEX notice_not_addressed ON notice (created_at) WHERE addressed_at IS NULL;
