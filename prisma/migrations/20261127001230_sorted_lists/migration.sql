-- Each way a list is sorted has its index: the value, then the key by which its pages follow each other.

CREATE INDEX organisation_name ON organisation (name, ods_code);
CREATE INDEX organisation_state ON organisation (state, ods_code);
CREATE INDEX application_environment ON application (environment, id);
CREATE INDEX application_product ON application (product, id);
CREATE INDEX application_state ON application (state, id);
CREATE INDEX application_created_at ON application (created_at, id);

-- The oldest keys that sign, for the dashboard.
CREATE INDEX signing_key_active_since ON signing_key (activated_at, id) WHERE state = 'ACTIVE';
