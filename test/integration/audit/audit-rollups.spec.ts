/**
 * The hourly roll-ups of the trail on a real PostgreSQL: each request is counted once and in the hour in which it began,
 * even if workers are killed, however many count, and wherever its records lie.
 */
import { createPrisma, type Database } from '@gatehouse/db/client';
import type { IntentEvent, OutcomeEvent } from '@gatehouse/domain/audit/audit';
import { percentileOf } from '@gatehouse/domain/audit/rollup/buckets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareRollups } from '../../../apps/gateway/src/adapters/audit/rollup/compare.ts';
import {
  emptyRollups,
  openRollupStore,
  readRollupStatus,
  type RollupStore,
} from '../../../apps/gateway/src/adapters/audit/rollup/rollup.store.ts';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import { blankOutcome } from '../../../apps/gateway/src/adapters/audit/write/outcome.ts';
import { run } from '../../../apps/gateway/src/jobs/audit/audit-rollups.job.ts';
import {
  type AuditDatabase,
  auditDatabase,
  deniedOf,
  intentOf,
  openLog,
  outcomeOf,
  systemOf,
  untilLocked,
} from '../../support/audit/audit-trail.ts';

const HOUR_MS = 3_600_000;
const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
/** So many hours ago, at a minute of that hour. */
const ago = (hours: number, minute = 30): number => thisHour - hours * HOUR_MS + minute * 60_000;

let database: AuditDatabase & { readonly drop: () => Promise<void> };
let db: Database;
let store: RollupStore;
let log: AuditLog;
let other: AuditLog;

