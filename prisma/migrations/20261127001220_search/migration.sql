-- The search of the console: organisations by the start of their name, applications by part of their API key.

CREATE INDEX organisation_name_start ON organisation (lower(name) text_pattern_ops) WHERE lower(name) IS NOT NULL;
CREATE INDEX application_api_key_start ON application (api_key text_pattern_ops) WHERE api_key IS NOT NULL;
CREATE INDEX application_api_key_end ON application (right(api_key, 4)) WHERE right(api_key, 4) IS NOT NULL;
