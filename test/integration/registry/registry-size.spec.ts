import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRegistry } from '../../../apps/gateway/src/adapters/registry/registry.js';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';
import { seedBasics } from '../../support/registry-rows.ts';

const ORGANISATIONS = Number(process.env.GATEHOUSE_TEST_ORGANISATIONS ?? 1_000);
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.appUrl });
  await seedBasics(pool);
  // Without triggers: how fast a large registry is written is another question.
  const superuser = new pg.Client(database.superuserUrl);
  await superuser.connect();
  await superuser.query(`
    SET session_replication_role = 'replica';
    INSERT INTO organisation (ods_code, name) SELECT 'X' || n, 'Organisation ' || n FROM generate_series(1, ${ORGANISATIONS}) AS n;
    INSERT INTO product (name) VALUES ('P0'), ('P1'), ('P2');
    INSERT INTO application (id, environment, product, access_mode, capability, state, asid, api_key, jwks_id)
      SELECT lpad((n * 3 + p)::text, 32, '0')::uuid, 'int', 'P' || p, 'application-restricted', 'provider', 'live',
        lpad((n * 3 + p)::text, 12, '0'), 'key-' || n || '-' || p, lpad((n * 3 + p)::text, 22, 'j')
      FROM generate_series(1, ${ORGANISATIONS}) AS n, generate_series(0, 2) AS p;
    INSERT INTO binding (application_id, ods_code, environment, product, access_mode, capability, live)
      SELECT lpad((n * 3 + p)::text, 32, '0')::uuid, 'X' || n, 'int', 'P' || p, 'application-restricted', 'provider', true
      FROM generate_series(1, ${ORGANISATIONS}) AS n, generate_series(0, 2) AS p;
    INSERT INTO application_message_set SELECT id, 'provider-read' FROM application;
    INSERT INTO signing_key (application_id, kid, kms_key_arn, public_jwk, thumbprint)
      SELECT id, 'kid-' || id, 'arn-' || id, jsonb_build_object('kty', 'RSA', 'e', 'AQAB', 'n', repeat('n', 683)), 't-' || id FROM application;
    INSERT INTO sro_appointment (ods_code, environments, name, email, job_title, spine_user_id, authority_name,
        authority_reference, authority_date, authority_document_sha256, review_due_on, appointed_by)
      SELECT ods_code, '{int}', 'Ann', 'a@b', 'CIO', '555073103100', 'Bob', 'r', '2026-01-01', repeat('a', 64), '2027-01-01', 'x'
      FROM organisation;
    ANALYZE;
  `);
  await superuser.end();
}, 120_000);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

interface Cost {
  readonly wallMs: number;
  /** Of this process; unlike the time on the wall it is the same on a busy machine. */
  readonly cpuMs: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: Math.round(performance.now() - startedAt), cpuMs: Math.round((user + system) / 1_000) };
}

it(`${ORGANISATIONS} organisations with 3 applications each are loaded, and one changed, fast enough`, async () => {
  const open = () => openRegistry({ databaseUrl: database.appUrl, onError: () => undefined });
  let registry!: Awaited<ReturnType<typeof open>>;
  const load = await costOf(async () => (registry = await open()));
  expect(registry.current().applicationsByJwksId.size).toBe(ORGANISATIONS * 3);
  const afterWriting = async (sql: string) => {
    await pool.query(sql);
    const { rows } = await pool.query<{ version: string }>('SELECT version FROM registry_head');
    return costOf(() => registry.refresh(Number(rows[0]!.version)));
  };
  const costs = {
    load,
    organisation: await afterWriting(`UPDATE organisation SET state = 'suspended' WHERE ods_code = 'X7'`),
    application: await afterWriting(`UPDATE application SET state = 'suspended' WHERE asid = '000000000021'`),
    messageSetOfAll: await afterWriting(
      `UPDATE message_set SET interactions = '{A005}' WHERE name = 'provider-read'`,
    ),
  };
  console.log(`${ORGANISATIONS * 3} applications`, costs);
  await registry.close();
  expect(load.cpuMs).toBeLessThan(ORGANISATIONS);
  expect(costs.organisation.cpuMs).toBeLessThan(200);
  expect(costs.application.cpuMs).toBeLessThan(200);
});
