-- Staff: people who sign in, their roles and sessions; and from where a change of the registry came.

CREATE TABLE staff (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT,
  state TEXT NOT NULL DEFAULT 'active',
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT staff_pkey PRIMARY KEY (id)
);

CREATE TABLE staff_role (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  staff_id UUID NOT NULL,
  role TEXT NOT NULL,
  source TEXT NOT NULL,
  every_organisation BOOLEAN NOT NULL,
  ods_codes TEXT[] DEFAULT ARRAY[]::TEXT[],
  CONSTRAINT staff_role_pkey PRIMARY KEY (id)
);

CREATE TABLE staff_session (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  staff_id UUID NOT NULL,
  secret_hash TEXT NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  last_seen_at TIMESTAMPTZ(3) NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  ended_at TIMESTAMPTZ(3),
  ended_by TEXT,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  CONSTRAINT staff_session_pkey PRIMARY KEY (id)
);

CREATE TABLE sign_in_attempt (
  state_hash TEXT NOT NULL,
  handle_hash TEXT NOT NULL,
  nonce TEXT NOT NULL,
  code_verifier TEXT NOT NULL,
  return_to TEXT NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  used_at TIMESTAMPTZ(3),
  CONSTRAINT sign_in_attempt_pkey PRIMARY KEY (state_hash)
);

CREATE UNIQUE INDEX staff_subject_unique ON staff(issuer, subject);
CREATE UNIQUE INDEX staff_role_once ON staff_role(staff_id, role, source);
CREATE UNIQUE INDEX staff_session_secret_unique ON staff_session(secret_hash);
CREATE INDEX staff_session_staff ON staff_session(staff_id);
CREATE INDEX sign_in_attempt_expires_at ON sign_in_attempt(expires_at);

ALTER TABLE staff
  ADD CONSTRAINT staff_state_known CHECK (state IN ('active', 'suspended'));
ALTER TABLE staff_role
  ADD CONSTRAINT staff_role_staff_id_fkey
    FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT staff_role_role_known
    CHECK (role IN ('platform-engineer', 'governance-officer', 'auditor', 'administrator')),
  ADD CONSTRAINT staff_role_source_known CHECK (source IN ('provider', 'administrator')),
  -- An empty list must never come to mean "all".
  ADD CONSTRAINT staff_role_organisations_said CHECK (every_organisation = (cardinality(ods_codes) = 0));
ALTER TABLE staff_session
  ADD CONSTRAINT staff_session_staff_id_fkey
    FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT staff_session_secret_hash_format CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT staff_session_expires_after_creation CHECK (expires_at > created_at);

ALTER TABLE admin_token ADD COLUMN staff_id UUID;
ALTER TABLE admin_token ADD CONSTRAINT admin_token_staff_id_fkey
  FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT;
CREATE INDEX admin_token_staff ON admin_token(staff_id);

ALTER TABLE registry_change ADD COLUMN origin TEXT;

-- As before, with the origin.
CREATE OR REPLACE FUNCTION registry_record() RETURNS trigger
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
    (version, actor, reason, origin, table_name, row_key, ods_codes, client_ids, before, after)
  VALUES (
    public.registry_next_version(),
    -- session_user: current_user is the owner in here.
    coalesce(nullif(current_setting('gatehouse.actor', true), ''), session_user),
    nullif(current_setting('gatehouse.reason', true), ''),
    nullif(current_setting('gatehouse.origin', true), ''),
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

DO $$
DECLARE
  listed text;
BEGIN
  FOREACH listed IN ARRAY ARRAY['staff', 'staff_role'] LOOP
    EXECUTE format('CREATE TRIGGER registry_lock BEFORE INSERT OR UPDATE OR DELETE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION registry_lock()', listed);
    EXECUTE format('CREATE TRIGGER registry_record AFTER INSERT OR UPDATE OR DELETE ON %I
      FOR EACH ROW EXECUTE FUNCTION registry_record(id)', listed);
    EXECUTE format('CREATE TRIGGER registry_no_truncate BEFORE TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always(''registry_no_truncate'')', listed);
  END LOOP;
END $$;
