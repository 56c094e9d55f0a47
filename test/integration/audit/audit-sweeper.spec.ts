import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.js';
import { isRecordedAlready } from '../../../apps/gateway/src/adapters/audit/write/queue.js';
import { startSweeper, type Sweeper } from '../../../apps/gateway/src/adapters/audit/write/sweeper.js';
import {
  atTheEnd,
  auditDatabase,
  intentOf,
  leaseOf,
  linkTo,
  openLog,
  outcomeOf,
  outcomes,
  silentLog,
  systemFacts,
  verified,
  type AuditDatabase,
} from '../../support/audit/audit-trail.js';
import { until } from '../../support/until.js';

/** The lease, scaled down from 30 s, 5 s and 25 s. */
const LEASE = { ttlMs: 1_200, renewMs: 200, fenceMs: 1_000 };

let database: AuditDatabase & { drop: () => Promise<void> };
beforeEach(async () => {
  database = await auditDatabase();
});
afterEach(() => database.drop());

function sweeperOf(audit: AuditLog, databaseUrl = database.appUrl, everyMs = 200): Sweeper {
  const clocks = { now: Date.now, monotonicNow: () => performance.now(), log: silentLog };
  return closedAtTheEnd(startSweeper({ databaseUrl, audit, ttlMs: LEASE.ttlMs, everyMs, ...clocks }));
}

function closedAtTheEnd(sweeper: Sweeper): Sweeper {
  atTheEnd(() => sweeper.close());
  return sweeper;
}

/** A sweeper whose clock moves only between rounds. */
function steppedSweeper(audit: AuditLog, databaseUrl = database.appUrl) {
  let nowMs = 0;
  let reported = 0;
  const sweeper = closedAtTheEnd(
    startSweeper({
      ...{ databaseUrl, audit, ttlMs: LEASE.ttlMs, everyMs: LEASE.ttlMs, log: silentLog },
      now: Date.now,
      monotonicNow: () => nowMs,
      onSwept: () => (reported += 1),
    }),
  );
  return {
    /** How many writers it has reported as swept. */
    reported: () => reported,
    /** Runs one round after this time. @returns how many writers were swept */
    async sweepAfter(milliseconds: number): Promise<number> {
      // A round that its own timer has started still has the old time, so wait for it.
      await sweeper.sweep();
      nowMs += milliseconds;
      return sweeper.sweep();
    },
  };
}

/** Ends the lease of a writer that can't renew it any more; each time it is another lease. */
const endLease = ({ writerId }: AuditLog) =>
  database.admin.query(
    `UPDATE audit.writer SET lease_until = least(lease_until, clock_timestamp()) - interval '1 ms' WHERE writer = $1`,
    [writerId],
  );

/** Waits until a writer has renewed its lease. */
async function untilRenewed(log: AuditLog): Promise<void> {
  const before = await leaseOf(database, log);
  await until('it is renewed', async () => (await leaseOf(database, log)).endsAtMs > before.endsAtMs);
}

async function stateOf(log: AuditLog): Promise<string | undefined> {
  const result = await database.admin.query<{ state: string }>(
    'SELECT state FROM audit.writer WHERE writer = $1',
    [log.writerId],
  );
  return result.rows[0]?.state;
}

