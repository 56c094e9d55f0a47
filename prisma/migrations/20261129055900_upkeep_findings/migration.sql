-- What scheduled jobs found that somebody should put right. A cause has one row as long as it lasts: the notice is written
-- with the row, so it is written once. Run by the owner.

CREATE TABLE upkeep_finding (
  key        TEXT           NOT NULL,
  watch      TEXT           NOT NULL,
  title      TEXT           NOT NULL,
  body       TEXT           NOT NULL,
  what_to_do TEXT           NOT NULL,
  path       TEXT           NOT NULL,
  ods_codes  TEXT[],
  found_at   TIMESTAMPTZ(3) NOT NULL,
  seen_at    TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT upkeep_finding_pkey PRIMARY KEY (key),
  CONSTRAINT upkeep_finding_watch_known CHECK (watch IN ('unused-client', 'deprecated-call', 'refused-sign-ins')),
  CONSTRAINT upkeep_finding_ods_codes_present CHECK (ods_codes IS NOT NULL),
  CONSTRAINT upkeep_finding_seen_after_found CHECK (seen_at >= found_at)
);
CREATE INDEX upkeep_finding_of_watch ON upkeep_finding (watch, found_at DESC, key);

ALTER TABLE notice DROP CONSTRAINT notice_kind_known;
ALTER TABLE notice ADD CONSTRAINT notice_kind_known CHECK (kind IN
  ('approval-requested', 'approval-decided', 'sro', 'emergency-stop', 'expiry', 'token-expiry', 'upkeep', 'job-failed', 'alarm'));

-- Both hold few rows of the trail, so that jobs that run again and again read no others. The lists are those of
-- libs/domain/src/upkeep; a test compares them.
CREATE INDEX event_of_deprecated ON audit.event (started_at DESC) INCLUDE (client_id, ods_code, interaction)
  WHERE kind = 'INTENT' AND interaction IN ('A006', 'A021', 'A032');
CREATE INDEX event_of_refused_sign_in ON audit.event (started_at DESC)
  WHERE kind = 'SYSTEM'
    AND coalesce(nullif(event, 'REJECTION_SUMMARY'), record #>> '{facts,code}') IN ('SIGN_IN_REJECTED', 'USER_SIGN_IN_REJECTED');
