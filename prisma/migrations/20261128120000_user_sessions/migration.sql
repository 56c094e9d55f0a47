-- Healthcare workers who are signed in through CIS2: logins under way, sessions, and their tokens at API Management.
-- None of it is part of the registry or its history. Run by the owner.

-- A sign-in that a supplier's server began. What CIS2 said of the user is kept until the code is exchanged.
CREATE TABLE user_login (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  ticket_hash TEXT NOT NULL,
  environment TEXT NOT NULL,
  client_id UUID NOT NULL,
  product TEXT NOT NULL,
  pattern TEXT NOT NULL,
  ods_code TEXT,
  return_target TEXT NOT NULL,
  supplier_state TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  minimum_level SMALLINT NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  opened_at TIMESTAMPTZ(3),
  state_hash TEXT,
  code_hash TEXT,
  code_expires_at TIMESTAMPTZ(3),
  code_used_at TIMESTAMPTZ(3),
  user_id TEXT,
  cis2_session_id TEXT,
  authentication_level SMALLINT,
  authenticated_at TIMESTAMPTZ(3),
  id_token_expires_at TIMESTAMPTZ(3),
  tokens_sealed BYTEA,
  CONSTRAINT user_login_pkey PRIMARY KEY (id),
  CONSTRAINT user_login_client_id_fkey FOREIGN KEY (client_id) REFERENCES client (id)
    ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT user_login_pattern_known CHECK (pattern IN ('separate', 'combined')),
  CONSTRAINT user_login_minimum_level_known CHECK (minimum_level IN (2, 3)),
  CONSTRAINT user_login_authentication_level_known CHECK (authentication_level IN (2, 3)),
  CONSTRAINT user_login_user_id_format CHECK (user_id ~ '^[0-9]{12}$'),
  CONSTRAINT user_login_expires_after_creation CHECK (expires_at > created_at),
  -- A code is issued to a browser that owns the login, and only once the user is known.
  CONSTRAINT user_login_code_of_a_user CHECK (
    code_hash IS NULL
    OR (opened_at IS NOT NULL AND user_id IS NOT NULL AND authenticated_at IS NOT NULL AND code_expires_at IS NOT NULL)
  ),
  CONSTRAINT user_login_tokens_erased CHECK (code_used_at IS NULL OR tokens_sealed IS NULL)
);
CREATE UNIQUE INDEX user_login_ticket_unique ON user_login (ticket_hash);
CREATE UNIQUE INDEX user_login_code_unique ON user_login (code_hash);
CREATE INDEX user_login_client ON user_login (client_id);
CREATE INDEX user_login_expires_at ON user_login (expires_at);

CREATE TABLE user_session (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  handle_hash TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  environment TEXT NOT NULL,
  client_id UUID NOT NULL,
  product TEXT NOT NULL,
  pattern TEXT NOT NULL,
  user_id TEXT NOT NULL,
  cis2_session_id TEXT,
  authentication_level SMALLINT NOT NULL,
  identity_level SMALLINT NOT NULL,
  authenticated_at TIMESTAMPTZ(3) NOT NULL,
  -- What A030 says that the user may be; null until it was read.
  roles JSONB,
  roles_read_at TIMESTAMPTZ(3),
  -- The role that holds for requests that choose none.
  ods_code TEXT,
  business_function TEXT,
  on_behalf_of_user_id TEXT,
  id_token_sealed BYTEA,
  id_token_expires_at TIMESTAMPTZ(3),
  name_sealed BYTEA,
  created_at TIMESTAMPTZ(3) NOT NULL,
  last_active_at TIMESTAMPTZ(3) NOT NULL,
  ended_at TIMESTAMPTZ(3),
  ended_by TEXT,
  end_reason TEXT,
  CONSTRAINT user_session_pkey PRIMARY KEY (id),
  CONSTRAINT user_session_client_id_fkey FOREIGN KEY (client_id) REFERENCES client (id)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT user_session_handle_hash_format CHECK (handle_hash ~ '^[0-9a-f]{64}$'),
  CONSTRAINT user_session_pattern_known CHECK (pattern IN ('separate', 'combined')),
  CONSTRAINT user_session_user_id_format CHECK (user_id ~ '^[0-9]{12}$'),
  CONSTRAINT user_session_authentication_level_known CHECK (authentication_level IN (2, 3)),
  CONSTRAINT user_session_identity_level_known CHECK (identity_level = 3),
  CONSTRAINT user_session_choice_whole CHECK ((ods_code IS NULL) = (business_function IS NULL)),
  CONSTRAINT user_session_on_behalf_of_a_choice CHECK (
    on_behalf_of_user_id IS NULL OR (on_behalf_of_user_id ~ '^[0-9]{12}$' AND business_function IS NOT NULL)
  ),
  CONSTRAINT user_session_end_whole CHECK (
    (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)
  ),
  CONSTRAINT user_session_erased_at_end CHECK (
    ended_at IS NULL OR (id_token_sealed IS NULL AND name_sealed IS NULL)
  )
);
CREATE UNIQUE INDEX user_session_handle_unique ON user_session (handle_hash);
CREATE INDEX user_session_client ON user_session (client_id, id);
CREATE INDEX user_session_user ON user_session (user_id, id);
CREATE INDEX user_session_live_by_cis2 ON user_session (environment, cis2_session_id) WHERE ended_at IS NULL;
CREATE INDEX user_session_live_by_organisation ON user_session (ods_code) WHERE ended_at IS NULL;

