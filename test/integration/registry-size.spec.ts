import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRegistry } from '../../apps/gateway/src/adapters/registry.js';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { seedBasics } from './registry-fixture.ts';

const ORGANISATIONS = Number(process.env.GATEHOUSE_TEST_ORGANISATIONS ?? 1_000);
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.appUrl });
  await seedBasics(pool);
  await pool.query(`
    INSERT INTO organisation (ods_code, name) SELECT 'X' || n, 'Organisation ' || n FROM generate_series(1, ${ORGANISATIONS}) AS n;
    INSERT INTO product (name) VALUES ('P0'), ('P1'), ('P2');
    INSERT INTO application (id, environment, product, access_mode, capability, state, asid, api_key, jwks_id)
      SELECT lpad((n * 3 + p)::text, 32, '0')::uuid, 'int', 'P' || p, 'application-restricted', 'provider', 'live',
        lpad((n * 3 + p)::text, 12, '0'), 'key-' || n || '-' || p, lpad((n * 3 + p)::text, 22, 'j')
      FROM generate_series(1, ${ORGANISATIONS}) AS n, generate_series(0, 2) AS p;
    INSERT INTO binding (application_id, ods_code)
      SELECT lpad((n * 3 + p)::text, 32, '0')::uuid, 'X' || n FROM generate_series(1, ${ORGANISATIONS}) AS n, generate_series(0, 2) AS p;
    INSERT INTO application_message_set SELECT id, 'provider-read' FROM application;
    INSERT INTO signing_key (application_id, kid, kms_key_arn, public_jwk, thumbprint)
      SELECT id, 'kid-' || id, 'arn-' || id, jsonb_build_object('kty', 'RSA', 'e', 'AQAB', 'n', repeat('n', 683)), 't-' || id FROM application;
    INSERT INTO sro_appointment (ods_code, environments, name, email, job_title, spine_user_id, authority_name,
        authority_reference, authority_date, authority_document_sha256, review_due_on, appointed_by)
      SELECT ods_code, '{int}', 'Ann', 'a@b', 'CIO', '555073103100', 'Bob', 'r', '2026-01-01', repeat('a', 64), '2027-01-01', 'x'
      FROM organisation;
  `);
}, 900_000);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it(`${ORGANISATIONS} organisations with 3 applications each are loaded, and one changed, fast enough`, async () => {
  const openedAt = performance.now();
  const registry = await openRegistry({ databaseUrl: database.appUrl, onError: () => undefined });
  const loadMs = performance.now() - openedAt;
  expect(registry.current().applicationsByJwksId.size).toBe(ORGANISATIONS * 3);
  const times: Record<string, number> = {};
  const timed = async (what: string, sql: string) => {
    await pool.query(sql);
    const { rows } = await pool.query<{ version: string }>('SELECT version FROM registry_head');
    const startedAt = performance.now();
    await registry.refresh(Number(rows[0]!.version));
    times[what] = Math.round(performance.now() - startedAt);
  };
  await timed('one organisation', `UPDATE organisation SET state = 'suspended' WHERE ods_code = 'X7'`);
  await timed('one application', `UPDATE application SET state = 'suspended' WHERE asid = '000000000021'`);
  await timed(
    'a message set of all',
    `UPDATE message_set SET interactions = '{A005}' WHERE name = 'provider-read'`,
  );
  console.log(
    `${ORGANISATIONS * 3} applications: loaded in ${Math.round(loadMs)} ms; taken over, in ms:`,
    times,
  );
  await registry.close();
  expect(loadMs).toBeLessThan(ORGANISATIONS);
  expect(times['one organisation']).toBeLessThan(200);
});
