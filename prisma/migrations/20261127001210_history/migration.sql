-- The history of one organisation, and of one application with all that belongs to it.

CREATE INDEX registry_change_ods_codes ON registry_change USING gin (ods_codes);
CREATE INDEX registry_change_application ON registry_change
  ((coalesce(after ->> 'application_id', before ->> 'application_id', CASE WHEN table_name = 'application' THEN row_key END)), n)
  WHERE coalesce(after ->> 'application_id', before ->> 'application_id', CASE WHEN table_name = 'application' THEN row_key END) IS NOT NULL;