describe('the sweeper', () => {
  it('records UNKNOWN for the attempts that a dead writer left open, and only for those', async () => {
    const line = await linkTo(database.appUrl);
    const dead = await openLog(line.url, { lease: LEASE });
    const intents = Array.from({ length: 700 }, () => intentOf());
    await Promise.all(intents.map((intent) => dead.intent(intent)));
    const done = intents.slice(0, 50);
    await Promise.all(done.map((intent) => dead.outcome(outcomeOf(intent))));
    await line.down();

    const log = await openLog(database.appUrl, { lease: LEASE });
    sweeperOf(log);
    await until('it is swept', async () => (await stateOf(dead)) === 'swept');
    const outcomeById = await outcomes(database);
    expect(intents.map(({ attemptId }) => outcomeById.get(attemptId))).toEqual(
      intents.map((intent) => (done.includes(intent) ? 'COMPLETED' : 'UNKNOWN')),
    );
    await until('it is recorded', async () => (await systemFacts(database, 'WRITER_SWEPT')).length === 1);
    expect(await systemFacts(database, 'WRITER_SWEPT')).toEqual([{ writer: dead.writerId, unknown: 650 }]);
    expect(await verified(database)).toMatchObject({ ok: true, open: 0, faults: [] });
  });

  it('leaves alone a writer that it has not watched for a whole lease, and one that renews its lease', async () => {
    const line = await linkTo(database.appUrl);
    const dead = await openLog(line.url, { lease: LEASE });
    const alive = await openLog(database.appUrl, { lease: LEASE });
    await Promise.all([dead.intent(intentOf()), alive.intent(intentOf())]);
    await line.down();
    await endLease(dead);
    const { sweepAfter, reported } = steppedSweeper(await openLog(database.appUrl, { lease: LEASE }));
    expect(await sweepAfter(0)).toBe(0);
    expect(await sweepAfter(LEASE.ttlMs - 1)).toBe(0);
    expect([await stateOf(dead), reported()]).toEqual(['live', 0]);
    await untilRenewed(alive);
    expect([await sweepAfter(1), reported()]).toEqual([1, 1]);
    expect(await stateOf(dead)).toBe('swept');
    for (let round = 0; round < 3; round += 1) {
      await untilRenewed(alive);
      expect(await sweepAfter(LEASE.ttlMs)).toBe(0);
    }
    expect(await stateOf(alive)).toBe('live');
    expect((await outcomes(database)).size).toBe(1);
  });

  it('leaves alone a writer that renews its lease, however late', async () => {
    const late = await openLog(database.appUrl);
    const { sweepAfter } = steppedSweeper(await openLog(database.appUrl));
    await endLease(late);
    for (let round = 0; round < 5; round += 1) {
      expect(await sweepAfter(LEASE.ttlMs - 1)).toBe(0);
      // It renews its lease, which ends again immediately.
      await endLease(late);
    }
    expect(await stateOf(late)).toBe('live');
    expect(await sweepAfter(0)).toBe(0);
    expect(await sweepAfter(LEASE.ttlMs)).toBe(1);
  });

  it('gives way to a live writer that can reach its database again', async () => {
    const [line, lineOfSweeper] = [await linkTo(database.appUrl), await linkTo(database.appUrl)];
    const live = await openLog(line.url, { lease: LEASE });
    const intent = intentOf();
    await live.intent(intent);
    const { sweepAfter } = steppedSweeper(await openLog(database.appUrl), lineOfSweeper.url);
    await line.down();
    await endLease(live);
    expect(await sweepAfter(0)).toBe(0);
    await lineOfSweeper.down();
    // Rounds without an answer say nothing about the writer, so it is watched from the beginning again.
    for (let round = 0; round < 3; round += 1) expect(await sweepAfter(LEASE.ttlMs)).toBe(0);
    await lineOfSweeper.up();
    expect(await sweepAfter(0)).toBe(0);
    await line.up();
    await untilRenewed(live);
    for (let round = 0; round < 3; round += 1) {
      expect(await sweepAfter(LEASE.ttlMs)).toBe(0);
      await untilRenewed(live);
    }
    expect(await stateOf(live)).toBe('live');
    await live.outcome(outcomeOf(intent));
    expect((await outcomes(database)).get(intent.attemptId)).toBe('COMPLETED');
  });

  it('stops a swept writer from writing any more, and rejects its late OUTCOME', async () => {
    const line = await linkTo(database.appUrl);
    const slow = await openLog(line.url, { lease: LEASE });
    const intent = intentOf();
    await slow.intent(intent);
    await line.down();
    const log = await openLog(database.appUrl, { lease: LEASE });
    sweeperOf(log);
    await until('it is swept', async () => (await stateOf(slow)) === 'swept');
    await line.up();
    await expect(slow.outcome(outcomeOf(intent))).rejects.toMatchObject({ code: 'GW_AUDIT_UNAVAILABLE' });
    await until('it is fenced', () => slow.fenced.aborted);
    expect([slow.leaseHeld(), slow.available(), slow.leaseLost.aborted]).toEqual([false, false, true]);
    await expect(slow.intent(intentOf())).rejects.toMatchObject({ code: 'GW_AUDIT_UNAVAILABLE' });
    expect((await outcomes(database)).get(intent.attemptId)).toBe('UNKNOWN');
    expect(await verified(database)).toMatchObject({ ok: true, open: 0, faults: [] });
  });

  it('competes with a writer for each OUTCOME: one is recorded, the other is rejected', async () => {
    const budgets = { commitMs: 15_000 };
    const writer = await openLog(database.appUrl, { budgets });
    const otherLog = await openLog(database.appUrl, { budgets });
    const intents = Array.from({ length: 60 }, () => intentOf());
    await Promise.all(intents.map((intent) => writer.intent(intent)));
    const results = await Promise.all(
      intents.map((intent) =>
        Promise.allSettled([
          writer.outcome(outcomeOf(intent)),
          otherLog.outcome(outcomeOf(intent, { outcome: 'UNKNOWN' })),
        ]),
      ),
    );
    const outcomeById = await outcomes(database);
    results.forEach(([mine, theirs], at) => {
      expect([mine.status, theirs.status].sort()).toEqual(['fulfilled', 'rejected']);
      expect(outcomeById.get(intents[at]?.attemptId ?? '')).toBe(
        mine.status === 'fulfilled' ? 'COMPLETED' : 'UNKNOWN',
      );
      const refused = mine.status === 'rejected' ? mine : theirs;
      expect(refused.status === 'rejected' && isRecordedAlready(refused.reason)).toBe(true);
    });
    expect(await verified(database)).toMatchObject({ ok: true, open: 0, faults: [] });
  });

  it('shares the work with another sweeper without recording anything twice', async () => {
    const line = await linkTo(database.appUrl);
    const dead = await openLog(line.url, { lease: LEASE });
    const intents = Array.from({ length: 600 }, () => intentOf());
    await Promise.all(intents.map((intent) => dead.intent(intent)));
    await line.down();
    const logs = [
      await openLog(database.appUrl, { lease: LEASE }),
      await openLog(database.appUrl, { lease: LEASE }),
    ];
    const sweepers = logs.map((log) => sweeperOf(log, database.appUrl, 50));
    await until('it is swept', async () => {
      await Promise.all(sweepers.map((sweeper) => sweeper.sweep()));
      return (await stateOf(dead)) === 'swept';
    });
    await Promise.all(sweepers.map((sweeper) => sweeper.sweep()));
    const outcomeById = await outcomes(database);
    expect(intents.map(({ attemptId }) => outcomeById.get(attemptId))).toEqual(intents.map(() => 'UNKNOWN'));
    expect(await systemFacts(database, 'WRITER_SWEPT')).toHaveLength(1);
    expect(await verified(database)).toMatchObject({ ok: true, open: 0, faults: [] });
  });

  it('finishes the work that another sweeper left incomplete', async () => {
    const dead = await openLog(database.appUrl);
    const intent = intentOf();
    await dead.intent(intent);
    await database.admin.query(`UPDATE audit.writer SET state = 'sweeping' WHERE writer = $1`, [
      dead.writerId,
    ]);
    const log = await openLog(database.appUrl);
    sweeperOf(log);
    await until('it is swept', async () => (await stateOf(dead)) === 'swept');
    expect((await outcomes(database)).get(intent.attemptId)).toBe('UNKNOWN');
  });
});
