/**
 * The worker's verification of the trail on a real PostgreSQL: what a superuser changed is found with its chain and
 * number, and nothing in chains that nobody touched; a killed run is gone on with, and two workers share the work.
 */
import { randomUUID } from 'node:crypto';
import { createPrisma, type Database } from '@gatehouse/db/client';
import type { ChainFaultKind } from '@gatehouse/domain/audit/chain-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpointStore } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint.store.ts';
import { readTrailStatus } from '../../../apps/gateway/src/adapters/audit/read/trail-status.ts';
import { readRuns } from '../../../apps/gateway/src/adapters/audit/read/verification-status.ts';
import {
  beginPass,
  openVerificationStore,
  type VerificationStore,
} from '../../../apps/gateway/src/adapters/audit/verify/verification.store.ts';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import { linkHex, type SealedSubject } from '../../../apps/gateway/src/adapters/audit/write/chain.ts';
import { settleFindings } from '../../../apps/gateway/src/adapters/upkeep/findings.ts';
import { run } from '../../../apps/gateway/src/jobs/audit/audit-verification.job.ts';
import {
  type AuditDatabase,
  auditDatabase,
  intentOf,
  openLog,
  outcomeOf,
  systemFacts,
  systemOf,
} from '../../support/audit/audit-trail.ts';

const RECORDS = 6;
/** What is done to a chain; each has one of its own. */
const TAMPERED = [
  ...['edited', 'deleted', 'swapped', 'subject', 'cut', 'rewritten', 'headless', 'forged head', 'removed'],
  ...['second outcome', 'checkpoint'],
] as const;
const NAMES = [...TAMPERED, 'untouched', 'grows'] as const;
type Name = (typeof NAMES)[number];

let database: AuditDatabase & { readonly drop: () => Promise<void> };
let db: Database;
let store: VerificationStore;
let logs: Map<Name, AuditLog>;
/** Of the worker itself. */
let watcher: AuditLog;
let errors: string[];

const log = (name: Name): AuditLog => {
  const found = logs.get(name);
  if (found === undefined) throw new Error(`there is no chain ${name}`);
  return found;
};
const chain = (name: Name): string => log(name).writerId;

