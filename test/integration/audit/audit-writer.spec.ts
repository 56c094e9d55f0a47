import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_CHAIN, encodeRecord } from '../../../apps/gateway/src/adapters/audit/write/chain.js';
import { Connection } from '../../../apps/gateway/src/adapters/audit/write/connection.js';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.js';
import { isRecordedAlready } from '../../../apps/gateway/src/adapters/audit/write/queue.js';
import * as store from '../../../apps/gateway/src/adapters/audit/write/store.js';
import {
  auditDatabase,
  cutBackends,
  deniedOf,
  holdHead,
  intentOf,
  leaseOf,
  openLog,
  outcomeOf,
  outcomes,
  systemOf,
  untilLocked,
  verified,
  type AuditDatabase,
} from '../../support/audit/audit-trail.js';
import { until } from '../../support/until.js';

let database: AuditDatabase & { drop: () => Promise<void> };
beforeAll(async () => {
  database = await auditDatabase();
});
afterAll(() => database.drop());

async function pairs(log: AuditLog, count: number, acknowledged: string[] = []): Promise<void> {
  const writeAttempt = async (): Promise<void> => {
    const intent = intentOf();
    await log.intent(intent);
    acknowledged.push(`INTENT ${intent.attemptId}`);
    await log.outcome(outcomeOf(intent));
    acknowledged.push(`OUTCOME ${intent.attemptId}`);
  };
  await Promise.all(Array.from({ length: count }, writeAttempt));
}

async function stored(): Promise<Set<string>> {
  const result = await database.admin.query<{ row: string }>(
    `SELECT kind || ' ' || attempt_id AS row FROM audit.event`,
  );
  return new Set(result.rows.map(({ row }) => row));
}

describe('the audit writer', () => {
  it('writes 2,000 concurrent attempts as one verified chain without gaps', async () => {
    const log = await openLog(database.appUrl);
    await pairs(log, 2_000);
    const rows = await database.admin.query<{ rows: string; first: string; last: string }>(
      'SELECT count(*) AS rows, min(seq) AS first, max(seq) AS last FROM audit.event WHERE writer = $1',
      [log.writerId],
    );
    expect(rows.rows[0]).toEqual({ rows: '4000', first: '1', last: '4000' });
    const report = await verified(database);
    expect(report).toMatchObject({ ok: true, whole: true, open: 0, faults: [] });
    expect(report.attempts).toBeGreaterThanOrEqual(2_000);
  });

  it('stores every acknowledged record once and without a gap, although its connection is cut again and again', async () => {
    const log = await openLog(database.appUrl);
    const acknowledged: string[] = [];
    let refused = 0;
    let isOver = false;
    const caller = async (): Promise<void> => {
      while (!isOver) await pairs(log, 1, acknowledged).catch(() => (refused += 1));
    };
    const callers = Array.from({ length: 32 }, caller);
    for (let cut = 0; cut < 25; cut += 1) {
      const enough = acknowledged.length + 20 + Math.random() * 40;
      await until('more rows are acknowledged', () => acknowledged.length >= enough);
      await cutBackends(database);
    }
    isOver = true;
    await Promise.all(callers);

    expect(refused).toBe(0);
    expect(acknowledged.length).toBeGreaterThan(500);
    const rows = await stored();
    expect(acknowledged.filter((row) => !rows.has(row))).toEqual([]);
    expect(await verified(database)).toMatchObject({ ok: true, open: 0, faults: [] });
  });

  it('returns the version of the registry at the commit, however long the commit waited', async () => {
    const log = await openLog(database.appUrl);
    const { registryVersion } = await log.intent(intentOf());
    const lock = await holdHead(database, log.writerId);
    const waiting = log.intent(intentOf());
    await untilLocked(database, 300);
    await database.admin.query('UPDATE public.registry_head SET version = version + 1');
    await lock.release();
    expect(await waiting).toEqual({ registryVersion: registryVersion + 1, userSession: 'same' });
  });

  it('rejects a second OUTCOME, so that no answer is released that contradicts the first', async () => {
    const log = await openLog(database.appUrl);
    const otherLog = await openLog(database.appUrl);
    const intent = intentOf();
    await log.intent(intent);
    await otherLog.outcome(outcomeOf(intent, { outcome: 'UNKNOWN' }));
    const late = await log.outcome(outcomeOf(intent)).catch((error: unknown) => error);
    expect(late).toMatchObject({ code: 'GW_AUDIT_UNAVAILABLE' });
    expect(isRecordedAlready(late)).toBe(true);
    log.withhold(outcomeOf(intent));
    // It first writes all the records that are still missing.
    await log.close();
    expect((await outcomes(database)).get(intent.attemptId)).toBe('UNKNOWN');
  });

  it.each([
    ['a fraction', { requestBytes: 1.5 }],
    ['a NUL', { clientName: 'a\0b' }],
    ['half a character', { clientName: '\ud800' }],
    ['an attempt id that is no UUID', { attemptId: 'no-uuid' }],
  ])('rejects a record with %s and writes the others of its batch', async (_, changes) => {
    const log = await openLog(database.appUrl);
    const good = Array.from({ length: 8 }, () => deniedOf());
    const [bad, ...rest] = await Promise.allSettled([
      log.intent(intentOf(changes)),
      ...good.map((event) => log.denied(event)),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'GW_AUDIT_UNAVAILABLE' } });
    expect(rest.map(({ status }) => status)).toEqual(good.map(() => 'fulfilled'));
  });

  it('keeps its lease while it is idle and ends its chain when it is closed', async () => {
    const lease = { ttlMs: 900, renewMs: 100, fenceMs: 600 };
    const log = await openLog(database.appUrl, { lease });
    const signal = log.leaseLost;
    const firstLease = await leaseOf(database, log);
    await until('it has a lease that began after the first', async () => {
      const { endsAtMs } = await leaseOf(database, log);
      return endsAtMs - firstLease.endsAtMs > lease.ttlMs;
    });
    expect([signal.aborted, log.leaseHeld(), log.available()]).toEqual([false, true, true]);
    await log.close();
    expect([signal.aborted, log.leaseHeld()]).toEqual([true, false]);
    const result = await database.admin.query('SELECT state FROM audit.writer WHERE writer = $1', [
      log.writerId,
    ]);
    expect(result.rows).toEqual([{ state: 'closed' }]);
    await expect(log.system(systemOf('LATE'))).rejects.toMatchObject({ code: 'GW_AUDIT_UNAVAILABLE' });
  });

  it('leaves a chain with open attempts to the sweeper when it closes', async () => {
    const log = await openLog(database.appUrl);
    const intent = intentOf();
    await log.intent(intent);
    await log.close();
    const result = await database.admin.query(
      `SELECT state, lease_until <= clock_timestamp() AS over, open_from < seq + 1 AS open FROM audit.writer WHERE writer = $1`,
      [log.writerId],
    );
    expect(result.rows).toEqual([{ state: 'live', over: true, open: true }]);
  });
});

