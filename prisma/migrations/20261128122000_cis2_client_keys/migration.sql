-- A signing key belongs to an application or to a CIS2 client, and each has its own JWKS URL. Run by the owner.

ALTER TABLE cis2_client ADD COLUMN jwks_id TEXT;
-- 122 random bits. A client that is written later gets its id from Gatehouse, as an application does.
UPDATE cis2_client SET jwks_id = replace(gen_random_uuid()::text, '-', '');
ALTER TABLE cis2_client
  ALTER COLUMN jwks_id SET NOT NULL,
  ADD CONSTRAINT cis2_client_jwks_id_unguessable CHECK (jwks_id ~ '^[A-Za-z0-9_-]{22,128}$');
CREATE UNIQUE INDEX cis2_client_jwks_id_unique ON cis2_client (jwks_id);

CREATE OR REPLACE FUNCTION cis2_client_keeps_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.environment, NEW.product, NEW.jwks_id)
      IS DISTINCT FROM (OLD.id, OLD.environment, OLD.product, OLD.jwks_id) THEN
    PERFORM public.registry_refuse('cis2_client_identity_fixed',
      'product, environment and JWKS URL never change');
  END IF;
  RETURN NEW;
END $$;

ALTER TABLE signing_key
  ALTER COLUMN application_id DROP NOT NULL,
  ADD COLUMN cis2_client_id UUID,
  ADD CONSTRAINT signing_key_cis2_client_id_fkey FOREIGN KEY (cis2_client_id) REFERENCES cis2_client (id)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT signing_key_one_owner CHECK (num_nonnulls(application_id, cis2_client_id) = 1);
CREATE INDEX signing_key_cis2_client ON signing_key (cis2_client_id);
CREATE UNIQUE INDEX signing_key_one_active_cis2 ON signing_key (cis2_client_id) WHERE state = 'ACTIVE';

CREATE OR REPLACE FUNCTION signing_key_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'PENDING' THEN
      PERFORM public.registry_refuse('signing_key_starts_pending', 'a key starts as PENDING');
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.id, OLD.application_id, OLD.cis2_client_id, OLD.kid, OLD.kms_key_arn, OLD.public_jwk, OLD.thumbprint)
      IS DISTINCT FROM
      (NEW.id, NEW.application_id, NEW.cis2_client_id, NEW.kid, NEW.kms_key_arn, NEW.public_jwk, NEW.thumbprint) THEN
    PERFORM public.registry_refuse('signing_key_identity_fixed',
      'owner, kid, KMS key, public key and thumbprint never change');
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    ('PENDING', 'PUBLISHED'), ('PENDING', 'REMOVED'),
    ('PUBLISHED', 'ACTIVE'), ('PUBLISHED', 'REMOVED'),
    ('ACTIVE', 'RETIRING'),
    ('RETIRING', 'ACTIVE'), ('RETIRING', 'REMOVED')
  ) THEN
    PERFORM public.registry_refuse('signing_key_transition', format('%s does not become %s', OLD.state, NEW.state));
  END IF;
  RETURN NEW;
END $$;
