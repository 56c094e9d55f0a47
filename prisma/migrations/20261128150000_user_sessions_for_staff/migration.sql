-- Staff look for the records and the sessions of a user. Run by the owner.

-- Of a request in the record itself, of a SYSTEM event in its facts. An index and no column: a stored column would
-- rewrite every partition of the trail.
CREATE INDEX event_by_user ON audit.event ((coalesce(record ->> 'userId', record #>> '{facts,userId}')), started_at DESC)
  WHERE coalesce(record ->> 'userId', record #>> '{facts,userId}') IS NOT NULL;

CREATE INDEX user_session_newest ON user_session (created_at DESC, id DESC);
