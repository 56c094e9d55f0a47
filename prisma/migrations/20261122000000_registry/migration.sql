-- The registry (docs/data-model.md). Run by the owner; `gatehouse migrate` grants the running role its rights.
-- Every constraint has a name that libs/db/src/constraints.ts turns into words for people.

CREATE TABLE environment (
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  CONSTRAINT environment_pkey PRIMARY KEY (name)
);

CREATE TABLE organisation (
  ods_code TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'active',
  CONSTRAINT organisation_pkey PRIMARY KEY (ods_code)
);

CREATE TABLE product (
  name TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'active',
  CONSTRAINT product_pkey PRIMARY KEY (name)
);

CREATE TABLE message_set (
  name TEXT NOT NULL,
  interactions TEXT[],
  CONSTRAINT message_set_pkey PRIMARY KEY (name)
);

CREATE TABLE application (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  environment TEXT NOT NULL,
  product TEXT NOT NULL,
  access_mode TEXT NOT NULL,
  capability TEXT,
  state TEXT NOT NULL DEFAULT 'draft',
  asid TEXT,
  asid_shared_with TEXT[] DEFAULT ARRAY[]::TEXT[],
  api_key TEXT,
  api_secret_sealed BYTEA,
  api_secret_digest TEXT,
  apim_application_id TEXT,
  jwks_id TEXT NOT NULL,
  cis2 JSONB,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT application_pkey PRIMARY KEY (id)
);

CREATE TABLE binding (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  application_id UUID NOT NULL,
  ods_code TEXT NOT NULL,
  environment TEXT NOT NULL DEFAULT '',
  product TEXT NOT NULL DEFAULT '',
  access_mode TEXT NOT NULL DEFAULT '',
  capability TEXT,
  live BOOLEAN NOT NULL DEFAULT false,
  CONSTRAINT binding_pkey PRIMARY KEY (id)
);

CREATE TABLE application_message_set (
  application_id UUID NOT NULL,
  message_set_name TEXT NOT NULL,
  CONSTRAINT application_message_set_pkey PRIMARY KEY (application_id,message_set_name)
);

CREATE TABLE sro_appointment (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  ods_code TEXT NOT NULL,
  environments TEXT[],
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  job_title TEXT NOT NULL,
  spine_user_id TEXT NOT NULL,
  authority_name TEXT NOT NULL,
  authority_reference TEXT NOT NULL,
  authority_date DATE NOT NULL,
  authority_document_sha256 TEXT NOT NULL,
  accepted_at TIMESTAMPTZ(3),
  review_due_on DATE NOT NULL,
  grace_days INTEGER NOT NULL DEFAULT 0,
  withdrawn_at TIMESTAMPTZ(3),
  appointed_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  appointed_by TEXT NOT NULL,
  last_reviewed_at TIMESTAMPTZ(3),
  CONSTRAINT sro_appointment_pkey PRIMARY KEY (id)
);

CREATE TABLE write_exception (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  application_id UUID NOT NULL,
  interaction TEXT NOT NULL,
  use_case_reference TEXT NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  granted_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  granted_by TEXT NOT NULL,
  revoked_at TIMESTAMPTZ(3),
  revoked_by TEXT,
  CONSTRAINT write_exception_pkey PRIMARY KEY (id)
);

CREATE TABLE client (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  name TEXT NOT NULL,
  environment TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'active',
  return_targets TEXT[] DEFAULT ARRAY[]::TEXT[],
  workload_issuer TEXT,
  workload_audience TEXT,
  workload_subject TEXT,
  CONSTRAINT client_pkey PRIMARY KEY (id)
);

CREATE TABLE client_grant (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  client_id UUID NOT NULL,
  ods_code TEXT NOT NULL,
  product TEXT NOT NULL,
  access_mode TEXT NOT NULL,
  capability TEXT,
  CONSTRAINT client_grant_pkey PRIMARY KEY (id)
);

CREATE TABLE client_credential (
  key_id TEXT NOT NULL,
  client_id UUID NOT NULL,
  label TEXT,
  secret_hash TEXT NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  created_by TEXT NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  revoked_at TIMESTAMPTZ(3),
  CONSTRAINT client_credential_pkey PRIMARY KEY (key_id)
);

