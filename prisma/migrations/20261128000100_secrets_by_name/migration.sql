-- A column is a secret by its name, in every table: a new one is then left out of registry_change by itself, and a
-- change of it is named in secrets_changed, which is what asks for a second person.

CREATE FUNCTION registry_is_secret(column_name text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN column_name = 'api_key' OR column_name ~ '_(sealed|digest|hash)$';

CREATE OR REPLACE FUNCTION registry_without_secrets(of jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT
  RETURN (of - ARRAY(SELECT key FROM jsonb_object_keys(of) AS key WHERE public.registry_is_secret(key))) || CASE
    WHEN of ->> 'api_key' IS NULL THEN '{}'::jsonb
    WHEN length(of ->> 'api_key') < 12 THEN jsonb_build_object('api_key', '…')
    ELSE jsonb_build_object('api_key', '…' || right(of ->> 'api_key', 4))
  END;

-- The names of the secrets that differ: api_secret for api_secret_sealed and api_secret_digest.
CREATE FUNCTION registry_changed_secrets(old_row jsonb, new_row jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE
  RETURN ARRAY(
    SELECT DISTINCT regexp_replace(key, '_(sealed|digest|hash)$', '') FROM jsonb_object_keys(new_row) AS key
    WHERE public.registry_is_secret(key) AND old_row -> key IS DISTINCT FROM new_row -> key ORDER BY 1
  );

CREATE OR REPLACE FUNCTION registry_record() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old_row jsonb;
  new_row jsonb;
  either  jsonb;
  changed text[];
BEGIN
  IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
  IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
  -- Writing the same values again is no change.
  IF old_row = new_row THEN RETURN NULL; END IF;
  either := coalesce(new_row, old_row);
  IF TG_OP = 'UPDATE' THEN changed := public.registry_changed_secrets(old_row, new_row); END IF;
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
    public.registry_without_secrets(new_row) || CASE
      WHEN cardinality(changed) > 0 THEN jsonb_build_object('secrets_changed', to_jsonb(changed)) ELSE '{}'::jsonb
    END
  );
  RETURN NULL;
END $$;
