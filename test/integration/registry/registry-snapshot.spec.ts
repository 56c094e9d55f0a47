import { randomUUID } from 'node:crypto';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  openRegistry,
  type Registry,
  type RegistryChange,
} from '../../../apps/gateway/src/adapters/registry/registry.js';
import { copyTemplate, type TestDatabase } from '../../support/servers/postgres.ts';
import { watchMachine } from '../../support/servers/machine.ts';
import { insert, seedApplication, seedBasics, valid } from '../../support/registry-rows.ts';
import { startTcpProxy } from '../../support/servers/tcp-proxy.ts';
import { until } from '../../support/until.ts';

const OBEYED_WITHIN_MS = 1_000;
let database: TestDatabase;
let pool: pg.Pool;
let registry: Registry;
let changes: RegistryChange[];

beforeEach(async () => {
  database = await copyTemplate();
  pool = new pg.Pool({ connectionString: database.appUrl });
  pool.on('error', () => undefined);
  await seedBasics(pool);
  registry = await openRegistry({ databaseUrl: database.appUrl, onError: () => undefined });
  changes = [];
  registry.onChange((change) => changes.push(change));
});
afterEach(async () => {
  await registry.close();
  await pool.end();
  await database.drop();
});

/** Milliseconds until the snapshot is as expected, without those in which this process had no core. */
async function obeyed(expected: () => boolean): Promise<number> {
  const startedAt = performance.now();
  const lateMs = watchMachine();
  await until('it is obeyed', expected, 5_000);
  return performance.now() - startedAt - lateMs();
}

/** With plain maps, which are equal whatever their order. */
const plain = (snapshot: Snapshot) =>
  Object.fromEntries(
    Object.entries(snapshot).map(([name, value]) => [
      name,
      typeof value === 'number' || value === null ? value : new Map(value),
    ]),
  );
const organisation = (odsCode: string) => registry.current().organisations.get(odsCode);
async function latest() {
  const { rows } = await pool.query<{ version: string }>('SELECT version FROM registry_head');
  return registry.refresh(Number(rows[0]!.version));
}

