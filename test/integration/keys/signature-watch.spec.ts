/**
 * The watch of KMS's own log on a real PostgreSQL and a bucket: a signature without a record is one alarm, however often and
 * by however many workers the log is read, and a log that lacks something is noticed.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createPrisma, type Database } from '@gatehouse/db/client';
import { signatureFacts } from '@gatehouse/domain/signatures/recorded-signatures';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemEvent } from '../../../apps/gateway/src/adapters/audit/system-event.ts';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import type { LogPlace } from '../../../apps/gateway/src/adapters/signatures/log-place.ts';
import { openLogReader } from '../../../apps/gateway/src/adapters/signatures/log-reader.ts';
import { openLogPlace } from '../../../apps/gateway/src/adapters/signatures/open-log-place.ts';
import { readLogFile } from '../../../apps/gateway/src/adapters/signatures/read-log-file.ts';
import { settleFindings } from '../../../apps/gateway/src/adapters/upkeep/findings.ts';
import { run } from '../../../apps/gateway/src/jobs/signatures/signature-watch.job.ts';
import type { SignatureWatchDeps } from '../../../apps/gateway/src/jobs/signatures/watch-deps.ts';
import { type AuditDatabase, auditDatabase, openLog, systemFacts } from '../../support/audit/audit-trail.ts';
import { insert, seedApplication, seedBasics, valid } from '../../support/registry-rows.ts';
import { type MarkedRows, markRows } from '../../support/servers/rewind.ts';
import { SETTINGS_VARIABLE } from '../../support/servers/simulator-server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const BEGIN_MS = Date.parse('2026-11-15T08:00:00Z');
const KEY = 'arn:aws:kms:eu-west-2:000000000001:key/one';
const CHECKPOINT_KEY = 'arn:aws:kms:eu-west-2:000000000001:key/checkpoints';
const STAFF_KEY = 'arn:aws:kms:eu-west-2:000000000001:key/staff';
const STRANGER = 'arn:aws:sts::000000000001:assumed-role/stranger/1';

let database: AuditDatabase & { readonly drop: () => Promise<void> };
let db: Database;
let trail: AuditLog;
let seeded: MarkedRows;
let endpoint: string;
let place: LogPlace;
let bucketPath: string;
let nowMs: number;
let logged: object[];
let fetched: string[];

beforeAll(async () => {
  ({ AWS_ENDPOINT_URL_KMS: endpoint } = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as {
    AWS_ENDPOINT_URL_KMS: string;
  });
  database = await auditDatabase();
  db = createPrisma(database.appUrl);
  trail = await openLog(database.appUrl);
  await seedBasics(database.app);
  const { applicationId } = await seedApplication(database.app, 'R69');
  await insert(
    database.app,
    'signing_key',
    valid.signing_key({ application_id: applicationId, kid: 'kid-1', kms_key_arn: KEY }),
  );
  seeded = await markRows(database.superuserUrl);
});
afterAll(async () => {
  await seeded.close();
  await db.$disconnect();
  await database.drop();
});

beforeEach(async () => {
  await seeded.rewind();
  bucketPath = `gatehouse-unlocked/${randomUUID()}/AWSLogs/000000000001/CloudTrail/eu-west-2`;
  place = openLogPlace({
    place: `s3://${bucketPath}`,
    s3: { region: 'eu-west-2', endpoint, proxy: null },
  });
  [logged, fetched, nowMs] = [[], [], BEGIN_MS];
  // The first run says since when signatures are compared.
  await watch();
});

function watch(changes: Partial<SignatureWatchDeps> = {}): Promise<void> {
  const { signal } = changes.signal === undefined ? new AbortController() : { signal: changes.signal };
  return run({
    place: {
      files: (day, until) => place.files(day, until),
      read: (name, until) => {
        fetched.push(name);
        return place.read(name, until);
      },
    },
    reader: { read: (job) => Promise.resolve(readLogFile(job)) },
    ...{ db, trail: database.app, ownKeys: [CHECKPOINT_KEY], audit: trail, signal },
    settleFindings: (name, findings, atMs) => settleFindings(db, name, findings, { nowMs: atMs, signal }),
    log: { error: (fields) => logged.push(fields) },
    now: () => nowMs,
    ...changes,
  });
}

const later = (ms: number): Promise<void> => {
  nowMs += ms;
  return watch();
};

/** As a process of Gatehouse does within a minute. */
async function record(
  requestIds: readonly string[],
  atMs: number,
  { key = KEY, unanswered = [] as { fromMs: number; toMs: number }[] } = {},
): Promise<void> {
  await trail.system(systemEvent('KMS_SIGNATURES', atMs, signatureFacts({ key, requestIds, unanswered })));
}