CREATE TABLE signing_key (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  application_id UUID NOT NULL,
  kid TEXT NOT NULL,
  kms_key_arn TEXT NOT NULL,
  public_jwk JSONB NOT NULL,
  thumbprint TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'PENDING',
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  published_at TIMESTAMPTZ(3),
  activated_at TIMESTAMPTZ(3),
  retired_at TIMESTAMPTZ(3),
  removed_at TIMESTAMPTZ(3),
  CONSTRAINT signing_key_pkey PRIMARY KEY (id)
);

CREATE TABLE admin_token (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  token_id TEXT NOT NULL,
  label TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  scopes TEXT[],
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  created_by TEXT NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  revoked_at TIMESTAMPTZ(3),
  CONSTRAINT admin_token_pkey PRIMARY KEY (id)
);

CREATE TABLE assurance_floor (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  ods_code TEXT,
  level SMALLINT NOT NULL,
  CONSTRAINT assurance_floor_pkey PRIMARY KEY (id)
);

CREATE TABLE worklist_use (
  application_id UUID NOT NULL,
  service_id TEXT NOT NULL,
  day DATE NOT NULL,
  uses SMALLINT NOT NULL,
  CONSTRAINT worklist_use_pkey PRIMARY KEY (application_id,service_id,day)
);

CREATE TABLE registry_head (
  id SMALLINT NOT NULL,
  version BIGINT NOT NULL,
  xid xid8,
  CONSTRAINT registry_head_pkey PRIMARY KEY (id)
);

CREATE TABLE registry_change (
  version BIGINT NOT NULL,
  n BIGSERIAL NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  actor TEXT NOT NULL,
  reason TEXT,
  table_name TEXT NOT NULL,
  row_key TEXT NOT NULL,
  ods_codes TEXT[],
  client_ids UUID[],
  before JSONB,
  after JSONB,
  CONSTRAINT registry_change_pkey PRIMARY KEY (n)
);

CREATE UNIQUE INDEX application_asid_unique ON application(asid);
CREATE UNIQUE INDEX application_jwks_id_unique ON application(jwks_id);
CREATE UNIQUE INDEX application_api_key_unique ON application(environment, api_key);
CREATE UNIQUE INDEX application_apim_application_id_unique ON application(environment, apim_application_id);
CREATE INDEX binding_ods_code ON binding(ods_code);
CREATE UNIQUE INDEX binding_organisation_once ON binding(application_id, ods_code);
CREATE INDEX application_message_set_name ON application_message_set(message_set_name);
CREATE INDEX sro_appointment_ods_code ON sro_appointment(ods_code);
CREATE INDEX write_exception_application ON write_exception(application_id);
CREATE UNIQUE INDEX client_name_unique ON client(environment, name);
CREATE UNIQUE INDEX client_workload_unique ON client(workload_issuer, workload_subject);
CREATE INDEX client_grant_ods_code ON client_grant(ods_code);
CREATE INDEX client_credential_client ON client_credential(client_id);
CREATE UNIQUE INDEX signing_key_kid_unique ON signing_key(kid);
CREATE UNIQUE INDEX signing_key_kms_key_arn_unique ON signing_key(kms_key_arn);
CREATE UNIQUE INDEX signing_key_thumbprint_unique ON signing_key(thumbprint);
CREATE INDEX signing_key_application ON signing_key(application_id);
CREATE UNIQUE INDEX admin_token_token_id_unique ON admin_token(token_id);
CREATE INDEX registry_change_version ON registry_change(version);

