-- A CIS2 client belongs to a product in an environment, and no longer to an application. Run by the owner.

CREATE TABLE cis2_client (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  environment TEXT NOT NULL,
  product TEXT NOT NULL,
  registered_client_id TEXT NOT NULL,
  auth TEXT NOT NULL,
  signing_algorithm TEXT NOT NULL DEFAULT 'RS512',
  client_secret_sealed BYTEA,
  client_secret_digest TEXT,
  state TEXT NOT NULL DEFAULT 'active',
  CONSTRAINT cis2_client_pkey PRIMARY KEY (id),
  CONSTRAINT cis2_client_environment_fkey FOREIGN KEY (environment) REFERENCES environment (name)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT cis2_client_product_fkey FOREIGN KEY (product) REFERENCES product (name)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT cis2_client_client_id_present CHECK (registered_client_id ~ '\S'),
  CONSTRAINT cis2_client_auth_known CHECK (auth IN ('private_key_jwt', 'client_secret', 'supplier')),
  CONSTRAINT cis2_client_signing_algorithm_known CHECK (signing_algorithm IN ('RS512', 'RS256')),
  CONSTRAINT cis2_client_secret_present CHECK (auth <> 'client_secret' OR client_secret_sealed IS NOT NULL),
  CONSTRAINT cis2_client_secret_with_digest CHECK (
    (client_secret_sealed IS NULL) = (client_secret_digest IS NULL) AND client_secret_digest ~ '^[0-9a-f]{64}$'
  ),
  CONSTRAINT cis2_client_state_known CHECK (state IN ('active', 'retired'))
);
CREATE UNIQUE INDEX cis2_client_product_once ON cis2_client (environment, product);
CREATE UNIQUE INDEX cis2_client_client_id_unique ON cis2_client (environment, registered_client_id);

CREATE FUNCTION cis2_client_keeps_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.environment, NEW.product) IS DISTINCT FROM (OLD.environment, OLD.product) THEN
    PERFORM public.registry_refuse('cis2_client_identity_fixed', 'product and environment never change');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cis2_client_identity BEFORE UPDATE ON cis2_client
  FOR EACH ROW EXECUTE FUNCTION cis2_client_keeps_identity();

CREATE TRIGGER registry_lock BEFORE INSERT OR UPDATE OR DELETE ON cis2_client
  FOR EACH STATEMENT EXECUTE FUNCTION registry_lock();
CREATE TRIGGER registry_record AFTER INSERT OR UPDATE OR DELETE ON cis2_client
  FOR EACH ROW EXECUTE FUNCTION registry_record(id);
CREATE TRIGGER registry_no_truncate BEFORE TRUNCATE ON cis2_client
  FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_always('registry_no_truncate');

-- A product whose applications agree on one client id, which no other product has, keeps it. No request has read these
-- ids so far; where applications disagreed, the history of each still has what it held.
WITH held AS (
  SELECT environment, product, min(cis2 ->> 'clientId') AS client_id
  FROM application
  WHERE cis2 ->> 'clientId' ~ '\S' AND state <> 'retired'
  GROUP BY environment, product
  HAVING count(DISTINCT cis2 ->> 'clientId') = 1
)
INSERT INTO cis2_client (environment, product, registered_client_id, auth)
SELECT environment, product, client_id, 'private_key_jwt' FROM held
WHERE (environment, client_id) IN (SELECT environment, client_id FROM held GROUP BY 1, 2 HAVING count(*) = 1);

ALTER TABLE application DROP COLUMN cis2;