const signature = (requestId: string, atMs: number, key = KEY) => ({
  ...{ eventSource: 'kms.amazonaws.com', eventName: 'Sign', eventID: `event of ${requestId}` },
  ...{ eventTime: new Date(atMs).toISOString(), requestID: requestId },
  userIdentity: { type: 'AssumedRole', arn: STRANGER },
  resources: [{ type: 'AWS::KMS::Key', ARN: key }],
});

const logFile = (records: readonly object[]): Buffer => gzipSync(JSON.stringify({ Records: records }));

/** As CloudTrail does, into the folder of the day. @returns the name within the place */
async function deliver(name: string, content: Buffer | readonly object[]): Promise<string> {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  const answer = await fetch(`${endpoint}/${bucketPath}/${day}/${name}.json.gz`, {
    method: 'PUT',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x', 'x-amz-checksum-crc32': 'AAAAAA==' },
    body: new Uint8Array(Buffer.isBuffer(content) ? content : logFile(content)),
  });
  expect(answer.status).toBe(200);
  return `${day}/${name}.json.gz`;
}

const findings = () => db.upkeepFinding.findMany({ orderBy: { key: 'asc' } });
const notices = () => db.notice.findMany({ orderBy: { createdAt: 'asc' } });
const alarms = () => systemFacts(database, 'SIGNATURES_UNRECORDED');