beforeAll(async () => {
  database = await auditDatabase();
  db = createPrisma(database.appUrl);
  store = openRollupStore(database.app);
  log = await openLog(database.appUrl);
  other = await openLog(database.appUrl);
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const count = (using = store, signal = new AbortController().signal): Promise<void> =>
  run({ store: using, now: Date.now, monotonicNow: () => performance.now(), signal });
/** Of one record, OUTCOMEs lie on later pages than their INTENTs. */
const inPagesOf = (most: number): RollupStore => ({
  ...store,
  countPage: (writer, afterSeq, _most, nowMs) => store.countPage(writer, afterSeq, most, nowMs),
});

async function attempt(
  startedAtMs: number,
  outcome: Partial<OutcomeEvent> = {},
  intent: Partial<IntentEvent> = {},
): Promise<void> {
  const event = intentOf({ startedAtMs, ...intent });
  await log.intent(event);
  await log.outcome(outcomeOf(event, outcome));
}

/** A trail with every kind of record, on two chains. */
async function someTrail(): Promise<void> {
  await attempt(ago(3), { durationMs: 22, upstreamDurationMs: 20 });
  await attempt(ago(3), { durationMs: 45, upstreamDurationMs: 41 });
  await attempt(ago(3), { outcome: 'FAILED', code: 'GW_UPSTREAM', upstreamDurationMs: 900, durationMs: 907 });
  await attempt(ago(3), { outcome: 'NOT_SENT', code: 'GW_RATE_LIMIT', upstreamDurationMs: null });
  await attempt(ago(2), { durationMs: 80, upstreamDurationMs: 30 }, { attemptNumber: 2, odsCode: 'RCD' });
  await log.system(systemOf('NOTE'));
  for (const odsCode of ['R69', 'RCD', null]) {
    const denied = deniedOf({ startedAtMs: ago(2), code: 'GW_GRANT', odsCode });
    await other.denied({ ...denied, requestId: denied.attemptId });
  }
}

interface TotalRow {
  readonly hour: number;
  readonly ods: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly count: number;
}

const totals = async (): Promise<TotalRow[]> => {
  const { rows } = await database.app.query<TotalRow>(
    `SELECT ((extract(epoch FROM hour) * 1000 - ${thisHour}) / ${HOUR_MS})::int AS hour, ods_code AS ods, outcome, code,
            count::int AS count FROM audit_search.hour_total ORDER BY hour, ods_code, outcome, code`,
  );
  return rows;
};
const line = ({ hour, ods, outcome, code, count: counted }: TotalRow): string =>
  `${hour} ${ods} ${outcome} ${code ?? '-'} ${counted}`;
const everything = async (): Promise<string> => {
  const { rows } = await database.app.query<{ rows: string }>(
    `SELECT (SELECT json_agg(h ORDER BY h::text) FROM audit_search.hour h)::text
         || (SELECT json_agg(t ORDER BY t::text) FROM audit_search.hour_total t)::text AS rows`,
  );
  return rows[0]?.rows ?? '';
};
/** Compares with the trail as if it were three hours later, so that every hour is over. */
const compare = () =>
  compareRollups(database.app, {
    ...{ fromMs: ago(32), untilMs: thisHour + 2 * HOUR_MS, nowMs: Date.now() + 3 * HOUR_MS },
    isOver: () => false,
  });
const expectAsInTrail = async (): Promise<void> => {
  const { hours, differences } = await compare();
  expect(differences).toEqual([]);
  expect(hours.length).toBe(33);
};

describe('the roll-ups', () => {
  it('count every request once, by organisation and for all together, with its times', async () => {
    await someTrail();
    await count();
    expect((await totals()).map(line)).toEqual([
      '-3 * COMPLETED - 2',
      '-3 * FAILED GW_UPSTREAM 1',
      '-3 * NOT_SENT GW_RATE_LIMIT 1',
      '-3 R69 COMPLETED - 2',
      '-3 R69 FAILED GW_UPSTREAM 1',
      '-3 R69 NOT_SENT GW_RATE_LIMIT 1',
      '-2 * COMPLETED - 1',
      '-2 * REFUSED GW_GRANT 3',
      '-2 R69 REFUSED GW_GRANT 1',
      '-2 RCD COMPLETED - 1',
      '-2 RCD REFUSED GW_GRANT 1',
    ]);
    await expectAsInTrail();
  });

  it('name environment, client, application and interaction, which an OUTCOME lacks', async () => {
    const { rows } = await database.app.query(
      `SELECT environment, client_id, application_id, interaction, count::int AS count FROM audit_search.hour
        WHERE outcome = 'COMPLETED' AND ods_code = 'R69'`,
    );
    expect(rows).toEqual([
      {
        ...{ environment: 'int', client_id: 'client-1', application_id: 'application-1' },
        ...{ interaction: 'A008', count: 2 },
      },
    ]);
  });

  it('keep the times of e-RS and of Gatehouse apart, and none of a later attempt as Gatehouse’s', async () => {
    const { rows } = await database.app.query<{ own: string[] | null; upstream: string[] | null }>(
      `SELECT own, upstream FROM audit_search.hour_total WHERE ods_code = '*' AND outcome = 'COMPLETED' ORDER BY hour`,
    );
    const at = (counts: string[] | null | undefined, part: number) =>
      counts === null || counts === undefined ? null : percentileOf(counts.map(Number), part);
    expect(
      rows.map(({ own, upstream }) => [at(own, 0.5), at(own, 1), at(upstream, 0.5), at(upstream, 1)]),
    ).toEqual([
      [2, 4, 20, 50],
      [null, null, 28, 30],
    ]);
  });

  it('say how far they are', async () => {
    expect(await readRollupStatus(database.app)).toMatchObject({ records: 14, uncounted: 0 });
    await attempt(ago(1));
    expect(await readRollupStatus(database.app)).toMatchObject({ records: 16, uncounted: 2 });
    await count();
    expect(await readRollupStatus(database.app)).toMatchObject({ uncounted: 0 });
  });

  it('count an OUTCOME on another page, chain or day than its INTENT in the hour in which the attempt began', async () => {
    const late = intentOf({ startedAtMs: ago(30), odsCode: 'RLATE' });
    await log.intent(late);
    await count(inPagesOf(1));
    expect((await totals()).filter(({ ods }) => ods === 'RLATE')).toEqual([]);
    const still = await compare();
    expect(still.closedUntilMs).toBe(ago(30, 0));
    await other.outcome(blankOutcome(late, Date.now()));
    await count(inPagesOf(1));
    expect((await totals()).filter(({ ods }) => ods === 'RLATE').map(line)).toEqual([
      '-30 RLATE UNKNOWN - 1',
    ]);
    await expectAsInTrail();
  });

  it('go on after a run that was killed between two pages', async () => {
    for (let at = 0; at < 4; at += 1) await attempt(ago(5), {}, { odsCode: 'RKILL' });
    let pages = 0;
    const killed: RollupStore = {
      ...store,
      countPage: (writer, afterSeq, _most, nowMs) =>
        pages++ < 3 ? store.countPage(writer, afterSeq, 1, nowMs) : Promise.reject(new Error('killed')),
    };
    await expect(count(killed)).rejects.toThrow('killed');
    expect((await readRollupStatus(database.app)).uncounted).toBe(5);
    await count();
    expect((await totals()).filter(({ ods }) => ods === 'RKILL').map(line)).toEqual([
      '-5 RKILL COMPLETED - 4',
    ]);
  });

  it('lose and double nothing when PostgreSQL loses the connection within a page', async () => {
    for (let at = 0; at < 3; at += 1) await attempt(ago(6), {}, { odsCode: 'RCUT' });
    const holder = await database.admin.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE audit_search.hour_total IN EXCLUSIVE MODE');
    const failing = expect(count()).rejects.toThrow();
    await untilLocked(database);
    await database.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    await failing;
    await holder.query('ROLLBACK');
    holder.release();
    expect((await totals()).filter(({ ods }) => ods === 'RCUT')).toEqual([]);
    await count();
    expect((await totals()).filter(({ ods }) => ods === 'RCUT').map(line)).toEqual(['-6 RCUT COMPLETED - 3']);
  });

  it('count once with two workers at once', async () => {
    for (let at = 0; at < 10; at += 1) await attempt(ago(7), {}, { odsCode: 'RTWO' });
    await Promise.all([count(inPagesOf(3)), count(inPagesOf(3)), count()]);
    await count();
    expect((await totals()).filter(({ ods }) => ods === 'RTWO').map(line)).toEqual([
      '-7 RTWO COMPLETED - 10',
    ]);
    await expectAsInTrail();
  });

  it('are the same, row for row, when they are made again from nothing, in whatever pages', async () => {
    const before = await everything();
    expect(before.length).toBeGreaterThan(1_000);
    await emptyRollups(db);
    expect(await totals()).toEqual([]);
    await count(inPagesOf(2));
    expect(await everything()).toBe(before);
  });

  it('do not agree with the trail once a row was changed', async () => {
    await database.admin.query(`UPDATE audit_search.hour SET count = count + 1 WHERE ods_code = 'RTWO'`);
    const { differences } = await compare();
    expect(differences.map(({ key, ...counts }) => [key[2], counts])).toEqual([
      ['RTWO', { rolledUp: 11, inTrail: 10 }],
      ['*', { rolledUp: 10, inTrail: 11 }],
      ['RTWO', { rolledUp: 10, inTrail: 11 }],
    ]);
    await emptyRollups(db);
    await count();
    await expectAsInTrail();
  });

  it('count what the trail holds, and leave it as it is', async () => {
    await expect(database.app.query('DELETE FROM audit.event')).rejects.toThrow('permission denied');
    await expect(database.app.query('CREATE TABLE audit_search.other ()')).rejects.toThrow(
      'permission denied',
    );
  });
});