-- A replica that decided on an older version decides again.
CREATE FUNCTION user_session_next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
    PERFORM public.registry_refuse('user_session_end_final', 'a session that has ended stays ended');
  END IF;
  IF (NEW.handle_hash, NEW.environment, NEW.client_id, NEW.product, NEW.pattern, NEW.user_id, NEW.authentication_level,
      NEW.identity_level, NEW.authenticated_at)
     IS DISTINCT FROM
     (OLD.handle_hash, OLD.environment, OLD.client_id, OLD.product, OLD.pattern, OLD.user_id, OLD.authentication_level,
      OLD.identity_level, OLD.authenticated_at) THEN
    PERFORM public.registry_refuse('user_session_identity_fixed', 'who signed in, how and for whom never changes');
  END IF;
  IF (NEW.roles, NEW.ods_code, NEW.business_function, NEW.on_behalf_of_user_id, NEW.ended_at)
     IS DISTINCT FROM
     (OLD.roles, OLD.ods_code, OLD.business_function, OLD.on_behalf_of_user_id, OLD.ended_at) THEN
    NEW.version := OLD.version + 1;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER user_session_version BEFORE UPDATE ON user_session
  FOR EACH ROW EXECUTE FUNCTION user_session_next_version();

-- The newest pair of tokens of a user at one application. The pair is marked as being spent before API Management is
-- asked for the next one, since it takes a refresh token once.
CREATE TABLE user_token (
  session_id UUID NOT NULL,
  application_id UUID NOT NULL,
  generation INTEGER NOT NULL,
  access_sealed BYTEA NOT NULL,
  access_expires_at TIMESTAMPTZ(3) NOT NULL,
  refresh_sealed BYTEA,
  refresh_expires_at TIMESTAMPTZ(3),
  issued_at TIMESTAMPTZ(3) NOT NULL,
  spending_since TIMESTAMPTZ(3),
  spending_by UUID,
  CONSTRAINT user_token_pkey PRIMARY KEY (session_id, application_id),
  CONSTRAINT user_token_session_id_fkey FOREIGN KEY (session_id) REFERENCES user_session (id)
    ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT user_token_application_id_fkey FOREIGN KEY (application_id) REFERENCES application (id)
    ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT user_token_generation_positive CHECK (generation > 0),
  CONSTRAINT user_token_refresh_whole CHECK ((refresh_sealed IS NULL) = (refresh_expires_at IS NULL)),
  CONSTRAINT user_token_spending_whole CHECK ((spending_since IS NULL) = (spending_by IS NULL))
);
CREATE INDEX user_token_application ON user_token (application_id);

-- Data keys that seal tokens and names, wrapped by KMS; a new one each day.
CREATE TABLE user_data_key (
  id UUID NOT NULL,
  wrapped BYTEA NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT user_data_key_pkey PRIMARY KEY (id)
);

-- An ID token that a supplier brought belongs to the first client that brought it.
CREATE TABLE user_token_owner (
  token_hash TEXT NOT NULL,
  client_id UUID NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT user_token_owner_pkey PRIMARY KEY (token_hash)
);
CREATE INDEX user_token_owner_expires_at ON user_token_owner (expires_at);

-- A logout token of CIS2 is accepted once.
CREATE TABLE user_logout_token (
  jti_hash TEXT NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT user_logout_token_pkey PRIMARY KEY (jti_hash)
);
CREATE INDEX user_logout_token_expires_at ON user_logout_token (expires_at);

-- The one way to end sessions: what is secret or names the person goes, and who ended them, when and why stays.
CREATE FUNCTION end_user_sessions(sessions UUID[], by TEXT, reason TEXT, at TIMESTAMPTZ) RETURNS SETOF UUID
  LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
    UPDATE public.user_session
       SET ended_at = at, ended_by = by, end_reason = reason, id_token_sealed = NULL, name_sealed = NULL
     WHERE id = ANY (sessions) AND ended_at IS NULL
    RETURNING id;
  DELETE FROM public.user_token WHERE session_id = ANY (sessions);
END $$;

-- Sessions end with their client, and with the organisation for which they act.
CREATE FUNCTION user_sessions_end_with_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM public.end_user_sessions(
    ARRAY(SELECT id FROM public.user_session WHERE client_id = NEW.id AND ended_at IS NULL),
    'registry', 'client ' || NEW.state, clock_timestamp());
  RETURN NULL;
END $$;
CREATE TRIGGER user_sessions_end AFTER UPDATE OF state ON client
  FOR EACH ROW WHEN (NEW.state <> 'active' AND OLD.state = 'active')
  EXECUTE FUNCTION user_sessions_end_with_client();

CREATE FUNCTION user_sessions_end_with_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM public.end_user_sessions(
    ARRAY(SELECT id FROM public.user_session WHERE ods_code = NEW.ods_code AND ended_at IS NULL),
    'registry', 'organisation ' || NEW.state, clock_timestamp());
  RETURN NULL;
END $$;
CREATE TRIGGER user_sessions_end AFTER UPDATE OF state ON organisation
  FOR EACH ROW WHEN (NEW.state <> 'active' AND OLD.state = 'active')
  EXECUTE FUNCTION user_sessions_end_with_organisation();
