/** A registry as large as a supplier's, written in one go. */
import pg from 'pg';
import { seedBasics } from '../../support/registry-rows.ts';
import type { TestDatabase } from '../../support/servers/postgres.ts';

/** A key that signs for all applications, where they have to get tokens. */
export interface SharedSigningKey {
  readonly id: string;
  readonly publicJwk: object;
}

export interface RegistryFill {
  /** Default: 3. */
  readonly productsEach?: number;
  /** Default: keys of real size that can't sign. */
  readonly signingKey?: SharedSigningKey;
}

const NO_KEY: SharedSigningKey = { id: 'none', publicJwk: { kty: 'RSA', e: 'AQAB', n: 'n'.repeat(683) } };

/** Organisations `X1` to `X<count>`, each with live applications that have a signing key and an SRO. */
export async function fillRegistry(
  database: TestDatabase,
  count: number,
  { productsEach = 3, signingKey = NO_KEY }: RegistryFill = {},
): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.appUrl });
  await seedBasics(pool);
  await pool.end();
  // Without triggers: how fast a large registry is written is another question.
  const superuser = new pg.Client(database.superuserUrl);
  await superuser.connect();
  await superuser.query(`
    SET session_replication_role = 'replica';
    INSERT INTO organisation (ods_code, name) SELECT 'X' || n, 'Organisation ' || n FROM generate_series(1, ${count}) AS n;
    INSERT INTO product (name) VALUES ('P0'), ('P1'), ('P2');
    INSERT INTO application (id, environment, product, access_mode, capability, state, asid, api_key, jwks_id)
      SELECT lpad((n * 3 + p)::text, 32, '0')::uuid, 'int', 'P' || p, 'application-restricted', 'provider', 'live',
        lpad((n * 3 + p)::text, 12, '0'), 'key-' || n || '-' || p, lpad((n * 3 + p)::text, 22, 'j')
      FROM generate_series(1, ${count}) AS n, generate_series(0, ${productsEach - 1}) AS p;
    INSERT INTO binding (application_id, ods_code, environment, product, access_mode, capability, live)
      SELECT lpad((n * 3 + p)::text, 32, '0')::uuid, 'X' || n, 'int', 'P' || p, 'application-restricted', 'provider', true
      FROM generate_series(1, ${count}) AS n, generate_series(0, ${productsEach - 1}) AS p;
    INSERT INTO application_message_set SELECT id, 'provider-read' FROM application;
    -- KMS finds a key by the end of its ARN alone, so that these are all the same one.
    INSERT INTO signing_key (application_id, kid, kms_key_arn, public_jwk, thumbprint, state, published_at, activated_at)
      SELECT id, 'kid-' || id, 'arn:aws:kms:eu-west-2:' || id || ':key/${signingKey.id}',
        '${JSON.stringify(signingKey.publicJwk)}', 't-' || id, 'ACTIVE', now(), now() - interval '1 day' FROM application;
    INSERT INTO sro_appointment (ods_code, environments, name, email, job_title, spine_user_id, authority_name,
        authority_reference, authority_date, authority_document_sha256, review_due_on, accepted_at, appointed_by)
      SELECT ods_code, '{int}', 'Ann', 'a@b', 'CIO', '555073103100', 'Bob', 'r', '2026-01-01', repeat('a', 64), current_date + 300, now(), 'x'
      FROM organisation;
    ANALYZE;
  `);
  await superuser.end();
}

/** Changes of one record or of what all applications share, in the order in which they are made. */
export const REGISTRY_CHANGES = {
  organisation: `UPDATE organisation SET state = 'suspended' WHERE ods_code = 'X7'`,
  application: `UPDATE application SET state = 'suspended' WHERE asid = '000000000021'`,
  messageSetOfAll: `UPDATE message_set SET interactions = '{A005}' WHERE name = 'provider-read'`,
} as const;