describe('signatures in the log', () => {
  it('that have their records are no alarm', async () => {
    await record(['a', 'b'], BEGIN_MS + MINUTE_MS);
    await record(['c'], BEGIN_MS + MINUTE_MS, { key: CHECKPOINT_KEY });
    await record(['d'], BEGIN_MS + MINUTE_MS, { key: STAFF_KEY });
    nowMs += 10 * MINUTE_MS;
    await deliver('1', [
      signature('a', BEGIN_MS + 30_000),
      signature('b', BEGIN_MS + 30_000),
      signature('c', BEGIN_MS + 30_000, CHECKPOINT_KEY),
      signature('d', BEGIN_MS + 30_000, STAFF_KEY),
      signature('of another system', BEGIN_MS + 30_000, 'arn:aws:kms:eu-west-2:000000000001:key/theirs'),
      { ...signature('refused', BEGIN_MS + 30_000), errorCode: 'DisabledException' },
    ]);
    await later(0);
    for (let hour = 0; hour < 5; hour += 1) await later(HOUR_MS);
    expect(await db.unmatchedSignature.count()).toBe(0);
    expect([await findings(), await notices(), await alarms()]).toEqual([[], [], []]);
  });

  it('that nobody recorded are an alarm half an hour later, once, whichever workers look', async () => {
    nowMs += 10 * MINUTE_MS;
    await deliver('1', [
      signature('x', BEGIN_MS + MINUTE_MS),
      signature('y', BEGIN_MS + 2 * MINUTE_MS),
      signature('z', BEGIN_MS + 2 * MINUTE_MS, CHECKPOINT_KEY),
    ]);
    await Promise.all([watch(), watch(), watch()]);
    expect(fetched.length).toBeLessThanOrEqual(3);
    // CloudTrail delivers an event twice.
    await deliver('2', [signature('x', BEGIN_MS + MINUTE_MS)]);
    await later(15 * MINUTE_MS);
    expect(await findings()).toEqual([]);
    nowMs += 10 * MINUTE_MS;
    await Promise.all([watch(), watch(), watch()]);
    for (let hour = 0; hour < 3; hour += 1) await later(HOUR_MS);
    expect((await alarms()).toSorted((a, b) => Number(b['count']) - Number(a['count']))).toMatchObject([
      {
        key: KEY,
        kid: 'kid-1',
        count: 2,
        signatures: [{ requestId: 'x', by: STRANGER }, { requestId: 'y' }],
      },
      { key: CHECKPOINT_KEY, kid: null, count: 1 },
    ]);
    expect(logged).toHaveLength(2);
    const told = await notices();
    expect(told.map(({ kind, odsCodes }) => [kind, odsCodes]).sort()).toEqual([
      ['alarm', []],
      ['alarm', ['R69']],
    ]);
    expect((await findings()).map(({ watch: name, odsCodes }) => [name, odsCodes])).toEqual([
      ['unrecorded-signature', []],
      ['unrecorded-signature', ['R69']],
    ]);
    await later(7 * DAY_MS);
    expect(await findings()).toEqual([]);
  });

  it('before the first run are not compared', async () => {
    nowMs += 10 * MINUTE_MS;
    await deliver('1', [signature('before', BEGIN_MS - 1_000), signature('after', BEGIN_MS)]);
    await later(0);
    await later(HOUR_MS);
    expect(await alarms()).toMatchObject([{ signatures: [{ requestId: 'after' }] }]);
  });

  it('may get their record after the file was read, and after the alarm, which it ends', async () => {
    nowMs += 10 * MINUTE_MS;
    await deliver('1', [signature('slow', BEGIN_MS + MINUTE_MS), signature('late', BEGIN_MS + MINUTE_MS)]);
    await later(0);
    await record(['slow'], nowMs + MINUTE_MS);
    await later(HOUR_MS);
    expect(await alarms()).toMatchObject([{ count: 1, signatures: [{ requestId: 'late' }] }]);
    expect(await findings()).toHaveLength(1);
    await record(['late'], nowMs);
    await later(5 * MINUTE_MS);
    expect(await findings()).toEqual([]);
  });

  it('whose answer was lost are excused, as many as were lost, over all runs', async () => {
    const span = { fromMs: BEGIN_MS + MINUTE_MS, toMs: BEGIN_MS + MINUTE_MS + 3_000 };
    await record([], BEGIN_MS + 2 * MINUTE_MS, { unanswered: [span] });
    nowMs += 10 * MINUTE_MS;
    await deliver('1', [signature('first', span.fromMs)]);
    await later(0);
    await later(HOUR_MS);
    expect(await alarms()).toEqual([]);
    await deliver('2', [signature('second', span.toMs)]);
    await later(0);
    await later(HOUR_MS);
    expect(await alarms()).toMatchObject([{ count: 1, signatures: [{ requestId: 'second' }] }]);
  });
});

