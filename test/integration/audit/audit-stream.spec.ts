/**
 * The stream of the trail to a collector, on a real PostgreSQL: each record at least once, in the order of its chain, even
 * if workers are killed, and nothing to an address of this network.
 */
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Collector, openCollector } from '../../../apps/gateway/src/adapters/audit/stream/collector.ts';
import { type Formatter, formatterOf } from '../../../apps/gateway/src/adapters/audit/stream/format.ts';
import {
  openStreamStore,
  readStreams,
  type StreamStore,
} from '../../../apps/gateway/src/adapters/audit/stream/stream.store.ts';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import { pageOf, run } from '../../../apps/gateway/src/jobs/audit/audit-stream.job.ts';
import {
  type AuditDatabase,
  auditDatabase,
  intentOf,
  openLog,
  outcomeOf,
  systemOf,
} from '../../support/audit/audit-trail.ts';
import { type HttpsReceiver, startHttpsReceiver } from '../../support/notices/notice-receivers.ts';
import { certificateFor, type Identity } from '../../support/outbound/tls-server.ts';

interface Line {
  readonly writer: string;
  readonly seq: number;
  readonly hash: string;
  readonly record: Readonly<Record<string, unknown>>;
}

const HOST = 'collector.example';
let database: AuditDatabase & { readonly drop: () => Promise<void> };
let log: AuditLog;
let other: AuditLog;
let folder: string;
let certificate: Identity;
/** A place of its own for each test. */
let place: string;
let failures: unknown[];

beforeAll(async () => {
  database = await auditDatabase();
  log = await openLog(database.appUrl);
  other = await openLog(database.appUrl);
  certificate = await certificateFor(HOST);
});
afterAll(() => database.drop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-stream-'));
  place = pathToFileURL(join(folder, 'stream')).href;
  failures = [];
  return () => rm(folder, { recursive: true });
});

const storeOf = (holder: string = randomUUID()): StreamStore => openStreamStore(database.app, place, holder);
const RECORDS = formatterOf('records', () => null);
const { contentType } = RECORDS;
const toFiles = (): Collector => openCollector({ place, contentType, headers: {}, now: Date.now });

const stream = (
  collector: Collector = toFiles(),
  store: StreamStore = storeOf(),
  formatter: Formatter = RECORDS,
): Promise<void> =>
  run({
    ...{ store, formatter, collector, now: Date.now, monotonicNow: () => performance.now() },
    signal: new AbortController().signal,
    outages: { failed: (_, error) => failures.push(error), worked: () => undefined },
  });

async function attempt(): Promise<void> {
  const event = intentOf();
  await log.intent(event);
  await log.outcome(outcomeOf(event));
  await other.system(systemOf('NOTE'));
}

async function filed(): Promise<Line[]> {
  const names = (await readdir(join(folder, 'stream'))).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, 'stream', name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
}

/** Every record of the trail, as `writer seq hash`. */
async function recorded(): Promise<string[]> {
  const { rows } = await database.app.query<{ key: string }>(
    `SELECT writer || ' ' || seq || ' ' || encode(hash, 'hex') AS key FROM audit.event ORDER BY writer, seq`,
  );
  return rows.map(({ key }) => key);
}
const keyOf = ({ writer, seq, hash }: Line): string => `${writer} ${seq} ${hash}`;

/** The lines of each chain are in its order, with nothing left out and nothing twice. */
async function expectWhole(lines: readonly Line[]): Promise<void> {
  for (const writer of new Set(lines.map((line) => line.writer))) {
    const seqs = lines.filter((line) => line.writer === writer).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  }
  expect(lines.map(keyOf).toSorted()).toEqual((await recorded()).toSorted());
}

const statusOfPlace = async () => (await readStreams(database.app)).find((one) => one.place === place);

