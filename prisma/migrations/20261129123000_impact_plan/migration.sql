-- Ordered plans for an event, approved as a whole and carried out step by step. Run by the owner.

CREATE TABLE impact_plan (
  id            UUID           NOT NULL DEFAULT gen_random_uuid(),
  -- What the event is about: an organisation, an appointment or a signing key.
  subject       TEXT           NOT NULL,
  event         JSONB          NOT NULL,
  -- As approved: each with what Gatehouse carries out, the rows that this writes, and their hash.
  steps         JSONB          NOT NULL,
  -- That the steps change.
  environments  TEXT[],
  reason        TEXT,
  authorised_by TEXT           NOT NULL,
  authorised_at TIMESTAMPTZ(3) NOT NULL,
  ended_at      TIMESTAMPTZ(3),
  ended_by      TEXT,
  ended_because TEXT,
  CONSTRAINT impact_plan_pkey PRIMARY KEY (id),
  CONSTRAINT impact_plan_environments_present CHECK (environments IS NOT NULL AND cardinality(environments) > 0),
  CONSTRAINT impact_plan_ended_with_reason CHECK (num_nonnulls(ended_at, ended_by, ended_because) IN (0, 3))
);

-- Of two plans for the same subject, one would undo what the other was approved for.
CREATE UNIQUE INDEX impact_plan_once ON impact_plan (subject) WHERE ended_at IS NULL;

CREATE TRIGGER registry_lock BEFORE INSERT OR UPDATE OR DELETE ON impact_plan
  FOR EACH STATEMENT EXECUTE FUNCTION registry_lock();
CREATE TRIGGER registry_record AFTER INSERT OR UPDATE OR DELETE ON impact_plan
  FOR EACH ROW EXECUTE FUNCTION registry_record(id);
CREATE TRIGGER registry_no_truncate BEFORE TRUNCATE ON impact_plan
  FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always('registry_no_truncate');

-- How far a plan is. What its steps changed is in the history of what they changed. No part of the registry.
CREATE TABLE impact_plan_step (
  plan_id     UUID           NOT NULL,
  step        TEXT           NOT NULL,
  outcome     TEXT           NOT NULL,
  -- Why it could not be carried out, or what the person says who ticked it off.
  note        TEXT,
  recorded_by TEXT           NOT NULL,
  recorded_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT impact_plan_step_pkey PRIMARY KEY (plan_id, step),
  CONSTRAINT impact_plan_step_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES impact_plan (id)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT impact_plan_step_outcome_known CHECK (outcome IN ('done', 'ticked', 'refused')),
  CONSTRAINT impact_plan_step_note_unless_done CHECK ((outcome = 'done') = (note IS NULL))
);