describe('what a snapshot holds', () => {
  it('everything about an organisation and a client, in the shape of the domain', async () => {
    const { applicationId, bindingId } = await seedApplication(pool, 'R69', {
      asid: '200000002454',
      api_key: 'the-api-key',
      apim_application_id: 'apim-1',
      jwks_id: 'j'.repeat(22),
    });
    const key = valid.signing_key({
      application_id: applicationId,
      kid: 'kid-1',
      kms_key_arn: 'arn-1',
      thumbprint: 't-1',
    });
    await insert(pool, 'signing_key', key);
    await pool.query(`UPDATE signing_key SET state = 'PUBLISHED', published_at = '2026-01-02T03:04:05.678Z'`);
    const exception = valid.write_exception({
      application_id: applicationId,
      expires_at: '2999-01-01T00:00:00Z',
    });
    await insert(pool, 'write_exception', exception);
    const appointment = valid.sro_appointment({ accepted_at: '2026-01-01T00:00:00Z' });
    await insert(pool, 'sro_appointment', appointment);
    await pool.query(`INSERT INTO assurance_floor (ods_code, level) VALUES ('R69', 2)`);
    const client = valid.client({
      workload_issuer: 'i',
      workload_audience: 'a',
      workload_subject: 's',
      name: 'worklist',
      rate_share: 'double',
    });
    await insert(pool, 'client', client);
    await insert(pool, 'client_grant', valid.client_grant({ client_id: client.id }));
    const credential = valid.client_credential({
      client_id: client.id,
      key_id: 'k1',
      expires_at: '2999-01-01T00:00:00Z',
    });
    await insert(pool, 'client_credential', credential);

    const snapshot = await latest();
    const application = {
      id: applicationId,
      environment: 'int',
      product: 'ReferWell',
      accessMode: 'application-restricted',
      capability: 'provider',
      state: 'live',
      asid: '200000002454',
      apiKey: 'the-api-key',
      apimApplicationId: 'apim-1',
      jwksId: 'j'.repeat(22),
      messageSets: ['provider-read'],
      interactions: new Set(['A005', 'A008']),
      writeExceptions: [
        {
          id: exception.id,
          interaction: 'A013',
          useCaseReference: 'UC-1',
          expiresAtMs: Date.UTC(2999, 0, 1),
          revokedAtMs: null,
          cosignedAtMs: null,
        },
      ],
      signingKeys: [
        {
          id: key.id,
          kid: 'kid-1',
          kmsKeyArn: 'arn-1',
          thumbprint: 't-1',
          publicJwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
          state: 'PUBLISHED',
          publishedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
          activatedAtMs: null,
        },
      ],
    };
    expect(snapshot.organisations.get('R69')).toEqual({
      odsCode: 'R69',
      name: 'Example NHS Trust',
      state: 'active',
      bindings: [{ id: bindingId, odsCode: 'R69', application }],
      sroAppointments: [
        {
          id: appointment.id,
          environments: ['int'],
          acceptedAtMs: Date.UTC(2026, 0, 1),
          withdrawnAtMs: null,
          startsOn: null,
          reviewDueOn: '2027-01-02',
          graceDays: 0,
        },
      ],
      assuranceFloor: 2,
    });
    expect(snapshot.assuranceFloor).toBeNull();
    expect(snapshot.applicationsByJwksId.get('j'.repeat(22))).toEqual(application);
    expect(snapshot.clients.get(String(client.id))).toEqual({
      id: client.id,
      name: 'worklist',
      environment: 'int',
      state: 'active',
      rateShare: 'double',
      grants: [
        {
          odsCode: 'R69',
          product: 'ReferWell',
          accessMode: 'application-restricted',
          capability: 'provider',
        },
      ],
      workload: { issuer: 'i', audience: 'a', subject: 's' },
    });
    expect(snapshot.credentials.get('k1')).toEqual({
      keyId: 'k1',
      clientId: client.id,
      secretHash: credential.secret_hash,
      expiresAtMs: Date.UTC(2999, 0, 1),
      revokedAtMs: null,
    });
    expect([...snapshot.workloads]).toEqual([['["i","s"]', client.id]]);

    const whole = await openRegistry({ databaseUrl: database.appUrl, onError: () => undefined });
    expect(plain(whole.current())).toEqual(plain(snapshot));
    await whole.close();
  });

  it('every CIS2 client with its keys, by product and by JWKS URL', async () => {
    const client = valid.cis2_client({
      id: randomUUID(),
      signing_algorithm: 'RS256',
      registered_client_id: 'c15',
    });
    await insert(pool, 'cis2_client', client);
    const key = valid.signing_key({ cis2_client_id: client.id });
    await insert(pool, 'signing_key', key);
    const { cis2Clients, cis2ClientsByJwksId } = await latest();
    expect([...cis2Clients]).toEqual([
      [
        'int/ReferWell',
        {
          id: client.id,
          environment: 'int',
          product: 'ReferWell',
          clientId: 'c15',
          auth: 'private_key_jwt',
          signingAlgorithm: 'RS256',
          state: 'active',
          jwksId: client.jwks_id,
          signingKeys: [expect.objectContaining({ id: key.id, kid: key.kid, state: 'PENDING' })],
        },
      ],
    ]);
    expect([...cis2ClientsByJwksId]).toEqual([[client.jwks_id, cis2Clients.get('int/ReferWell')]]);
  });

  it('after any sequence of changes, the same as a full load', async () => {
    const first = await seedApplication(pool, 'R69');
    const shared = await seedApplication(pool, 'R69', { access_mode: 'user-restricted', capability: null });
    await insert(pool, 'binding', { application_id: shared.applicationId, ods_code: 'RCD' });
    const client = valid.client({ workload_issuer: 'i', workload_audience: 'a', workload_subject: 's' });
    await insert(pool, 'client', client);
    await insert(pool, 'client_grant', valid.client_grant({ client_id: client.id }));
    await insert(pool, 'client_credential', valid.client_credential({ client_id: client.id }));
    const cis2Client = valid.cis2_client({ id: randomUUID() });
    await latest();
    await insert(pool, 'cis2_client', cis2Client);
    await insert(pool, 'signing_key', valid.signing_key({ cis2_client_id: cis2Client.id }));
    const steps = [
      `SELECT`,
      `UPDATE signing_key SET state = 'PUBLISHED', published_at = now() WHERE cis2_client_id IS NOT NULL`,
      `UPDATE cis2_client SET registered_client_id = 'another'`,
      `UPDATE cis2_client SET state = 'retired'`,
      `INSERT INTO message_set VALUES ('more', '{A010}')`,
      `INSERT INTO application_message_set VALUES ('${shared.applicationId}', 'more')`,
      `UPDATE message_set SET interactions = '{A005,A011}' WHERE name = 'more'`,
      `UPDATE message_set SET interactions = '{A005}' WHERE name = 'provider-read'; UPDATE organisation SET name = 'New' WHERE ods_code = 'R69'`,
      `DELETE FROM application_message_set WHERE application_id = '${first.applicationId}'`,
      `DELETE FROM binding WHERE application_id = '${shared.applicationId}' AND ods_code = 'R69'`,
      `UPDATE application SET api_key = 'another-key' WHERE id = '${shared.applicationId}'`,
      `DELETE FROM application WHERE id = '${first.applicationId}'`,
      `UPDATE client SET workload_subject = 'other' WHERE id = '${String(client.id)}'`,
      `DELETE FROM client_credential`,
      `DELETE FROM client_grant; DELETE FROM client`,
      `INSERT INTO assurance_floor (ods_code, level) VALUES ('RCD', 2)`,
      `INSERT INTO assurance_floor (level) VALUES (2)`,
      `UPDATE organisation SET name = 'Renamed' WHERE ods_code = 'RCD'`,
      `UPDATE assurance_floor SET level = 3 WHERE ods_code IS NULL`,
      `DELETE FROM assurance_floor WHERE ods_code = 'RCD'`,
      `DELETE FROM organisation WHERE ods_code = 'R69'`,
    ];
    for (const step of steps) {
      await pool.query(step);
      const followed = await latest();
      const whole = await openRegistry({ databaseUrl: database.appUrl, onError: () => undefined });
      expect(plain(followed), step).toEqual(plain(whole.current()));
      await whole.close();
    }
    expect([...registry.current().organisations.keys()]).toEqual(['RCD']);
    expect(registry.current().assuranceFloor).toBe(3);
    expect(registry.current().applicationsByJwksId.size).toBe(1);
  });

  it('a change replaces only the shard that it concerns', async () => {
    await seedApplication(pool, 'R69');
    await seedApplication(pool, 'RCD');
    const before = await latest();
    changes.length = 0;
    await pool.query(`UPDATE organisation SET state = 'suspended' WHERE ods_code = 'RCD'`);
    const after = await latest();
    expect(after.organisations.get('R69')).toBe(before.organisations.get('R69'));
    expect(after.organisations.get('RCD')).not.toBe(before.organisations.get('RCD'));
    expect(before.organisations.get('RCD')?.state).toBe('active');
    expect(after.clients).toBe(before.clients);
    expect(changes).toEqual([{ version: after.version, odsCodes: new Set(['RCD']), clientIds: new Set() }]);
  });

  it('a changed message set updates every organisation that uses it', async () => {
    await seedApplication(pool, 'R69');
    await seedApplication(pool, 'RCD');
    await latest();
    changes.length = 0;
    await pool.query(`UPDATE message_set SET interactions = '{A005}'`);
    await latest();
    expect(changes.map((change) => change.odsCodes)).toEqual([new Set(['R69', 'RCD'])]);
    for (const odsCode of ['R69', 'RCD'])
      expect(organisation(odsCode)?.bindings[0]?.application.interactions).toEqual(new Set(['A005']));
  });
});