describe('a statement of the writer', () => {
  const options = { epoch: 0, openFrom: 1, ttlMs: 30_000 };
  const rows = (): store.Row[] => [{ record: encodeRecord(deniedOf(), writer, null), subjects: [] }];
  let writer = '';
  let connection: Connection;
  beforeEach(async () => {
    writer = randomUUID();
    connection = new Connection(database.appUrl, 5_000);
    await store.registerWriter(await connection.open(), writer, 'here', 30_000);
  });
  afterEach(() => {
    connection.cut();
  });

  it('commits durably, whatever the database’s default', async () => {
    const setting = await connection.client.query('SHOW synchronous_commit');
    expect(setting.rows).toEqual([{ synchronous_commit: 'on' }]);
  });

  it('that arrives after the head was read again writes nothing', async () => {
    const late = store.chainRows(EMPTY_CHAIN, rows());
    expect(await store.settleHead(connection.client, writer)).toMatchObject({
      seq: 0,
      epoch: 1,
      state: 'live',
    });
    expect(await store.append(connection.client, late, { writer, ...options })).toMatchObject({
      written: false,
    });
    expect(await store.append(connection.client, late, { writer, ...options, epoch: 1 })).toMatchObject({
      written: true,
    });
    const again = store.chainRows(EMPTY_CHAIN, rows());
    expect(await store.append(connection.client, again, { writer, ...options, epoch: 1 })).toMatchObject({
      written: false,
    });
    const result = await database.admin.query('SELECT seq FROM audit.event WHERE writer = $1', [writer]);
    expect(result.rows).toEqual([{ seq: '1' }]);
  });

  it.each(['sweeping', 'swept', 'closed'])('writes nothing into a chain that is %s', async (state) => {
    await database.admin.query('UPDATE audit.writer SET state = $2 WHERE writer = $1', [writer, state]);
    const chained = store.chainRows(EMPTY_CHAIN, rows());
    expect(await store.append(connection.client, chained, { writer, ...options })).toMatchObject({
      written: false,
    });
    expect(await store.renewLease(connection.client, writer, 1_000)).toBe(false);
  });
});

describe('audit rows', () => {
  const changes = [
    `UPDATE audit.event SET hash = hash`,
    `DELETE FROM audit.event`,
    `TRUNCATE audit.event`,
    `TRUNCATE audit.event_default`,
    `UPDATE audit.subject SET hash = hash`,
    `DELETE FROM audit.subject`,
    `TRUNCATE audit.subject`,
  ];
  const onlyForTheOwner = [
    `DELETE FROM audit.writer`,
    `UPDATE audit.organisation_key SET wrapped = wrapped`,
    `DELETE FROM audit.organisation_key`,
    `DROP TABLE audit.event`,
    `CREATE TABLE audit.mine (a int)`,
    `ALTER TABLE audit.event DISABLE TRIGGER ALL`,
    `SELECT audit.keep_partitions_at('2030-01-01')`,
    `SELECT audit.attach_partition('event', '2030-01-01')`,
  ];

  it.each([...changes, ...onlyForTheOwner])('the running role may not: %s', async (sql) => {
    await expect(database.app.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  it.each(changes)('not even the owner may: %s', async (sql) => {
    const log = await openLog(database.appUrl);
    const intent = intentOf();
    const subject = {
      odsCode: 'R69',
      kind: 'ubrn',
      keyId: intent.attemptId,
      hash: Buffer.alloc(32),
      sealed: Buffer.alloc(40),
    } as const;
    await log.intent(intent, [subject]);
    await log.outcome(outcomeOf(intent));
    const owner = new pg.Client(database.ownerUrl);
    await owner.connect();
    await expect(owner.query(sql)).rejects.toThrow('never changed or removed');
    await owner.end();
  });
});