describe('each record', () => {
  it('is sent once, in the order of its chain, and a later run sends what is new', async () => {
    await attempt();
    await stream();
    await expectWhole(await filed());
    expect(await statusOfPlace()).toMatchObject({ waiting: 0, failing: null });
    await attempt();
    expect(await statusOfPlace()).toMatchObject({ waiting: 3 });
    await stream();
    await expectWhole(await filed());
  });

  it('is sent again by the next worker if one dies before it has noted it', async () => {
    await attempt();
    const dying = storeOf();
    await stream(toFiles(), { ...dying, taken: () => Promise.reject(new Error('killed')) });
    const before = await filed();
    expect(before.length).toBeGreaterThan(0);
    await stream();
    const lines = await filed();
    expect(new Set(lines.map(keyOf))).toEqual(new Set(await recorded()));
    await expectWhole(lines.slice(before.length));
  });

  it('is sent by one worker at a time, and by another once that one has been silent for long', async () => {
    await attempt();
    const [first, second] = [storeOf(), storeOf()];
    const nowMs = Date.now();
    expect(await first.hold(nowMs, 40_000)).toBe(true);
    expect(await first.hold(nowMs + 1, 40_000)).toBe(true);
    const sent: string[] = [];
    await stream({ take: (lines) => Promise.resolve(void sent.push(...lines)) }, second);
    expect(sent).toEqual([]);
    expect(await second.hold(nowMs + 40_000, 40_000)).toBe(false);
    expect(await second.hold(nowMs + 40_001, 40_000)).toBe(true);
    expect(await first.hold(nowMs + 40_002, 40_000)).toBe(false);
  });

  it('is in a page of bounded size, which holds one record at least', async () => {
    await attempt();
    await attempt();
    const store = storeOf();
    const [chain] = (await store.waiting()).filter(({ headSeq }) => headSeq > 2);
    const records = await store.next(chain!, 3, false);
    expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const [first = '', second = ''] = pageOf(records, RECORDS).lines;
    const bytes = Buffer.byteLength(first) + Buffer.byteLength(second) + 2;
    expect(pageOf(records, RECORDS, bytes)).toEqual({ lines: [first, second], lastSeq: 2 });
    expect(pageOf(records, RECORDS, 1)).toEqual({ lines: [first], lastSeq: 1 });
  });

  it('that ended is an AuditEvent of FHIR, if that is the format, with what was requested', async () => {
    await attempt();
    await stream(
      toFiles(),
      storeOf(),
      formatterOf('fhir', () => 'int.api.service.nhs.uk'),
    );
    const events = (await filed()) as unknown as { resourceType: string; id: string; agent: object[] }[];
    const { rows } = await database.app.query<{ id: string }>(
      `SELECT attempt_id AS id FROM audit.event WHERE kind IN ('OUTCOME', 'SYSTEM') ORDER BY attempt_id`,
    );
    expect(events.map(({ id }) => id).toSorted()).toEqual(rows.map(({ id }) => id));
    const ofRequests = events.filter(({ agent }) => agent.length > 2);
    expect(ofRequests.length).toBeGreaterThan(0);
    for (const event of ofRequests)
      expect(event).toMatchObject({
        agent: [
          { who: { identifier: { value: 'client-1' } } },
          { network: { address: 'int.api.service.nhs.uk' } },
          { who: { identifier: { value: 'R69' } } },
        ],
      });
    expect(await statusOfPlace()).toMatchObject({ waiting: 0 });
  });
});

it('begins a new line after one that a process which died has not ended', async () => {
  await attempt();
  await stream();
  const [name = ''] = await readdir(join(folder, 'stream'));
  const file = join(folder, 'stream', name);
  await appendFile(file, '{"writer":"cut o');
  await attempt();
  await stream();
  const lines = (await readFile(file, 'utf8')).split('\n');
  expect(lines.filter((line) => line.startsWith('{"writer":"cut o'))).toEqual(['{"writer":"cut o']);
  await writeFile(file, lines.filter((line) => line !== '{"writer":"cut o').join('\n'));
  await expectWhole(await filed());
});

describe('a collector on the internet', () => {
  let receiver: HttpsReceiver;
  beforeEach(async () => {
    receiver = await startHttpsReceiver(certificate);
    place = `https://${HOST}:${receiver.port}/records`;
    return () => receiver.close();
  });
  const overHttps = (permits: (address: string) => boolean): Collector =>
    openCollector({
      ...{ place, contentType, headers: { authorization: 'Splunk secret-of-the-collector' } },
      now: Date.now,
      network: {
        ...{ permits, ca: certificate.cert },
        resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
      },
    });

  it('gets lines of JSON with the configured headers, and no identifier but by its digest', async () => {
    await attempt();
    await stream(overHttps(() => true));
    const lines = receiver.calls.flatMap(({ body }) =>
      body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line),
    );
    await expectWhole(lines);
    for (const { headers } of receiver.calls)
      expect(headers).toMatchObject({
        ...{ authorization: 'Splunk secret-of-the-collector', 'content-type': 'application/x-ndjson' },
      });
  });

  it.each([
    ['an error', 503, '', 'the collector answered 503'],
    [
      'a redirect',
      307,
      'https://elsewhere.example/',
      'the collector answered 307; redirects are not followed',
    ],
  ])('that answers with %s gets the records later', async (_, status, location, cause) => {
    await attempt();
    Object.assign(receiver, { status, location });
    await stream(overHttps(() => true));
    expect(failures.map(String)).toEqual([`Error: ${cause}`]);
    expect(await statusOfPlace()).toMatchObject({
      ...{ completeAtMs: null, waiting: (await recorded()).length, failing: { cause } },
    });
    expect(JSON.stringify(await statusOfPlace())).not.toContain('secret-of-the-collector');
    receiver.calls.length = 0;
    Object.assign(receiver, { status: 204, location: '' });
    await stream(overHttps(() => true));
    expect(await statusOfPlace()).toMatchObject({ waiting: 0, failing: null });
  });

  it('is not called at an address of this network', async () => {
    await attempt();
    await stream(overHttps((address) => address !== '127.0.0.1'));
    expect(receiver.calls).toEqual([]);
    expect(String(failures[0])).toContain('leads to a private address');
  });
});