describe('a change takes effect within a second', () => {
  it('made by hand in SQL, by another role', async () => {
    const owner = new pg.Client(database.ownerUrl);
    await owner.connect();
    await owner.query(`UPDATE organisation SET state = 'suspended' WHERE ods_code = 'R69'`);
    expect(await obeyed(() => organisation('R69')?.state === 'suspended')).toBeLessThan(OBEYED_WITHIN_MS);
    await owner.end();
  });

  it('when every connection of the registry was just cut', async () => {
    const superuser = new pg.Client(database.superuserUrl);
    await superuser.connect();
    const { rowCount } = await superuser.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'gatehouse registry%'`,
      [database.name],
    );
    // The connection that listens; the reader's may have been closed while idle.
    expect(rowCount).toBeGreaterThanOrEqual(1);
    await superuser.query(`UPDATE organisation SET state = 'suspended' WHERE ods_code = 'R69'`);
    expect(await obeyed(() => organisation('R69')?.state === 'suspended')).toBeLessThan(OBEYED_WITHIN_MS);
    await superuser.end();
    await pool.query(`UPDATE organisation SET state = 'active' WHERE ods_code = 'R69'`);
    expect(await obeyed(() => organisation('R69')?.state === 'active')).toBeLessThan(OBEYED_WITHIN_MS);
  });

  it('when no notification arrives', async () => {
    const owner = new pg.Client(database.ownerUrl);
    await owner.connect();
    await owner.query(`CREATE OR REPLACE FUNCTION registry_next_version() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS
      'UPDATE public.registry_head SET version = version + 1 RETURNING version'`);
    await owner.end();
    await pool.query(`UPDATE organisation SET state = 'suspended' WHERE ods_code = 'R69'`);
    expect(await obeyed(() => organisation('R69')?.state === 'suspended')).toBeLessThan(OBEYED_WITHIN_MS);
  });
});

describe('versions', () => {
  it('become visible in order, although transactions overlap', async () => {
    const [first, second] = [await pool.connect(), await pool.connect()];
    await first.query('BEGIN');
    await second.query('BEGIN');
    await first.query(`UPDATE organisation SET name = 'One' WHERE ods_code = 'R69'`);
    let waiting = true;
    const secondCommit = second
      .query(`UPDATE organisation SET name = 'Two' WHERE ods_code = 'RCD'`)
      .then(() => second.query('COMMIT'))
      .then(() => (waiting = false));
    await until('the second waits for the first', async () => {
      const { rowCount } = await pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    expect(waiting).toBe(true);
    await first.query('COMMIT');
    await secondCommit;
    const { rows } = await pool.query(
      `SELECT row_key, version - first_value(version) OVER w AS after_first FROM registry_change
       WHERE table_name = 'organisation' AND before IS NOT NULL WINDOW w AS (ORDER BY n)`,
    );
    expect(rows).toEqual([
      { row_key: 'R69', after_first: '0' },
      { row_key: 'RCD', after_first: '1' },
    ]);
    first.release();
    second.release();
  });

  it('a rule that counts rows holds between two concurrent transactions', async () => {
    const client = valid.client();
    await insert(pool, 'client', client);
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map(() =>
        insert(pool, 'client_credential', valid.client_credential({ client_id: client.id })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(2);
  });

  it('one transaction makes one version; writing the same values makes none', async () => {
    const before = (await latest()).version;
    await pool.query(`UPDATE organisation SET name = 'A'; UPDATE product SET state = 'retired'`);
    expect((await latest()).version).toBe(before + 1);
    await pool.query(`UPDATE organisation SET name = 'A'`);
    expect((await latest()).version).toBe(before + 1);
  });

  it('a savepoint that is rolled back leaves no version and no row', async () => {
    const before = (await latest()).version;
    await pool.query(
      `BEGIN; SAVEPOINT s; UPDATE organisation SET name = 'A'; ROLLBACK TO s; UPDATE product SET state = 'retired'; COMMIT`,
    );
    expect((await latest()).version).toBe(before + 1);
    const { rows } = await pool.query('SELECT table_name FROM registry_change WHERE version > $1', [before]);
    expect(rows).toEqual([{ table_name: 'product' }]);
  });

  it('refresh waits for the requested version, once for many callers, and says if there is no such version', async () => {
    await pool.query(`UPDATE organisation SET name = 'A'`);
    const { rows } = await pool.query<{ version: string }>('SELECT version FROM registry_head');
    const version = Number(rows[0]!.version);
    const snapshots = await Promise.all(Array.from({ length: 50 }, () => registry.refresh(version)));
    expect(new Set(snapshots).size).toBe(1);
    expect(snapshots[0]?.version).toBe(version);
    await expect(registry.refresh(version + 1)).rejects.toThrow(/version/);
  });
});

describe('the record of changes', () => {
  it('holds no secret, the actor and the reason', async () => {
    const application = valid.application({
      access_mode: 'user-restricted',
      capability: null,
      api_key: 'abcdefghijklmnopqrstuvwxyz',
      api_secret_sealed: Buffer.from('sealed-secret'),
      api_secret_digest: 'd'.repeat(64),
    });
    const connection = await pool.connect();
    await connection.query('BEGIN');
    await connection.query(
      `SELECT set_config('gatehouse.actor', 'ann', true), set_config('gatehouse.reason', 'CHG-1', true)`,
    );
    await insert(connection, 'application', application);
    await connection.query('COMMIT');
    connection.release();
    const client = valid.client();
    await insert(pool, 'client', client);
    await insert(
      pool,
      'client_credential',
      valid.client_credential({ client_id: client.id, secret_hash: 'e'.repeat(64) }),
    );
    await insert(pool, 'admin_token', valid.admin_token({ secret_hash: 'f'.repeat(64) }));
    await pool.query(`UPDATE application SET api_key = 'zyxwvutsrqponmlkjihgfedcba'`);

    const { rows } = await pool.query<{ text: string }>(
      'SELECT registry_change::text AS text FROM registry_change',
    );
    const text = rows.map((row) => row.text).join('\n');
    for (const secret of [
      'abcdefgh',
      'zyxwvu',
      Buffer.from('sealed-secret').toString('hex'),
      'd'.repeat(64),
      'e'.repeat(64),
      'f'.repeat(64),
    ])
      expect(text).not.toContain(secret);
    expect(text).toContain('…wxyz');
    const recorded = await pool.query(
      `SELECT actor, reason, after ->> 'asid' AS asid FROM registry_change WHERE table_name = 'application' ORDER BY n`,
    );
    expect(recorded.rows).toEqual([
      { actor: 'ann', reason: 'CHG-1', asid: application.asid },
      { actor: 'gatehouse_app', reason: null, asid: application.asid },
    ]);
  });

  it('names the organisations before and after, and the clients', async () => {
    const { applicationId } = await seedApplication(pool, 'R69', {
      access_mode: 'user-restricted',
      capability: null,
    });
    await insert(pool, 'binding', { application_id: applicationId, ods_code: 'RCD' });
    const client = valid.client();
    await insert(pool, 'client', client);
    const grant = await insert(pool, 'client_grant', valid.client_grant({ client_id: client.id }));
    const at = (await latest()).version;
    await pool.query(`UPDATE application SET api_key = 'k'`);
    await pool.query(`UPDATE client_grant SET ods_code = 'RCD' WHERE id = $1`, [
      (grant.rows[0] as { id: string }).id,
    ]);
    const { rows } = await pool.query(
      'SELECT table_name, ods_codes, client_ids FROM registry_change WHERE version > $1 ORDER BY n',
      [at],
    );
    expect(rows).toEqual([
      { table_name: 'application', ods_codes: ['R69', 'RCD'], client_ids: [] },
      { table_name: 'client_grant', ods_codes: ['R69', 'RCD'], client_ids: [client.id] },
    ]);
  });
});

describe('without the database', () => {
  it('the snapshot stays, and its age grows; it is updated again when the database is back', async () => {
    const proxy = await startTcpProxy(new URL(database.appUrl).host);
    const onError = vi.fn();
    const cutOff = await openRegistry({ databaseUrl: proxy.through(database.appUrl), onError });
    const before = cutOff.current();
    expect(cutOff.age()).toBeLessThan(5_000);
    proxy.refuse();
    await until('its age grows', () => cutOff.age() > 1_000);
    expect(cutOff.current()).toBe(before);
    expect(onError).toHaveBeenCalled();
    await expect(cutOff.refresh(before.version + 1)).rejects.toThrow();

    proxy.pass();
    await pool.query(`UPDATE organisation SET name = 'After' WHERE ods_code = 'R69'`);
    await obeyed(() => cutOff.current().organisations.get('R69')?.name === 'After');
    expect(cutOff.age()).toBeLessThan(1_000);
    await cutOff.close();
    await proxy.close();
  });

  it('opening fails', async () => {
    await expect(
      openRegistry({ databaseUrl: 'postgresql://x:y@127.0.0.1:1/none', onError: () => undefined }),
    ).rejects.toThrow(/ECONNREFUSED/);
  });
});
