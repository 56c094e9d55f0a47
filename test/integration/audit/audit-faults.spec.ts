/** Faults F1 to F6 and F13 of the fault matrix, at the level of the audit trail. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  auditDatabase,
  cutBackends,
  deniedOf,
  holdHead,
  intentOf,
  linkTo,
  openLog,
  outcomeOf,
  outcomes,
  recordingLog,
  systemFacts,
  systemOf,
  untilLocked,
  verified,
  type AuditDatabase,
} from '../../support/audit/audit-trail.js';
import { refuseRows } from '../../support/audit/refuse-rows.js';
import { watchMachine } from '../../support/servers/machine.js';
import { until } from '../../support/until.js';

let database: AuditDatabase & { drop: () => Promise<void> };
beforeEach(async () => {
  database = await auditDatabase();
});
afterEach(() => database.drop());

/** How a promise was settled, and after how many milliseconds, without those in which this process had no core. */
async function timed(promise: Promise<unknown>): Promise<{ code: string; ms: number }> {
  const start = performance.now();
  const lateMs = watchMachine();
  const code = await promise.then(
    () => 'ok',
    (error: unknown) => (error as { code: string }).code,
  );
  return { code, ms: performance.now() - start - lateMs() };
}

describe('F1: the database is away', () => {
  it('refuses within 2.2 s, writes again when it is back, and records the outage once with its count', async () => {
    const line = await linkTo(database.appUrl);
    const log = await openLog(line.url);
    await log.intent(intentOf());
    const fromMs = Date.now();
    await line.down();
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await timed(log.intent(intentOf()));
        log.countRefused();
        return answer;
      }),
    );
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['GW_AUDIT_UNAVAILABLE']));
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThanOrEqual(2_200);
    expect(log.available()).toBe(false);

    await line.up();
    await until('the log takes writes', () => log.available());
    await log.intent(intentOf());
    await until(
      'the outage is recorded',
      async () => (await systemFacts(database, 'AUDIT_OUTAGE')).length > 0,
    );
    // All other counts are written now.
    await log.close();
    const [outage, ...more] = await systemFacts(database, 'AUDIT_OUTAGE');
    expect(more).toEqual([]);
    expect(outage?.['count']).toBe(20);
    expect(outage?.['firstAtMs']).toBeGreaterThanOrEqual(fromMs);
    expect((outage?.['lastAtMs'] ?? 0) - (outage?.['firstAtMs'] ?? 0)).toBeGreaterThanOrEqual(1_900);
    expect(await verified(database)).toMatchObject({ ok: true, rows: 3 });
  });

  it('loses the lease after fenceMs, so that calls are ended, and has a new lease when the database is back', async () => {
    const line = await linkTo(database.appUrl);
    const log = await openLog(line.url, { lease: { ttlMs: 1_500, renewMs: 200, fenceMs: 1_000 } });
    const signal = log.leaseLost;
    await line.down();
    await until('the lease is lost', () => signal.aborted, 3_000);
    expect(log.leaseHeld()).toBe(false);
    await line.up();
    await until('the lease is held again', () => log.leaseHeld());
    expect([signal.aborted, log.leaseLost.aborted]).toEqual([true, false]);
    await log.intent(intentOf());
  });
});