beforeAll(async () => {
  database = await auditDatabase();
  db = createPrisma(database.appUrl);
  store = openVerificationStore(database.app, db);
  errors = [];
  watcher = await openLog(database.appUrl);
  logs = new Map();
  for (const name of NAMES) logs.set(name, await openLog(database.appUrl));
  const sealed: SealedSubject = {
    ...{ odsCode: 'R69', kind: 'ubrn', keyId: randomUUID() },
    ...{ hash: Buffer.alloc(32, 7), sealed: Buffer.alloc(40, 9) },
  };
  await log('subject').intent(intentOf(), [sealed, { ...sealed, hash: Buffer.alloc(32, 8) }]);
  for (const name of NAMES)
    for (let count = name === 'subject' ? 1 : 0; count < RECORDS; count += 1)
      await log(name).system(systemOf(`NOTE_${String(count)}`));
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const verify = (changes: Partial<VerificationStore> = {}): Promise<void> =>
  run({
    store: { ...store, ...changes },
    covered: openCheckpointStore(database.app).covered,
    link: linkHex,
    audit: watcher,
    log: { error: (fields) => errors.push(JSON.stringify(fields)) },
    settle: (findings, nowMs) =>
      settleFindings(db, 'trail-fault', findings, { nowMs, signal: new AbortController().signal }),
    ...{ now: Date.now, monotonicNow: () => performance.now(), signal: new AbortController().signal },
  });

const runs = () => readRuns(database.app, 100);
const status = () => readTrailStatus(database.app, Date.now());
const oneMore = async (names: readonly Name[] = NAMES): Promise<void> => {
  for (const name of names) await log(name).system(systemOf('NOTE'));
};

/** The faults that are known, by what was done to their chains. */
async function faults(): Promise<Partial<Record<Name, [ChainFaultKind, number]>>> {
  const names = new Map(NAMES.map((name) => [chain(name), name]));
  const { verification } = await status();
  return Object.fromEntries(
    verification.faults.map(({ writer, kind, seq }) => [names.get(writer) ?? writer, [kind, seq]]),
  );
}

/** As a superuser can, triggers and constraints or not. */
async function tamper(...statements: readonly string[]): Promise<void> {
  const client = await database.admin.connect();
  try {
    await client.query('SET session_replication_role = replica');
    await client.query('ALTER TABLE audit.event DROP CONSTRAINT IF EXISTS event_is_record');
    for (const statement of statements) await client.query(statement);
  } finally {
    client.release(true);
  }
}

describe('a trail that nobody touched', () => {
  it('is verified as a whole at first, and each run is a row', async () => {
    await verify();
    expect(await runs()).toMatchObject([
      {
        ...{ requestedBy: 'schedule', isWhole: true, completes: true, checkpoint: null },
        ...{ records: NAMES.length * RECORDS, chains: NAMES.length, faultCount: 0, firstFault: null },
      },
    ]);
    const { verification } = await status();
    expect([...verification.chains.values()].map(({ seq }) => seq)).toEqual(NAMES.map(() => RECORDS));
  });

  it('is verified from there on, and a run that finds nothing new says so', async () => {
    await verify();
    await oneMore(['grows']);
    await verify();
    const [newest, before] = await runs();
    expect([before, newest]).toMatchObject([
      { isWhole: false, records: 0, chains: 0 },
      { isWhole: false, records: 1, chains: 1, requestedBy: 'schedule' },
    ]);
  });

  it('is gone on with where a killed run stopped', async () => {
    await oneMore();
    const before = (await runs()).length;
    let noted = 0;
    const addRange: VerificationStore['addRange'] = (range, nowMs) =>
      noted++ < 4 ? store.addRange(range, nowMs) : Promise.reject(new Error('killed'));
    await expect(verify({ addRange })).rejects.toThrow('killed');
    expect(await runs()).toHaveLength(before);
    await verify();
    expect((await runs())[0]).toMatchObject({ records: NAMES.length - 4, faultCount: 0 });
    expect((await status()).verification.faults).toEqual([]);
  });

  it('is verified once by two workers at once', async () => {
    const before = (await runs()).length;
    const already = await ranges();
    await oneMore();
    await Promise.all([verify(), verify()]);
    const both = (await runs()).slice(0, -before);
    expect(both).toHaveLength(2);
    expect(both.reduce((sum, { records }) => sum + records, 0)).toBe(NAMES.length);
    expect((await ranges()) - already).toBe(NAMES.length);
  });

  it('is verified anew as a whole once somebody asks for it, and by one request at a time', async () => {
    const begun = await Promise.all([beginPass(db, 'Omar', Date.now()), beginPass(db, 'Ada', Date.now())]);
    expect(begun.toSorted()).toEqual([false, true]);
    await verify();
    const [whole, ofNew] = await runs();
    expect(ofNew).toMatchObject({ isWhole: false, records: 0 });
    expect(whole).toMatchObject({ isWhole: true, completes: true, faultCount: 0 });
    expect(['Omar', 'Ada']).toContain(whole?.requestedBy);
    expect((await status()).verification).toMatchObject({ open: null, completed: { pass: 2 }, faults: [] });
    expect(errors).toEqual([]);
  });

  it('has runs and stretches that neither the running role nor the owner can change', async () => {
    for (const table of ['verification', 'verified_range', 'verification_pass'])
      for (const statement of [`DELETE FROM audit.${table}`, `UPDATE audit.${table} SET pass = 9`]) {
        await expect(database.app.query(statement)).rejects.toThrow('permission denied');
        await expect(database.admin.query(statement)).rejects.toThrow('never changed or removed');
      }
  });
});

async function ranges(): Promise<number> {
  const { rows } = await database.app.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM audit.verified_range WHERE writer <> '${watcher.writerId}'`,
  );
  return rows[0]?.count ?? 0;
}

describe('what a superuser did', () => {
  const event = (name: Name, seq: number): string => `writer = '${chain(name)}' AND seq = ${String(seq)}`;
  const headOf = (name: Name): number => (name === 'grows' ? 9 : 8);
  const cutTo = (name: Name, seq: number): string[] => [
    `DELETE FROM audit.event WHERE writer = '${chain(name)}' AND seq > ${String(seq)}`,
    `UPDATE audit.writer SET seq = ${String(seq)}, hash = (SELECT hash FROM audit.event WHERE ${event(name, seq)})
      WHERE writer = '${chain(name)}'`,
  ];
  /** One more record after the last one, in a chain that fits together. */
  const forge = (name: Name, seq: number): string[] => [
    `INSERT INTO audit.event (writer, seq, started_at, kind, attempt_id, prev_hash, hash, record)
     SELECT writer, ${String(seq)}, started_at, kind, (forged ->> 'attemptId')::uuid, hash,
            sha256(hash || convert_to(forged::text, 'UTF8')), forged
       FROM (SELECT *, record || jsonb_build_object('seq', ${String(seq)}, 'attemptId', gen_random_uuid()) AS forged
               FROM audit.event WHERE ${event(name, seq - 1)}) AS last`,
    `UPDATE audit.writer SET seq = ${String(seq)}, hash = (SELECT hash FROM audit.event WHERE ${event(name, seq)})
      WHERE writer = '${chain(name)}'`,
  ];

  it('to the end or the head of a chain is found by the next run', async () => {
    const attempt = intentOf();
    await log('untouched').intent(attempt, []);
    await log('untouched').outcome(outcomeOf(attempt));
    await log('second outcome').outcome(outcomeOf({ ...attempt, startedAtMs: attempt.startedAtMs + 1 }));
    await tamper(
      ...cutTo('cut', 3),
      ...[
        ...cutTo('rewritten', 6),
        ...forge('rewritten', 7),
        ...forge('rewritten', 8),
        ...forge('rewritten', 9),
      ],
      `DELETE FROM audit.event WHERE ${event('headless', 8)}`,
      `UPDATE audit.writer SET seq = seq + 1 WHERE writer = '${chain('headless')}'`,
      `UPDATE audit.writer SET hash = sha256('forged') WHERE writer = '${chain('forged head')}'`,
      `DELETE FROM audit.event WHERE writer = '${chain('removed')}'`,
      `DELETE FROM audit.writer WHERE writer = '${chain('removed')}'`,
    );
    await database.app.query(
      `INSERT INTO audit.checkpoint (sequence, made_at, is_full, chains, jws, heads)
       SELECT 1, now(), true, 2, 'unsigned', $1::text || ' 5 ' || repeat('ab', 32) || E'\\n' || $2::text || ' 5 '
              || (SELECT encode(hash, 'hex') FROM audit.event WHERE ${event('untouched', 5)}) || E'\\n'`,
      [chain('checkpoint'), chain('untouched')],
    );
    await verify();
    expect(await faults()).toEqual({
      ...{ cut: ['cut', 4], rewritten: ['replaced', 8], headless: ['missing', 8], removed: ['gone', 8] },
      ...{
        'forged head': ['head', 8],
        'second outcome': ['second outcome', 9],
        checkpoint: ['checkpoint', 5],
      },
    });
    expect((await runs())[0]).toMatchObject({ isWhole: false, checkpoint: 1, faultCount: 7 });
  });

  it('to records that were verified before is found when the whole trail is verified', async () => {
    await tamper(
      `UPDATE audit.event SET record = jsonb_set(record, '{event}', '"OTHER"') WHERE ${event('edited', 2)}`,
      `DELETE FROM audit.event WHERE ${event('deleted', 3)}`,
      `UPDATE audit.event e SET record = o.record || jsonb_build_object('seq', e.seq) FROM audit.event o
        WHERE e.writer = '${chain('swapped')}' AND o.writer = e.writer AND e.seq + o.seq = 5 AND e.seq IN (2, 3)`,
      `DELETE FROM audit.subject WHERE hash = decode(repeat('08', 32), 'hex')`,
    );
    await verify();
    expect(Object.keys(await faults())).toHaveLength(7);
    await beginPass(db, 'Omar', Date.now());
    await verify();
    const found = await faults();
    expect(found).toMatchObject({
      ...{ edited: ['hash', 2], deleted: ['missing', 3], swapped: ['hash', 2], subject: ['subjects', 1] },
      ...{
        'second outcome': ['second outcome', 9],
        'forged head': ['head', 8],
        checkpoint: ['checkpoint', 5],
      },
      // What was verified once is missed in every later pass.
      ...{ cut: ['cut', 4], headless: ['missing', 8], removed: ['gone', 8] },
    });
    expect(found).toHaveProperty('rewritten');
    expect(found).not.toHaveProperty('untouched');
    expect(found).not.toHaveProperty('grows');
    const { verification } = await status();
    expect(verification.chains.get(chain('untouched'))?.seq).toBe(10);
    expect(verification.chains.get(chain('grows'))?.seq).toBe(headOf('grows'));
    expect((await runs())[0]).toMatchObject({ isWhole: true, completes: true, requestedBy: 'Omar' });
  });

  it('is recorded once in the trail and in the log, and announced until the records are back', async () => {
    const known = Object.keys(await faults()).length;
    const events = await systemFacts(database, 'TRAIL_FAULT');
    expect(events).toContainEqual(
      expect.objectContaining({ chain: chain('edited'), seq: 2, fault: 'hash', requestedBy: 'Omar' }),
    );
    await verify();
    expect(await systemFacts(database, 'TRAIL_FAULT')).toHaveLength(events.length);
    expect(errors).toHaveLength(events.length);
    expect(await db.upkeepFinding.count({ where: { watch: 'trail-fault' } })).toBe(known);
    const ofEdited = { watch: 'trail-fault', key: { contains: chain('edited') } };
    expect(await db.upkeepFinding.findMany({ where: ofEdited })).toMatchObject([{ path: '/trail' }]);
    expect(await db.notice.count({ where: { title: { contains: chain('edited') } } })).toBe(1);

    await tamper(
      `UPDATE audit.event SET record = jsonb_set(record, '{event}', '"NOTE_1"') WHERE ${event('edited', 2)}`,
    );
    await verify();
    expect(await faults()).toHaveProperty('edited');
    await beginPass(db, 'Omar', Date.now());
    await verify();
    expect(await faults()).not.toHaveProperty('edited');
    expect(await faults()).toHaveProperty('deleted');
    expect(await db.upkeepFinding.findMany({ where: ofEdited })).toEqual([]);
  });
});