ALTER TABLE application ADD CONSTRAINT application_environment_fkey
  FOREIGN KEY (environment) REFERENCES environment (name) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE application ADD CONSTRAINT application_product_fkey
  FOREIGN KEY (product) REFERENCES product (name) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE binding ADD CONSTRAINT binding_application_id_fkey
  FOREIGN KEY (application_id) REFERENCES application (id) ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE binding ADD CONSTRAINT binding_ods_code_fkey
  FOREIGN KEY (ods_code) REFERENCES organisation (ods_code) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE application_message_set ADD CONSTRAINT application_message_set_application_id_fkey
  FOREIGN KEY (application_id) REFERENCES application (id) ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE application_message_set ADD CONSTRAINT application_message_set_message_set_name_fkey
  FOREIGN KEY (message_set_name) REFERENCES message_set (name) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE sro_appointment ADD CONSTRAINT sro_appointment_ods_code_fkey
  FOREIGN KEY (ods_code) REFERENCES organisation (ods_code) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE write_exception ADD CONSTRAINT write_exception_application_id_fkey
  FOREIGN KEY (application_id) REFERENCES application (id) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE client ADD CONSTRAINT client_environment_fkey
  FOREIGN KEY (environment) REFERENCES environment (name) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE client_grant ADD CONSTRAINT client_grant_client_id_fkey
  FOREIGN KEY (client_id) REFERENCES client (id) ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE client_grant ADD CONSTRAINT client_grant_ods_code_fkey
  FOREIGN KEY (ods_code) REFERENCES organisation (ods_code) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE client_grant ADD CONSTRAINT client_grant_product_fkey
  FOREIGN KEY (product) REFERENCES product (name) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE client_credential ADD CONSTRAINT client_credential_client_id_fkey
  FOREIGN KEY (client_id) REFERENCES client (id) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE signing_key ADD CONSTRAINT signing_key_application_id_fkey
  FOREIGN KEY (application_id) REFERENCES application (id) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE assurance_floor ADD CONSTRAINT assurance_floor_ods_code_fkey
  FOREIGN KEY (ods_code) REFERENCES organisation (ods_code) ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE worklist_use ADD CONSTRAINT worklist_use_application_id_fkey
  FOREIGN KEY (application_id) REFERENCES application (id) ON DELETE CASCADE ON UPDATE RESTRICT;

-- Rules Prisma's language can't say ----------------------------------------------------------------------------------