describe('F2: the head of the chain is locked by another session', () => {
  it('records NOT_SENT for an INTENT that is committed after its caller was refused', async () => {
    const log = await openLog(database.appUrl);
    const lock = await holdHead(database, log.writerId);
    const intent = intentOf();
    const answer = await timed(log.intent(intent));
    expect(answer.code).toBe('GW_AUDIT_UNAVAILABLE');
    expect(answer.ms).toBeLessThanOrEqual(2_200);
    await lock.release();
    await until('the attempt has its outcome', async () => (await outcomes(database)).has(intent.attemptId));
    expect((await outcomes(database)).get(intent.attemptId)).toBe('NOT_SENT');
    expect(await verified(database)).toMatchObject({ ok: true, open: 0, faults: [] });
  });

  it('does so even if it has given up the connection meanwhile', async () => {
    const journal = recordingLog();
    const log = await openLog(database.appUrl, { budgets: { commitMs: 400 }, log: journal });
    const lock = await holdHead(database, log.writerId);
    const intents = Array.from({ length: 3 }, () => intentOf());
    const answers = await Promise.all(intents.map((intent) => timed(log.intent(intent))));
    expect(answers.map(({ code }) => code)).toEqual(intents.map(() => 'GW_AUDIT_UNAVAILABLE'));
    await until('the connection is given up', () => journal.count('the audit database is lost') > 0);
    await lock.release();
    await until('the log takes writes', () => log.available());
    await log.outcome(outcomeOf(await acceptedBy(log)));
    // It first writes all the records that are still missing.
    await log.close();
    const outcomeById = await outcomes(database);
    const stored = await database.admin.query<{ attempt_id: string }>(
      `SELECT attempt_id FROM audit.event WHERE kind = 'INTENT'`,
    );
    expect(stored.rows.filter(({ attempt_id: id }) => !outcomeById.has(id))).toEqual([]);
    for (const { attemptId } of intents)
      expect(['NOT_SENT', undefined]).toContain(outcomeById.get(attemptId));
    expect(await verified(database)).toMatchObject({ ok: true, open: 0, faults: [] });
  });

  it('records that an answer was withheld although its OUTCOME was committed after all', async () => {
    const log = await openLog(database.appUrl, { budgets: { commitMs: 500 } });
    const intent = intentOf();
    await log.intent(intent);
    const lock = await holdHead(database, log.writerId);
    expect((await timed(log.outcome(outcomeOf(intent)))).code).toBe('GW_AUDIT_UNAVAILABLE');
    log.withhold(outcomeOf(intent));
    await lock.release();
    await until('it is recorded', async () => (await systemFacts(database, 'ANSWER_WITHHELD')).length === 1);
    expect(await systemFacts(database, 'ANSWER_WITHHELD')).toEqual([
      { attemptId: intent.attemptId, outcome: 'COMPLETED' },
    ]);
    expect(await verified(database)).toMatchObject({ ok: true, open: 0, faults: [] });
  });
});

async function acceptedBy(log: Awaited<ReturnType<typeof openLog>>): Promise<ReturnType<typeof intentOf>> {
  for (;;) {
    const intent = intentOf();
    if ((await timed(log.intent(intent))).code === 'ok') return intent;
  }
}

describe('F3: the database goes away between INTENT and OUTCOME', () => {
  it('refuses the OUTCOME and writes it as WITHHELD when the database is back', async () => {
    const line = await linkTo(database.appUrl);
    const log = await openLog(line.url);
    const intent = intentOf();
    await log.intent(intent);
    await line.down();
    const answer = await timed(log.outcome(outcomeOf(intent)));
    expect(answer.code).toBe('GW_AUDIT_UNAVAILABLE');
    expect(answer.ms).toBeLessThanOrEqual(2_200);
    log.withhold(outcomeOf(intent, { status: 503 }));
    await line.up();
    await until('the attempt has its outcome', async () => (await outcomes(database)).has(intent.attemptId));
    expect((await outcomes(database)).get(intent.attemptId)).toBe('WITHHELD');
    expect(await verified(database)).toMatchObject({ ok: true, open: 0, faults: [] });
  });
});

describe('F4: the database refuses the row of one request', () => {
  it('fails only that request, immediately, although it shares a batch with others', async () => {
    await refuseRows(database.superuserUrl, `NEW.record ->> 'correlationId' = 'bad'`);
    const log = await openLog(database.appUrl);
    const intents = Array.from({ length: 200 }, (_, at) =>
      intentOf(at === 77 ? { correlationId: 'bad' } : {}),
    );
    const answers = await Promise.all(intents.map((intent) => timed(log.intent(intent))));
    expect(answers.flatMap(({ code }, at) => (code === 'ok' ? [] : [[at, code]]))).toEqual([
      [77, 'GW_AUDIT_UNAVAILABLE'],
    ]);
    expect(await verified(database)).toMatchObject({ ok: true, rows: 199, open: 199 });
  });

  it('withholds the answer and keeps trying to record that', async () => {
    const journal = recordingLog();
    const log = await openLog(database.appUrl, { log: journal });
    const intent = intentOf();
    const accept = await refuseRows(
      database.superuserUrl,
      `NEW.kind = 'OUTCOME' AND NEW.attempt_id = '${intent.attemptId}'`,
    );
    await log.intent(intent);
    expect((await timed(log.outcome(outcomeOf(intent)))).code).toBe('GW_AUDIT_UNAVAILABLE');
    log.withhold(outcomeOf(intent));
    await until('it was refused again', () => journal.count('the database rejected an audit row') >= 3);
    await accept();
    await until(
      'it is recorded',
      async () => (await outcomes(database)).get(intent.attemptId) === 'WITHHELD',
    );
  });
});

