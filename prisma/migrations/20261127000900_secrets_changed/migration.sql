-- Secrets are left out of the record. That one of them changed must be in it all the same: a changed API key or
-- secret of a live application needs a second person.
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
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'application' THEN
    changed := ARRAY(
      SELECT named.secret FROM (VALUES ('api_key', 'api_key'), ('api_secret', 'api_secret_digest'),
        ('api_secret', 'api_secret_sealed')) AS named (secret, held)
      WHERE old_row -> named.held IS DISTINCT FROM new_row -> named.held GROUP BY 1 ORDER BY 1
    );
  END IF;
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