CREATE FUNCTION every_matches(items text[], pattern text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN items IS NOT NULL AND (SELECT coalesce(bool_and(item IS NOT NULL AND item ~ pattern), true) FROM unnest(items) AS item);

ALTER TABLE environment
  ADD CONSTRAINT environment_name_format CHECK (name ~ '^[a-z][a-z0-9-]{0,30}$'),
  ADD CONSTRAINT environment_kind_known CHECK (kind IN ('authenticated', 'open'));

ALTER TABLE organisation
  ADD CONSTRAINT organisation_ods_code_format CHECK (ods_code ~ '^[A-Z0-9]{1,10}$'),
  ADD CONSTRAINT organisation_name_present CHECK (name ~ '\S'),
  ADD CONSTRAINT organisation_state_known CHECK (state IN ('active', 'suspended', 'retired'));

ALTER TABLE product
  ADD CONSTRAINT product_name_present CHECK (name ~ '\S'),
  ADD CONSTRAINT product_state_known CHECK (state IN ('active', 'retired'));

ALTER TABLE message_set
  ADD CONSTRAINT message_set_name_present CHECK (name ~ '\S'),
  ADD CONSTRAINT message_set_interactions_format CHECK (every_matches(interactions, '^A[0-9]{3}$'));

ALTER TABLE application
  ADD CONSTRAINT application_access_mode_known CHECK (access_mode IN ('user-restricted', 'application-restricted')),
  ADD CONSTRAINT application_capability_known CHECK (capability IN ('referrer', 'provider')),
  ADD CONSTRAINT application_capability_iff_application_restricted
    CHECK ((access_mode = 'application-restricted') = (capability IS NOT NULL)),
  ADD CONSTRAINT application_state_known CHECK (state IN ('draft', 'live', 'suspended', 'retired')),
  ADD CONSTRAINT application_asid_format CHECK (asid ~ '^[0-9]{12}$'),
  ADD CONSTRAINT application_asid_sharing
    CHECK (asid_shared_with IS NOT NULL AND asid_shared_with <@ ARRAY['NEMS', 'CP-IS', 'GP Connect']),
  ADD CONSTRAINT application_api_key_format CHECK (api_key ~ '^[!-~]{1,200}$'),
  ADD CONSTRAINT application_api_secret_user_restricted
    CHECK (api_secret_sealed IS NULL OR access_mode = 'user-restricted'),
  ADD CONSTRAINT application_api_secret_with_digest
    CHECK ((api_secret_sealed IS NULL) = (api_secret_digest IS NULL) AND api_secret_digest ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT application_cis2_user_restricted CHECK (cis2 IS NULL OR access_mode = 'user-restricted'),
  -- A secret would be copied into registry_change.
  ADD CONSTRAINT application_cis2_without_secret
    CHECK (jsonb_typeof(cis2) = 'object' AND NOT cis2 ?| ARRAY['clientSecret', 'client_secret']),
  -- 22 base64url characters hold 128 random bits.
  ADD CONSTRAINT application_jwks_id_unguessable CHECK (jwks_id ~ '^[A-Za-z0-9_-]{22,128}$');

CREATE UNIQUE INDEX binding_one_live_application ON binding (environment, ods_code, product, access_mode, capability)
  NULLS NOT DISTINCT WHERE live;
CREATE UNIQUE INDEX binding_application_restricted_one_organisation ON binding (application_id)
  WHERE access_mode = 'application-restricted';

ALTER TABLE sro_appointment
  ADD CONSTRAINT sro_appointment_environments_present
    CHECK (cardinality(environments) > 0 AND every_matches(environments, '^[a-z][a-z0-9-]{0,30}$')),
  ADD CONSTRAINT sro_appointment_texts_present
    CHECK (name ~ '\S' AND job_title ~ '\S' AND authority_name ~ '\S' AND authority_reference ~ '\S'),
  ADD CONSTRAINT sro_appointment_email_format CHECK (email ~ '^[^[:space:]@]+@[^[:space:]@]+$'),
  ADD CONSTRAINT sro_appointment_spine_user_id_format CHECK (spine_user_id ~ '^[0-9]{12}$'),
  ADD CONSTRAINT sro_appointment_authority_document_format CHECK (authority_document_sha256 ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT sro_appointment_grace_not_negative CHECK (grace_days >= 0);

ALTER TABLE write_exception
  ADD CONSTRAINT write_exception_interaction_known CHECK (interaction IN ('A013', 'A028', 'A036')),
  ADD CONSTRAINT write_exception_use_case_present CHECK (use_case_reference ~ '\S'),
  ADD CONSTRAINT write_exception_expires_after_grant CHECK (expires_at > granted_at),
  ADD CONSTRAINT write_exception_revoked_by_someone CHECK ((revoked_at IS NULL) = (revoked_by IS NULL));

ALTER TABLE client
  ADD CONSTRAINT client_name_present CHECK (name ~ '\S'),
  ADD CONSTRAINT client_state_known CHECK (state IN ('active', 'suspended', 'retired')),
  ADD CONSTRAINT client_return_targets_https
    CHECK (every_matches(return_targets, '^https://[^/?#@[:space:]]+(/[^#[:space:]]*)?$')),
  ADD CONSTRAINT client_workload_all_or_none
    CHECK (num_nulls(workload_issuer, workload_audience, workload_subject) IN (0, 3));

ALTER TABLE client_grant
  ADD CONSTRAINT client_grant_access_mode_known CHECK (access_mode IN ('user-restricted', 'application-restricted')),
  ADD CONSTRAINT client_grant_capability_known CHECK (capability IN ('referrer', 'provider')),
  ADD CONSTRAINT client_grant_capability_iff_application_restricted
    CHECK ((access_mode = 'application-restricted') = (capability IS NOT NULL));
CREATE UNIQUE INDEX client_grant_unique ON client_grant (client_id, ods_code, product, access_mode, capability)
  NULLS NOT DISTINCT;

ALTER TABLE client_credential
  ADD CONSTRAINT client_credential_key_id_format CHECK (key_id ~ '^[!-~]{1,200}$'),
  ADD CONSTRAINT client_credential_secret_hash_format CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT client_credential_expires_after_creation CHECK (expires_at > created_at);

ALTER TABLE signing_key
  ADD CONSTRAINT signing_key_state_known CHECK (state IN ('PENDING', 'PUBLISHED', 'ACTIVE', 'RETIRING', 'REMOVED')),
  ADD CONSTRAINT signing_key_public_rsa CHECK (
    coalesce(public_jwk ->> 'kty' = 'RSA' AND public_jwk ->> 'n' IS NOT NULL AND public_jwk ->> 'e' IS NOT NULL, false)
  ),
  ADD CONSTRAINT signing_key_no_private_member
    CHECK (NOT public_jwk ?| ARRAY['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']),
  ADD CONSTRAINT signing_key_times CHECK (
    CASE state
      WHEN 'PUBLISHED' THEN published_at IS NOT NULL
      WHEN 'ACTIVE' THEN published_at IS NOT NULL AND activated_at IS NOT NULL
      WHEN 'RETIRING' THEN published_at IS NOT NULL AND activated_at IS NOT NULL AND retired_at IS NOT NULL
      WHEN 'REMOVED' THEN removed_at IS NOT NULL
      ELSE true
    END
  );
CREATE UNIQUE INDEX signing_key_one_active ON signing_key (application_id) WHERE state = 'ACTIVE';

ALTER TABLE admin_token
  ADD CONSTRAINT admin_token_scopes_known
    CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['registry', 'governance', 'audit']),
  ADD CONSTRAINT admin_token_secret_hash_format CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT admin_token_expires_after_creation CHECK (expires_at > created_at);

ALTER TABLE assurance_floor
  ADD CONSTRAINT assurance_floor_level_known CHECK (level IN (2, 3));
CREATE UNIQUE INDEX assurance_floor_one ON assurance_floor (ods_code) NULLS NOT DISTINCT;

ALTER TABLE worklist_use
  ADD CONSTRAINT worklist_use_not_negative CHECK (uses >= 0);

ALTER TABLE registry_head
  ADD CONSTRAINT registry_head_single CHECK (id = 1);
INSERT INTO registry_head (id, version) VALUES (1, 0);

-- Rules that look at another row -------------------------------------------------------------------------------------
-- registry_lock, below, lets one transaction write at a time: what these functions read can't change under them.

CREATE FUNCTION registry_refuse(rule text, explanation text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'violates constraint "%": %', rule, explanation USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

CREATE FUNCTION environment_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind <> OLD.kind THEN
    PERFORM public.registry_refuse('environment_kind_fixed', 'the kind of an environment never changes');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER environment_rules BEFORE UPDATE ON environment FOR EACH ROW EXECUTE FUNCTION environment_rules();

CREATE FUNCTION application_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Caches and audit rows carry only the binding's id; what it stands for must stay what it was.
  IF TG_OP = 'UPDATE' AND (OLD.id, OLD.environment, OLD.product, OLD.access_mode, OLD.capability, OLD.jwks_id)
      IS DISTINCT FROM (NEW.id, NEW.environment, NEW.product, NEW.access_mode, NEW.capability, NEW.jwks_id) THEN
    PERFORM public.registry_refuse('application_identity_fixed',
      'environment, product, access mode, capability and JWKS URL never change');
  END IF;
  IF NEW.state = 'live' AND (NEW.asid IS NULL OR NEW.api_key IS NULL) AND EXISTS (
    SELECT FROM public.environment e WHERE e.name = NEW.environment AND e.kind = 'authenticated'
  ) THEN
    PERFORM public.registry_refuse('application_live_complete', 'a live application needs an ASID and an API key');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER application_rules BEFORE INSERT OR UPDATE ON application
  FOR EACH ROW EXECUTE FUNCTION application_rules();

CREATE FUNCTION application_state_to_bindings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE public.binding SET live = (NEW.state = 'live') WHERE application_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER application_state_to_bindings AFTER UPDATE OF state ON application
  FOR EACH ROW EXECUTE FUNCTION application_state_to_bindings();

CREATE FUNCTION binding_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.id, OLD.application_id, OLD.ods_code)
      IS DISTINCT FROM (NEW.id, NEW.application_id, NEW.ods_code) THEN
    PERFORM public.registry_refuse('binding_identity_fixed', 'a binding never changes its application or organisation');
  END IF;
  SELECT a.environment, a.product, a.access_mode, a.capability, a.state = 'live'
    INTO NEW.environment, NEW.product, NEW.access_mode, NEW.capability, NEW.live
    FROM public.application a WHERE a.id = NEW.application_id;
  IF NOT FOUND THEN
    PERFORM public.registry_refuse('binding_application_id_fkey', 'there is no such application');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER binding_rules BEFORE INSERT OR UPDATE ON binding FOR EACH ROW EXECUTE FUNCTION binding_rules();

CREATE FUNCTION sro_appointment_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM unnest(NEW.environments) AS named WHERE named NOT IN (SELECT e.name FROM public.environment e)
  ) THEN
    PERFORM public.registry_refuse('sro_appointment_environments_known', 'an environment is unknown');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sro_appointment_rules BEFORE INSERT OR UPDATE ON sro_appointment
  FOR EACH ROW EXECUTE FUNCTION sro_appointment_rules();

CREATE FUNCTION write_exception_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM public.application a WHERE a.id = NEW.application_id AND a.access_mode <> 'application-restricted'
  ) THEN
    PERFORM public.registry_refuse('write_exception_application_restricted',
      'only an application-restricted application needs a write exception');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER write_exception_rules BEFORE INSERT OR UPDATE ON write_exception
  FOR EACH ROW EXECUTE FUNCTION write_exception_rules();