describe('F5: more records arrive than can be written', () => {
  it('sheds immediately once the queue is full, counts the refusals that it has no room for, and never sheds an OUTCOME', async () => {
    const log = await openLog(database.appUrl, { maxQueue: 100 });
    const before = intentOf();
    await log.intent(before);
    const lock = await holdHead(database, log.writerId);
    const first = log.intent(intentOf());
    await untilLocked(database);
    const waiting = Array.from({ length: 100 }, () => timed(log.intent(intentOf())));
    const shed = await Promise.all(Array.from({ length: 50 }, () => timed(log.intent(intentOf()))));
    expect(new Set(shed.map(({ code }) => code))).toEqual(new Set(['GW_OVERLOAD']));
    expect(Math.max(...shed.map(({ ms }) => ms))).toBeLessThanOrEqual(250);
    await Promise.all(Array.from({ length: 30 }, () => log.denied(deniedOf())));
    for (let at = 0; at < 7; at += 1) log.parseEvent();
    const outcome = log.outcome(outcomeOf(before));
    await lock.release();
    await Promise.all([first, outcome]);
    expect(new Set((await Promise.all(waiting)).map(({ code }) => code))).toEqual(new Set(['ok']));
    await until(
      'it is recorded',
      async () => (await systemFacts(database, 'CONNECTION_REJECTED')).length === 1,
    );
    expect(await systemFacts(database, 'DENIED_SUMMARY')).toMatchObject([{ count: 30 }]);
    expect(await systemFacts(database, 'CONNECTION_REJECTED')).toMatchObject([{ count: 7 }]);
    expect(await verified(database)).toMatchObject({ ok: true, faults: [] });
  });
});

describe('F6: the database is read-only', () => {
  it('refuses, and writes again once it can', async () => {
    const log = await openLog(database.appUrl);
    await log.intent(intentOf());
    const name =
      (await database.admin.query<{ name: string }>('SELECT current_database() AS name')).rows[0]?.name ?? '';
    await database.admin.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
    await cutBackends(database);
    const answer = await timed(log.intent(intentOf()));
    expect(answer.code).toBe('GW_AUDIT_UNAVAILABLE');
    expect(answer.ms).toBeLessThanOrEqual(2_200);
    expect(log.available()).toBe(false);
    const client = await database.admin.connect();
    await client.query('SET default_transaction_read_only = off');
    await client.query(`ALTER DATABASE "${name}" RESET default_transaction_read_only`);
    client.release();
    await until('the log takes writes', () => log.available());
    await log.intent(intentOf());
    expect(await verified(database)).toMatchObject({ ok: true, rows: 2 });
  });
});

describe('F13: the database takes no rows', () => {
  it('is unavailable from the first failure on, and notices by itself that rows are taken again', async () => {
    const lines = recordingLog();
    const log = await openLog(database.appUrl, { log: lines });
    await log.intent(intentOf());
    const accept = await refuseRows(database.superuserUrl, 'true', {
      message: 'No space left on device',
      sqlState: 'disk_full',
    });
    expect(await timed(log.intent(intentOf()))).toMatchObject({ code: 'GW_AUDIT_UNAVAILABLE' });
    expect(log.available()).toBe(false);
    expect(await timed(log.system(systemOf('TRIED')))).toMatchObject({ code: 'GW_AUDIT_UNAVAILABLE' });
    expect(log.available()).toBe(false);
    await accept();
    await until('the log takes writes', () => log.available());
    await log.close();
    expect((await systemFacts(database, 'AUDIT_OUTAGE')).length).toBeGreaterThan(0);
    expect(lines.count('the audit database is lost')).toBe(1);
    expect(lines.count('the audit database is back')).toBe(1);
    expect(await verified(database)).toMatchObject({ ok: true, faults: [] });
  });
});
