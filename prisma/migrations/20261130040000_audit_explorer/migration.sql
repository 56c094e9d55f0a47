-- gatehouse: indexes built while the gateway serves
-- The audit trail is searched for slow requests, for SYSTEM events and by who acted. Run by the owner.

-- The few that took a second or longer. Compared as jsonb, which never fails: a cast would reject a record.
CREATE INDEX event_slow ON audit.event (started_at DESC)
  WHERE kind IN ('OUTCOME', 'DENIED') AND record -> 'durationMs' >= '1000'::jsonb;

-- Among millions of requests, SYSTEM events are few.
CREATE INDEX event_of_system ON audit.event (started_at DESC, writer DESC, seq DESC) WHERE kind = 'SYSTEM';
CREATE INDEX event_by_event ON audit.event (event, started_at DESC) WHERE event IS NOT NULL;

-- Of a request in the record itself, of a SYSTEM event in its facts; a person by the id of their identity provider.
CREATE INDEX event_by_actor ON audit.event ((coalesce(record ->> 'actorSubject', record #>> '{facts,actorSubject}',
    record ->> 'actor', record #>> '{facts,actor}')), started_at DESC)
  WHERE coalesce(record ->> 'actorSubject', record #>> '{facts,actorSubject}', record ->> 'actor',
    record #>> '{facts,actor}') IS NOT NULL;