CREATE FUNCTION client_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.environment) IS DISTINCT FROM (NEW.id, NEW.environment) THEN
    PERFORM public.registry_refuse('client_identity_fixed', 'a client never changes its environment');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER client_rules BEFORE UPDATE ON client FOR EACH ROW EXECUTE FUNCTION client_rules();

CREATE FUNCTION client_credential_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.revoked_at IS NULL AND NEW.expires_at > now() AND 2 <= (
    SELECT count(*) FROM public.client_credential c
    WHERE c.client_id = NEW.client_id AND c.key_id <> NEW.key_id AND c.revoked_at IS NULL AND c.expires_at > now()
  ) THEN
    PERFORM public.registry_refuse('client_credential_at_most_two', 'the client has two usable keys already');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER client_credential_rules BEFORE INSERT OR UPDATE ON client_credential
  FOR EACH ROW EXECUTE FUNCTION client_credential_rules();

-- The same table as mayBecome in libs/domain/src/signing-key.ts; a test compares the two.
CREATE FUNCTION signing_key_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'PENDING' THEN
      PERFORM public.registry_refuse('signing_key_starts_pending', 'a key starts as PENDING');
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.id, OLD.application_id, OLD.kid, OLD.kms_key_arn, OLD.public_jwk, OLD.thumbprint)
      IS DISTINCT FROM (NEW.id, NEW.application_id, NEW.kid, NEW.kms_key_arn, NEW.public_jwk, NEW.thumbprint) THEN
    PERFORM public.registry_refuse('signing_key_identity_fixed',
      'application, kid, KMS key, public key and thumbprint never change');
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
CREATE TRIGGER signing_key_rules BEFORE INSERT OR UPDATE ON signing_key
  FOR EACH ROW EXECUTE FUNCTION signing_key_rules();

