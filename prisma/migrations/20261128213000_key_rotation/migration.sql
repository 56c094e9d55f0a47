-- Signing keys that rotate under a policy. Run by the owner.

-- When each of these happened is part of the story of a key, and so of its history.
ALTER TABLE signing_key
  ADD COLUMN confirmed_at TIMESTAMPTZ(3),
  ADD COLUMN proven_at    TIMESTAMPTZ(3),
  ADD COLUMN disabled_at  TIMESTAMPTZ(3),
  ADD CONSTRAINT signing_key_confirmed_after_publication CHECK (confirmed_at IS NULL OR published_at IS NOT NULL),
  ADD CONSTRAINT signing_key_proven_after_confirmation CHECK (proven_at IS NULL OR confirmed_at IS NOT NULL),
  ADD CONSTRAINT signing_key_disabled_after_use CHECK (disabled_at IS NULL OR state = 'REMOVED');

-- For the applications of an organisation and product in an environment; without an organisation, for the CIS2 client.
-- Who set a policy, and who approved it, is in registry_change.
CREATE TABLE rotation_policy (
  id          UUID     NOT NULL DEFAULT gen_random_uuid(),
  ods_code    TEXT,
  product     TEXT     NOT NULL,
  environment TEXT     NOT NULL,
  every_days  SMALLINT NOT NULL,
  CONSTRAINT rotation_policy_pkey PRIMARY KEY (id),
  CONSTRAINT rotation_policy_ods_code_fkey FOREIGN KEY (ods_code) REFERENCES organisation (ods_code)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT rotation_policy_product_fkey FOREIGN KEY (product) REFERENCES product (name)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT rotation_policy_environment_fkey FOREIGN KEY (environment) REFERENCES environment (name)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT rotation_policy_every_days_possible CHECK (every_days BETWEEN 1 AND 365)
);
CREATE UNIQUE INDEX rotation_policy_once ON rotation_policy (environment, product, ods_code) NULLS NOT DISTINCT;

CREATE TRIGGER registry_lock BEFORE INSERT OR UPDATE OR DELETE ON rotation_policy
  FOR EACH STATEMENT EXECUTE FUNCTION registry_lock();
CREATE TRIGGER registry_record AFTER INSERT OR UPDATE OR DELETE ON rotation_policy
  FOR EACH ROW EXECUTE FUNCTION registry_record(id);
CREATE TRIGGER registry_no_truncate BEFORE TRUNCATE ON rotation_policy
  FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always('registry_no_truncate');

-- How far the rotation of an owner is, besides the state of its keys. No part of the registry.
CREATE TABLE key_rotation (
  -- Of an application or a CIS2 client.
  owner_id      UUID           NOT NULL,
  -- The run that may take a step now, and until when.
  claim         UUID,
  claimed_until TIMESTAMPTZ(3),
  -- The tag of the KMS key that is being created: a run that died leaves no key that nobody knows.
  creation      UUID,
  step          TEXT,
  cause         TEXT,
  failures      INTEGER        NOT NULL DEFAULT 0,
  failing_since TIMESTAMPTZ(3),
  not_before    TIMESTAMPTZ(3),
  CONSTRAINT key_rotation_pkey PRIMARY KEY (owner_id),
  CONSTRAINT key_rotation_claimed_for_a_time CHECK ((claim IS NULL) = (claimed_until IS NULL)),
  CONSTRAINT key_rotation_failure_with_cause CHECK (
    (failures = 0) = (failing_since IS NULL) AND (failures = 0) = (cause IS NULL))
);

-- When API Management last fetched a JWKS URL.
CREATE TABLE jwks_fetch (
  jwks_id    TEXT           NOT NULL,
  fetched_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT jwks_fetch_pkey PRIMARY KEY (jwks_id)
);
