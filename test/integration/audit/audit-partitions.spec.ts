import { migrate } from '@gatehouse/db/migrate';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPartitions } from '../../../apps/gateway/src/adapters/audit/write/partitions.js';
import { run } from '../../../apps/gateway/src/jobs/audit/audit-partitions.job.js';
import {
  type AuditDatabase,
  auditDatabase,
  deniedOf,
  intentOf,
  openLog,
  outcomeOf,
  verified,
} from '../../support/audit/audit-trail.js';
import { RUNNING_ROLE } from '../../support/servers/postgres.ts';

const TWO_YEARS_MS = 2 * 365 * 86_400_000;

let database: AuditDatabase & { drop: () => Promise<void> };
beforeEach(async () => {
  database = await auditDatabase();
});
afterEach(() => database.drop());

/** The number of records of each month in each partition. */
async function recordsByPartition(): Promise<Record<string, number>> {
  const { rows } = await database.admin.query<{ part: string; records: number }>(
    `SELECT tableoid::regclass::text AS part, count(*)::int AS records FROM audit.event GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ part, records }) => [part, records]));
}

/** Runs the steps as the owner, with the database's clock at `moment`, until nothing is left to do. */
async function keepAt(moment: Date): Promise<string[]> {
  const owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  const steps: string[] = [];
  try {
    while (steps.at(-1) !== 'complete') {
      const { rows } = await owner.query<{ step: string }>('SELECT audit.keep_partitions_at($1) AS step', [
        moment,
      ]);
      steps.push(rows[0]!.step);
    }
  } finally {
    await owner.end();
  }
  return steps;
}

const monthOf = (moment: Date): string => moment.toISOString().slice(0, 7).replace('-', '');

/** Drops the partition of a month, counted from the current one. A run of the tests may last over the end of a month. */
async function dropMonth(ahead: number): Promise<void> {
  const { rows } = await database.admin.query<{ part: string }>(
    `SELECT 'audit.event_' || to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => $1), 'YYYYMM') AS part`,
    [ahead],
  );
  await database.admin.query(`DROP TABLE IF EXISTS ${rows[0]!.part}`);
}

describe('partitions of the audit trail', () => {
  it('are created for this month and the next three by the running role', async () => {
    const partitions = openPartitions(database.app);
    await dropMonth(3);
    expect(await partitions.ahead()).toBe(3);
    expect(await partitions.keep()).toBe('complete');
    expect(await partitions.ahead()).toBe(4);
  });

  it('are created by gatehouse migrate if some are missing', async () => {
    await dropMonth(1);
    expect(await openPartitions(database.app).ahead()).toBe(1);
    await migrate(database.ownerUrl, { runningRole: RUNNING_ROLE });
    expect(await openPartitions(database.app).ahead()).toBe(4);
  });

  it('take over a month from the default partition, even after two years and while records are written', async () => {
    const log = await openLog(database.appUrl);
    const then = Date.now() + TWO_YEARS_MS;
    const writeAttempt = async (): Promise<void> => {
      const intent = intentOf({ startedAtMs: then, atMs: then });
      await log.intent(intent, [
        {
          odsCode: 'R69',
          kind: 'ubrn',
          keyId: intent.attemptId,
          hash: Buffer.alloc(32),
          sealed: Buffer.alloc(40),
        },
      ]);
      await log.outcome(outcomeOf(intent));
    };
    /** Forty at a time: a busy machine doesn't commit more within the two seconds that a record may take. */
    const writeAttempts = async (count: number): Promise<void> => {
      for (let left = count; left > 0; left -= 40)
        await Promise.all(Array.from({ length: Math.min(left, 40) }, writeAttempt));
    };
    await writeAttempts(1_600);
    await log.denied(deniedOf({ startedAtMs: then + 62 * 86_400_000 }));
    expect(Object.keys(await recordsByPartition())).toEqual(['audit.event_default']);

    const [steps] = await Promise.all([keepAt(new Date(then)), writeAttempts(400)]);
    expect(steps).toContain('copied');
    expect(steps.at(-2)).toBe('moved');
    await keepAt(new Date(then));
    await writeAttempts(1);

    const parts = await recordsByPartition();
    expect(parts[`audit.event_${monthOf(new Date(then))}`]).toBe(2 * 2_001);
    expect(parts[`audit.event_${monthOf(new Date(then + 62 * 86_400_000))}`]).toBe(1);
    expect(parts['audit.event_default']).toBeUndefined();
    const subjects = await database.admin.query<{ count: number }>(
      'SELECT count(*)::int FROM audit.subject WHERE tableoid::regclass::text LIKE $1',
      ['audit.subject_2%'],
    );
    expect(subjects.rows[0]?.count).toBe(2_001);
    expect((await verified(database)).faults).toEqual([]);
  });

  it('leave the default partition unchanged if a copy lacks a record', async () => {
    const log = await openLog(database.appUrl);
    const then = Date.now() + TWO_YEARS_MS;
    await log.denied(deniedOf({ startedAtMs: then }));
    // A stray row that belongs to no record can't be copied.
    await database.admin.query(
      `INSERT INTO audit.subject (started_at, attempt_id, event_kind, ods_code, kind, hash, sealed, key_id)
       VALUES ($1, gen_random_uuid(), 'INTENT', 'R69', 'ubrn', decode(repeat('00', 32), 'hex'), '', gen_random_uuid())`,
      [new Date(then)],
    );
    await expect(keepAt(new Date(then))).rejects.toThrow('differ from it by 1 rows; nothing was moved');
    expect(await recordsByPartition()).toEqual({ 'audit.event_default': 1 });
  });

  it('still refuse UPDATE, DELETE and TRUNCATE after a move', async () => {
    const log = await openLog(database.appUrl);
    const then = Date.now() + TWO_YEARS_MS;
    await log.denied(deniedOf({ startedAtMs: then }));
    await keepAt(new Date(then));
    const part = `audit.event_${monthOf(new Date(then))}`;
    for (const sql of [
      `UPDATE ${part} SET hash = hash`,
      `DELETE FROM ${part}`,
      `TRUNCATE ${part}`,
      'TRUNCATE audit.event_default',
    ])
      await expect(database.admin.query(sql)).rejects.toThrow('never changed or removed');
  });

  it('raise an alarm if the next month has none', async () => {
    const alarms: string[] = [];
    const months: number[] = [];
    const log = { info: () => undefined, error: (_: object, message: string) => alarms.push(message) };
    const onMonthsAhead = (count: number) => months.push(count);
    const partitions = { keep: () => Promise.reject(new Error('no')), ahead: () => Promise.resolve(1) };
    await expect(run({ partitions, onMonthsAhead, log })).rejects.toThrow('no');
    expect(months).toEqual([1]);
    expect(alarms).toEqual([
      'the partitions of the audit trail could not be made',
      'the audit trail has no partition for the month that begins next',
    ]);
  });
});