-- Versions and the record of changes ---------------------------------------------------------------------------------
-- These functions run with the owner's rights, so that the running role needs none on registry_head and registry_change.

-- Taken before any rule reads: versions become visible in their order, and rules see what is committed.
CREATE FUNCTION registry_lock() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM public.registry_head WHERE id = 1 FOR NO KEY UPDATE;
  RETURN NULL;
END $$;

CREATE FUNCTION registry_next_version() RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  made bigint;
BEGIN
  UPDATE public.registry_head SET version = version + 1, xid = pg_current_xact_id()
    WHERE id = 1 AND xid IS DISTINCT FROM pg_current_xact_id() RETURNING version INTO made;
  IF FOUND THEN
    PERFORM pg_notify('registry', made::text);
  ELSE
    SELECT version INTO STRICT made FROM public.registry_head WHERE id = 1;
  END IF;
  RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION registry_next_version() FROM PUBLIC;

CREATE FUNCTION registry_without_secrets(of jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
  RETURN (of - 'api_key' - 'api_secret_sealed' - 'api_secret_digest' - 'secret_hash') || CASE
    WHEN of ->> 'api_key' IS NULL THEN '{}'::jsonb
    WHEN length(of ->> 'api_key') < 12 THEN jsonb_build_object('api_key', '…')
    ELSE jsonb_build_object('api_key', '…' || right(of ->> 'api_key', 4))
  END;

CREATE FUNCTION registry_ods_codes(changed text, of jsonb) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
  CASE
    WHEN of ->> 'ods_code' IS NOT NULL THEN
      RETURN ARRAY[of ->> 'ods_code'];
    WHEN changed = 'message_set' THEN
      RETURN ARRAY(
        SELECT DISTINCT b.ods_code FROM public.application_message_set m
        JOIN public.binding b USING (application_id) WHERE m.message_set_name = of ->> 'name' ORDER BY 1
      );
    WHEN changed IN ('application', 'application_message_set', 'write_exception', 'signing_key') THEN
      RETURN ARRAY(
        SELECT b.ods_code FROM public.binding b
        WHERE b.application_id = coalesce(of ->> 'application_id', of ->> 'id')::uuid ORDER BY 1
      );
    ELSE
      RETURN '{}';
  END CASE;
END $$;

CREATE FUNCTION registry_client_ids(changed text, of jsonb) RETURNS uuid[] LANGUAGE sql IMMUTABLE
  RETURN CASE
    WHEN changed = 'client' THEN ARRAY[(of ->> 'id')::uuid]
    WHEN changed IN ('client_grant', 'client_credential') THEN ARRAY[(of ->> 'client_id')::uuid]
    ELSE '{}'::uuid[]
  END;

-- Arguments: the columns of the table's primary key.
CREATE FUNCTION registry_record() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old_row jsonb;
  new_row jsonb;
  either  jsonb;
BEGIN
  IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
  IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
  -- Writing the same values again is no change.
  IF old_row = new_row THEN RETURN NULL; END IF;
  either := coalesce(new_row, old_row);
  INSERT INTO public.registry_change
    (version, actor, reason, table_name, row_key, ods_codes, client_ids, before, after)
  VALUES (
    public.registry_next_version(),
    -- session_user: current_user is the owner in here.
    coalesce(nullif(current_setting('gatehouse.actor', true), ''), session_user),
    nullif(current_setting('gatehouse.reason', true), ''),
    TG_TABLE_NAME,
    (SELECT string_agg(either ->> key_column, '/' ORDER BY place)
     FROM unnest(TG_ARGV) WITH ORDINALITY AS key (key_column, place)),
    ARRAY(
      SELECT DISTINCT ods_code FROM unnest(ARRAY[old_row, new_row]) AS version_of_row,
        unnest(public.registry_ods_codes(TG_TABLE_NAME, version_of_row)) AS ods_code
      WHERE version_of_row IS NOT NULL ORDER BY 1
    ),
    ARRAY(
      SELECT DISTINCT client_id FROM unnest(ARRAY[old_row, new_row]) AS version_of_row,
        unnest(public.registry_client_ids(TG_TABLE_NAME, version_of_row)) AS client_id
      WHERE version_of_row IS NOT NULL ORDER BY 1
    ),
    public.registry_without_secrets(old_row),
    public.registry_without_secrets(new_row)
  );
  RETURN NULL;
END $$;

-- Argument: the name of the rule.
CREATE FUNCTION registry_refuse_always() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM public.registry_refuse(TG_ARGV[0], format('%s of %s is never allowed', TG_OP, TG_TABLE_NAME));
  RETURN NULL;
END $$;

CREATE TRIGGER registry_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON registry_change
  FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always('registry_change_append_only');

DO $$
DECLARE
  listed record;
BEGIN
  FOR listed IN SELECT * FROM (VALUES
    ('environment', 'name'), ('organisation', 'ods_code'), ('product', 'name'), ('message_set', 'name'),
    ('application', 'id'), ('binding', 'id'), ('application_message_set', 'application_id, message_set_name'),
    ('sro_appointment', 'id'), ('write_exception', 'id'),
    ('client', 'id'), ('client_grant', 'id'), ('client_credential', 'key_id'),
    ('signing_key', 'id'), ('admin_token', 'id'), ('assurance_floor', 'id')
  ) AS registry_table (name, key_columns) LOOP
    EXECUTE format('CREATE TRIGGER registry_lock BEFORE INSERT OR UPDATE OR DELETE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION registry_lock()', listed.name);
    EXECUTE format('CREATE TRIGGER registry_record AFTER INSERT OR UPDATE OR DELETE ON %I
      FOR EACH ROW EXECUTE FUNCTION registry_record(%s)', listed.name, listed.key_columns);
    -- Row triggers don't see a TRUNCATE.
    EXECUTE format('CREATE TRIGGER registry_no_truncate BEFORE TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always(''registry_no_truncate'')', listed.name);
  END LOOP;
END $$;