describe('log files', () => {
  it('are each read once, over days, restarts and a week of standstill', async () => {
    /** A worker that is stopped while it reads its first file. */
    const stopped = (): Promise<void> => {
      const stop = new AbortController();
      const read: SignatureWatchDeps['reader']['read'] = (job) => {
        stop.abort();
        return Promise.resolve(readLogFile(job));
      };
      return watch({ signal: stop.signal, reader: { read } });
    };
    nowMs += 10 * MINUTE_MS;
    const names = [await deliver('1', []), await deliver('2', [])];
    await stopped();
    expect(fetched).toEqual(names.slice(0, 1));
    await later(5 * MINUTE_MS);
    nowMs += DAY_MS;
    names.push(await deliver('3', []), await deliver('4', []));
    nowMs += 7 * DAY_MS;
    names.push(await deliver('5', []));
    await stopped();
    await later(0);
    await later(DAY_MS);
    expect(fetched).toEqual(names);
    const { day } = await db.signatureWatch.findFirstOrThrow();
    expect(day).toBe(new Date(nowMs - DAY_MS).toISOString().slice(0, 10));
  });

  it('that are poison are set aside, one that can not be fetched is tried again, and the others are read', async () => {
    nowMs += 10 * MINUTE_MS;
    await deliver('1', logFile([]).subarray(0, 15));
    await deliver('2', Buffer.from('hello'));
    await deliver('3', Buffer.from('{"digestEndTime":"x"}'));
    const away = await deliver('4', [signature('x', BEGIN_MS + MINUTE_MS)]);
    await deliver('5', [signature('y', BEGIN_MS + MINUTE_MS)]);
    const fails = (name: string): Promise<Uint8Array> =>
      name === away
        ? Promise.reject(new Error('AccessDenied'))
        : place.read(name, new AbortController().signal);
    const files: LogPlace['files'] = (day, signal) => place.files(day, signal);
    await expect(watch({ place: { files, read: fails } })).rejects.toThrow('AccessDenied');
    expect((await db.unmatchedSignature.findMany()).map(({ requestId }) => requestId)).toEqual(['y']);
    await later(5 * MINUTE_MS);
    expect(await db.unmatchedSignature.count()).toBe(2);
    const [found] = await findings();
    expect(found).toMatchObject({
      watch: 'signature-log',
      title: '3 log files of CloudTrail could not be read on 2026-11-15',
      body: expect.stringContaining('1.json.gz: it can’t be unpacked'),
    });
    expect((await notices()).map(({ kind }) => kind)).toEqual(['alarm']);
  });

  it('that are missing are found by the signatures that were recorded, until they come', async () => {
    await record(['gone', 'here'], BEGIN_MS + 10 * MINUTE_MS);
    nowMs += 20 * MINUTE_MS;
    await deliver('1', [signature('here', BEGIN_MS + 9 * MINUTE_MS)]);
    await later(0);
    await later(2 * HOUR_MS);
    expect(await findings()).toEqual([]);
    nowMs += HOUR_MS;
    await Promise.all([watch(), watch()]);
    expect(await findings()).toMatchObject([
      {
        watch: 'signature-log',
        title: 'CloudTrail lacks a signature that Gatehouse had KMS make on 2026-11-15',
      },
    ]);
    expect(await notices()).toHaveLength(1);
    await deliver('2', [signature('gone', BEGIN_MS + 9 * MINUTE_MS)]);
    await later(5 * MINUTE_MS);
    expect(await findings()).toEqual([]);
    expect(await alarms()).toEqual([]);
  });

  it('are listed page by page', async () => {
    nowMs += 10 * MINUTE_MS;
    const numbers = Array.from({ length: 1_005 }, (_, at) => String(at));
    for (let at = 0; at < numbers.length; at += 67)
      await Promise.all(numbers.slice(at, at + 67).map((name) => deliver(name, Buffer.from('{}'))));
    const pages: number[] = [];
    for await (const files of place.files('2026-11-15', new AbortController().signal))
      pages.push(files.length);
    expect(pages).toEqual([1_000, 5]);
  });

  it('may be a copy in a folder, and are read on a thread of their own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-log-'));
    const reader = openLogReader(
      new URL('../../../apps/gateway/dist/adapters/signatures/log-worker.js', import.meta.url),
    );
    try {
      place = openLogPlace({ place: pathToFileURL(folder).href, s3: null as never });
      await mkdir(join(folder, '2026/11/15'), { recursive: true });
      const [old, fresh, other] = ['old.json.gz', 'fresh.json.gz', 'notes.txt'].map((name) =>
        join(folder, '2026/11/15', name),
      ) as [string, string, string];
      for (const [file, id] of [
        [old, 'x'],
        [fresh, 'y'],
        [other, 'z'],
      ] as const)
        await writeFile(file, logFile([signature(id, BEGIN_MS + MINUTE_MS)]));
      await utimes(old, new Date(0), new Date(0));
      nowMs += 10 * MINUTE_MS;
      await watch({ reader });
      expect(fetched).toEqual(['2026/11/15/old.json.gz']);
      expect(await db.unmatchedSignature.findMany()).toMatchObject([{ requestId: 'x', caller: STRANGER }]);
      await rm(folder, { recursive: true });
      await expect(watch({ reader })).rejects.toThrow('ENOENT');
    } finally {
      await reader.close();
    }
  });
});
