/**
 * The archive of the trail, month by month, on a real PostgreSQL, in a directory and in the simulator's bucket: stored, read
 * back, fetched and verified offline; what is wrong with it is found; a killed worker or a place that was away costs nothing.
 */
import { createHash, createPublicKey, randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createPrisma } from '@gatehouse/db/client';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run as runProgram } from '../../../apps/cli/src/program.ts';
import { readSettings } from '../../../apps/cli/src/settings.ts';
import { detachMonth } from '../../../apps/cli/src/removal/detach-month.ts';
import { readRemovalFacts } from '../../../apps/cli/src/removal/removal-facts.ts';
import { fetchArchive } from '../../../apps/cli/src/verify/archive.ts';
import { type CheckpointFile, readPublicKeys } from '../../../apps/cli/src/verify/checkpoints.ts';
import { verifyExport } from '../../../apps/cli/src/verify/verify-export.ts';
import {
  hashing,
  openArchiveSource,
} from '../../../apps/gateway/src/adapters/audit/archive/archive-source.ts';
import { readArchiveStatus } from '../../../apps/gateway/src/adapters/audit/archive/archive-status.ts';
import { openArchiveStore } from '../../../apps/gateway/src/adapters/audit/archive/archive.store.ts';
import { bucketPlace } from '../../../apps/gateway/src/adapters/audit/checkpoints/bucket-place.ts';
import { createCheckpointSigner } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint-signer.ts';
import { openCheckpointStore } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint.store.ts';
import { directoryPlace } from '../../../apps/gateway/src/adapters/audit/checkpoints/directory-place.ts';
import type { Place } from '../../../apps/gateway/src/adapters/audit/checkpoints/place.ts';
import { exportAudit, type ExportFilter } from '../../../apps/gateway/src/adapters/audit/read/export.ts';
import { compareRollups } from '../../../apps/gateway/src/adapters/audit/rollup/compare.ts';
import {
  emptyRollups,
  openRollupStore,
} from '../../../apps/gateway/src/adapters/audit/rollup/rollup.store.ts';
import { openVerificationStore } from '../../../apps/gateway/src/adapters/audit/verify/verification.store.ts';
import { linkHex } from '../../../apps/gateway/src/adapters/audit/write/chain.ts';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import { type Kms, openKms } from '../../../apps/gateway/src/adapters/kms/kms.ts';
import { run as countTrail } from '../../../apps/gateway/src/jobs/audit/audit-rollups.job.ts';
import { run as verifyTrail } from '../../../apps/gateway/src/jobs/audit/audit-verification.job.ts';
import { run as makeCheckpoint } from '../../../apps/gateway/src/jobs/audit/audit-checkpoint.job.ts';
import { run, type TrailArchiveDeps } from '../../../apps/gateway/src/jobs/audit/trail-archive.job.ts';
import {
  type AuditDatabase,
  auditDatabase,
  intentOf,
  openLog,
  outcomeOf,
  systemFacts,
  systemOf,
} from '../../support/audit/audit-trail.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { SETTINGS_VARIABLE } from '../../support/servers/simulator-server.ts';

const DAY_MS = 86_400_000;
const OCTOBER = Date.UTC(2026, 9, 20);
const NOVEMBER = Date.UTC(2026, 10, 10);
/** October is due. */
const IN_NOVEMBER = Date.UTC(2026, 10, 4);
/** November is due. */
const IN_DECEMBER = Date.UTC(2026, 11, 4);

let kms: Kms;
let endpoint: string;
let keyArn: string;
let pem: string;
beforeAll(async () => {
  ({ AWS_ENDPOINT_URL_KMS: endpoint } = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as {
    AWS_ENDPOINT_URL_KMS: string;
  });
  kms = openKms({ region: 'eu-west-2', endpoint, timeoutMs: 20_000, proxy: null });
  const owner = { environment: 'int', applicationId: 'archive', odsCode: 'none' };
  const { arn, publicJwk } = await kms.createSigningKey(owner);
  keyArn = arn;
  pem = createPublicKey({ key: { ...publicJwk }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
});
afterAll(() => {
  kms.close();
});

let database: AuditDatabase & { readonly drop: () => Promise<void> };
let folder: string;
let log: AuditLog;
let other: AuditLog;
let clockMs: number;
let errors: string[];
let messages: string[];

beforeEach(async () => {
  database = await auditDatabase();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-archive-'));
  [log, other] = await Promise.all([openLog(database.appUrl), openLog(database.appUrl)]);
  clockMs = IN_NOVEMBER;
  [errors, messages] = [[], []];
  return async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
});

const directory = (): Place => directoryPlace(pathToFileURL(folder).href);

function deps(changes: Partial<TrailArchiveDeps> = {}): TrailArchiveDeps {
  return {
    store: openArchiveStore(database.app, randomUUID()),
    source: openArchiveSource(database.app),
    covered: openCheckpointStore(database.app).covered,
    places: [directory()],
    ...{ hashing, version: '1.2.3', audit: log },
    log: {
      info: (_, message) => void messages.push(message),
      error: ({ err }: { err?: unknown }) => void errors.push(String(err)),
    },
    ...{ now: () => clockMs, monotonicNow: () => performance.now(), signal: new AbortController().signal },
    most: { records: 4, bytes: 1024 * 1024 },
    ...changes,
  };
}

/** Requests with a patient, of two processes, that began at this time. */
async function requestsAt(startedAtMs: number, count = 3): Promise<void> {
  for (let request = 0; request < count; request += 1) {
    const event = intentOf({ startedAtMs: startedAtMs + request, atMs: startedAtMs + request });
    const chain = request % 2 === 0 ? log : other;
    await chain.intent(event, [await subject(event.attemptId)]);
    await chain.outcome(outcomeOf(event));
  }
}
const subject = (id: string) =>
  Promise.resolve({
    ...{ odsCode: 'R69', kind: 'ubrn' as const, keyId: '00000000-0000-4000-8000-0000000000aa' },
    ...{ hash: createHash('sha256').update(id).digest(), sealed: Buffer.from(`sealed ${id}`) },
  });

async function checkpoint(places: readonly Place[] = [directory()]): Promise<void> {
  const failures: unknown[] = [];
  await makeCheckpoint({
    store: openCheckpointStore(database.app),
    signer: createCheckpointSigner(kms, keyArn),
    places,
    audit: log,
    outages: { failed: (_, error) => failures.push(error), worked: () => undefined },
    log: { error: (_, message) => failures.push(message) },
    now: () => clockMs,
    onDone: () => undefined,
  });
  expect(failures).toEqual([]);
}

const status = () => readArchiveStatus(database.app);
const months = async () => (await status()).months.map(({ month }) => month);

const archiveFolder = (month: string): string => join(folder, 'archive', month);
const filesOf = async (month: string): Promise<string[]> => (await readdir(archiveFolder(month))).toSorted();
const objectsOf = async (month: string): Promise<string[]> =>
  (await filesOf(month)).filter((name) => name.endsWith('.gz'));

async function* checkpoints(): AsyncGenerator<CheckpointFile> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('checkpoint-')).toSorted();
  for (const name of names) yield { name, text: await readFile(join(folder, name), 'utf8') };
}

/** What is wrong with the archive of a month, or with the export that comes of it. */
async function faults(month: string, from = archiveFolder(month)): Promise<string[]> {
  const lines: string[] = [];
  const fetched = await fetchArchive(month, from, (line) => void lines.push(line));
  if (fetched.faults.length > 0) return [...fetched.faults];
  async function* each(): AsyncGenerator<string> {
    yield* lines;
  }
  const report = await verifyExport(each(), { keys: readPublicKeys(pem), files: checkpoints() });
  expect(report.rows).toBe(fetched.records);
  expect(report.checkpoints?.headsChecked).toBeGreaterThan(0);
  return report.faults.map(({ what }) => what);
}

async function tamper(...statements: readonly string[]): Promise<void> {
  const client = await database.admin.connect();
  try {
    await client.query('SET session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
  } finally {
    client.release(true);
  }
}

/** October is archived. */
async function archived(): Promise<void> {
  await requestsAt(OCTOBER, 7);
  await checkpoint();
  await run(deps());
  expect(errors).toEqual([]);
  expect(await months()).toEqual(['2026-10']);
}

describe('a month', () => {
  it('is stored in objects with a manifest, read back, recorded, and fetched as an export that is verified', async () => {
    await archived();
    const records = 14;
    const [month] = (await status()).months;
    const manifest = await readFile(join(archiveFolder('2026-10'), 'manifest.json'));
    expect(month).toMatchObject({
      ...{ month: '2026-10', archivedAtMs: clockMs, records, objects: 4, checkpoint: 1 },
      ...{ manifest: createHash('sha256').update(manifest).digest('hex'), places: [directory().name] },
    });
    expect(await objectsOf('2026-10')).toHaveLength(4);
    expect(messages).toEqual(['a month of the audit trail has been archived']);
    expect(await systemFacts(database, 'TRAIL_ARCHIVED')).toEqual([
      { month: '2026-10', records, objects: 4, manifestSha256: month?.manifest, checkpoint: 1 },
    ]);
    expect(await faults('2026-10')).toEqual([]);
  });

  it('holds the sealed identifiers, and its export their hashes alone', async () => {
    await archived();
    const [name = ''] = await objectsOf('2026-10');
    const text = gunzipSync(await readFile(join(archiveFolder('2026-10'), name))).toString('utf8');
    expect(text).toContain(`"sealed":"${Buffer.from('sealed ').toString('base64').slice(0, 8)}`);
    const lines: string[] = [];
    await fetchArchive('2026-10', archiveFolder('2026-10'), (line) => void lines.push(line));
    expect(lines.join('\n')).not.toContain('"sealed":');
    expect(lines.join('\n')).toContain('"sealedSha256":');
  });

  it('is fetched on the command line, without a server, into a file that is there only if all is right', async () => {
    await archived();
    const out = join(folder, 'october.ndjson');
    const fetchMonth = (...more: readonly string[]) =>
      runCli({ url: '', token: '' }, [
        ...['audit', 'fetch', '2026-10', '--from', archiveFolder('2026-10'), '--out', out, ...more],
      ]);
    const wrong = await fetchMonth('--manifest', 'ab'.repeat(32));
    expect([wrong.code, wrong.out]).toEqual([1, expect.stringContaining('Nothing was written.')]);
    expect((await readdir(folder)).filter((name) => name.startsWith('october'))).toEqual([]);
    const right = await fetchMonth('--manifest', (await status()).months[0]?.manifest ?? '');
    expect([right.code, right.err]).toEqual([0, '']);
    await writeFile(join(folder, 'key.pem'), pem);
    const options = ['--checkpoints', folder, '--key', join(folder, 'key.pem')];
    const verified = await runCli({ url: '', token: '' }, ['verify', out, ...options]);
    expect([verified.code, verified.out]).toEqual([0, expect.stringContaining('14 rows of 2 writers')]);
    expect(verified.out).toContain('Verified: every chain is unbroken');
    const { rows: some } = await database.admin.query<{ id: string }>(
      `SELECT record->>'requestId' AS id FROM audit.event WHERE kind = 'OUTCOME' LIMIT 1`,
    );
    const one = await runCli({ url: '', token: '' }, [
      'verify',
      out,
      ...options,
      '--record',
      some[0]?.id ?? '',
    ]);
    expect([one.code, one.out]).toEqual([0, expect.stringContaining('Proved: 2 records of')]);
  });

  it('is archived once it has been over for three days, and not before', async () => {
    await requestsAt(OCTOBER);
    await checkpoint();
    clockMs = IN_NOVEMBER - 1;
    await run(deps());
    expect([await months(), errors]).toEqual([[], []]);
    expect((await status()).next).toEqual({ month: '2026-10', dueAtMs: IN_NOVEMBER });
    clockMs = IN_NOVEMBER;
    await run(deps());
    expect(await months()).toEqual(['2026-10']);
  });

  it('waits for a checkpoint that covers it, and for its open attempts, and says so', async () => {
    await requestsAt(OCTOBER);
    await run(deps());
    expect((await status()).failing).toMatchObject({
      ...{ sinceMs: clockMs, cause: expect.stringContaining('no checkpoint covers record') as string },
    });
    const open = intentOf({ startedAtMs: OCTOBER + 10 });
    await log.intent(open);
    await checkpoint();
    await run(deps());
    expect((await status()).failing?.cause).toContain('has no OUTCOME yet');
    await log.outcome(outcomeOf(open));
    await checkpoint();
    await run(deps());
    expect(await months()).toEqual(['2026-10']);
    expect((await status()).failing).toBeNull();
    expect(await faults('2026-10')).toEqual([]);
  });

  it('goes on where the month before ended, with the records that came late', async () => {
    await archived();
    await other.system({ ...systemOf('NOTE'), startedAtMs: OCTOBER });
    await requestsAt(NOVEMBER, 5);
    clockMs = IN_DECEMBER;
    await checkpoint();
    await run(deps());
    expect(errors).toEqual([]);
    expect(await months()).toEqual(['2026-11', '2026-10']);
    expect(await faults('2026-11')).toEqual([]);
    expect(await faults('2026-10')).toEqual([]);
    const { rows } = await database.app.query<{ missing: string }>(
      `SELECT count(*) AS missing FROM audit.event e WHERE started_at < '2026-12-01Z' AND NOT EXISTS
         (SELECT FROM audit.archive_chain c WHERE c.writer = e.writer AND e.seq BETWEEN c.from_seq AND c.to_seq)`,
    );
    expect(rows).toEqual([{ missing: '0' }]);
    const manifest = await readFile(join(archiveFolder('2026-11'), 'manifest.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ previous: (await status()).months[1]?.manifest });
  });

  it('is not archived if a record is not what was written', async () => {
    await requestsAt(OCTOBER);
    await checkpoint();
    await tamper(
      `UPDATE audit.event SET record = record || '{"asid":"999999999999"}' WHERE writer = '${log.writerId}' AND seq = 1`,
    );
    await run(deps());
    expect(await months()).toEqual([]);
    expect(errors).toEqual([expect.stringContaining('at record 1: its hash does not match its content')]);
  });

  it('keeps its rows: neither the running role nor the owner can change or remove them', async () => {
    await archived();
    for (const table of ['archive', 'archive_plan', 'archive_chain', 'archive_object', 'archive_copy']) {
      await expect(database.app.query(`DELETE FROM audit.${table}`)).rejects.toThrow('permission denied');
      await expect(database.admin.query(`DELETE FROM audit.${table}`)).rejects.toThrow(
        'never changed or removed',
      );
    }
  });
});

describe('a run', () => {
  it('that is killed after any step is gone on with, and nothing is stored twice', async () => {
    await requestsAt(OCTOBER, 7);
    await checkpoint();
    let isDone = false;
    for (let step = 1; !isDone; step += 1) {
      let left = step;
      const store = openArchiveStore(database.app, randomUUID());
      const killed =
        <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
        (...args: A): Promise<R> =>
          (left -= 1) < 0 ? Promise.reject(new Error('killed')) : call(...args);
      const { addPlan, addObject, addCopy, addArchive } = store;
      await run(
        deps({
          store: {
            ...store,
            ...{ addPlan: killed(addPlan), addObject: killed(addObject) },
            ...{ addCopy: killed(addCopy), addArchive: killed(addArchive) },
          },
          most: { records: 4, bytes: 1024 * 1024 },
        }),
      );
      isDone = left >= 0;
      expect(step).toBeLessThan(20);
    }
    expect(new Set(errors)).toEqual(new Set(['Error: killed']));
    expect(await months()).toEqual(['2026-10']);
    expect(await objectsOf('2026-10')).toHaveLength(4);
    expect(await systemFacts(database, 'TRAIL_ARCHIVED')).toHaveLength(1);
    expect(await faults('2026-10')).toEqual([]);
  });

  it('of two workers is made by one, and the month is recorded once', async () => {
    await requestsAt(OCTOBER, 7);
    await checkpoint();
    const stored: string[] = [];
    const place = directory();
    const store: Place['store'] = (file, content) => {
      stored.push(file);
      return place.store(file, content);
    };
    const worker = () => run(deps({ places: [{ ...place, store }] }));
    await Promise.all([worker(), worker(), worker()]);
    await worker();
    expect(errors).toEqual([]);
    expect(new Set(stored).size).toBe(5);
    expect(stored).toHaveLength(5);
    expect(await months()).toEqual(['2026-10']);
    expect(await systemFacts(database, 'TRAIL_ARCHIVED')).toHaveLength(1);
    expect(await objectsOf('2026-10')).toHaveLength(4);
  });

  it('waits for a worker that holds the archive, until that one has been silent for long', async () => {
    await requestsAt(OCTOBER);
    await checkpoint();
    const dead = openArchiveStore(database.app, randomUUID());
    expect(await dead.hold(clockMs, 300_000)).toBe(true);
    clockMs += 299_999;
    await run(deps());
    expect(await months()).toEqual([]);
    clockMs += 1;
    await run(deps());
    expect(await months()).toEqual(['2026-10']);
  });

  it('goes on when a place that was away is back, and stores in a new place what it lacks', async () => {
    await requestsAt(OCTOBER, 7);
    await checkpoint();
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'not a folder');
    await run(deps());
    expect([await months(), errors.length]).toEqual([[], 1]);
    expect((await status()).failing?.cause).toContain('ENOTDIR');
    await rm(folder);
    await rename(`${folder}-away`, folder);
    await run(deps());
    expect(await months()).toEqual(['2026-10']);

    const second = await mkdtemp(join(tmpdir(), 'gatehouse-archive-'));
    const both = [directory(), directoryPlace(pathToFileURL(second).href)];
    await run(deps({ places: both }));
    expect((await status()).months[0]?.places).toEqual(both.map(({ name }) => name).toSorted());
    expect(await faults('2026-10', join(second, 'archive', '2026-10'))).toEqual([]);
    await rm(second, { recursive: true });
  });

  it('records nothing that it has not read back', async () => {
    await requestsAt(OCTOBER, 7);
    await checkpoint();
    const place = directory();
    const forgetful: Place = {
      ...place,
      store: async (file, content) => ({ ...(await place.store(file, content)), content: Buffer.from('x') }),
    };
    await run(deps({ places: [forgetful] }));
    const { rows } = await database.app.query('SELECT FROM audit.archive_copy');
    expect([await months(), rows.length]).toEqual([[], 0]);
    expect(errors).toEqual([expect.stringContaining('has another content')]);
  });

  it('after a restore makes the same archive that the place has', async () => {
    await archived();
    const before = (await status()).months;
    await tamper(
      ...['archive', 'archive_copy', 'archive_object', 'archive_chain', 'archive_plan'].map(
        (table) => `DELETE FROM audit.${table}`,
      ),
    );
    clockMs += DAY_MS;
    await run(deps({ version: '2.0.0' }));
    expect(errors).toEqual([]);
    expect((await status()).months).toEqual([{ ...before[0], archivedAtMs: clockMs }]);
  });
});

describe('what was changed in a place', () => {
  const unlike = (what: string): unknown => expect.arrayContaining([expect.stringContaining(what)]);
  /** The files of the month, of which each case has a copy. */
  let files: string;
  const path = (name: string): string => join(files, name);
  async function rewrite(name: string, change: (lines: string[]) => readonly string[]): Promise<void> {
    const lines = gunzipSync(await readFile(path(name)))
      .toString('utf8')
      .split('\n')
      .slice(0, -1);
    await writeFile(
      path(name),
      gzipSync(
        change(lines)
          .map((line) => `${line}\n`)
          .join(''),
      ),
    );
  }
  async function inManifest(change: (manifest: Manifest) => void): Promise<void> {
    const manifest = JSON.parse(await readFile(path('manifest.json'), 'utf8')) as Manifest;
    change(manifest);
    await writeFile(path('manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  }
  interface Manifest {
    month: string;
    records: number;
    chains: { toSeq: number; hash: string; objects: { sha256: string; bytes: number; toSeq: number }[] }[];
  }

  const CHANGES: readonly [string, (name: string) => Promise<void>, string][] = [
    [
      'a flipped byte',
      async (name) => {
        const content = await readFile(path(name));
        content.writeUInt8(content.readUInt8(40) ^ 1, 40);
        await writeFile(path(name), content);
      },
      'is not what the manifest says',
    ],
    ['a missing object', (name) => unlink(path(name)), 'is missing'],
    ['a missing record', (name) => rewrite(name, (lines) => lines.slice(1)), 'is not what the manifest says'],
    [
      'a missing record that the manifest fits',
      async (name) => {
        await rewrite(name, (lines) => lines.slice(1));
        const text = gunzipSync(await readFile(path(name)));
        await inManifest(({ chains: [chain] }) => {
          const [object] = chain?.objects ?? [];
          Object.assign(object ?? {}, {
            sha256: createHash('sha256').update(text).digest('hex'),
            bytes: text.length,
          });
        });
      },
      'has not the records',
    ],
    ['a missing manifest', () => unlink(path('manifest.json')), 'there is no manifest'],
    ['a manifest of another month', () => inManifest((m) => void (m.month = '2026-09')), 'is of 2026-09'],
    ['a manifest with another count', () => inManifest((m) => void (m.records += 1)), 'records'],
    [
      'a manifest that leaves an object out',
      () => inManifest(({ chains }) => void chains[0]?.objects.pop()),
      'end at record',
    ],
    ['a manifest that is not one', () => writeFile(path('manifest.json'), '[]'), 'is malformed'],
  ];

  it('is found when it is fetched', async () => {
    await archived();
    for (const [what, change, fault] of CHANGES) {
      files = join(folder, what);
      await cp(archiveFolder('2026-10'), files, { recursive: true });
      const [name = ''] = await objectsOf('2026-10');
      await change(name);
      expect(await faults('2026-10', files), what).toEqual(unlike(fault));
    }
  });

  it('is found by the verifier and the checkpoints if the manifest was made to fit', async () => {
    await archived();
    files = archiveFolder('2026-10');
    const [name = ''] = (await objectsOf('2026-10')).toReversed();
    await rewrite(name, (lines) => lines.map((line) => line.replaceAll('"asid":"2', '"asid":"3')));
    const text = gunzipSync(await readFile(path(name)));
    await inManifest(({ chains }) => {
      const object = chains.at(-1)?.objects.at(-1);
      Object.assign(object ?? {}, {
        sha256: createHash('sha256').update(text).digest('hex'),
        bytes: text.length,
      });
    });
    expect(await faults('2026-10')).toEqual(unlike('the record does not match its hash'));
  });

  it('is found before the next month if it is another object under the name', async () => {
    await requestsAt(OCTOBER, 7);
    await checkpoint();
    const scratch = `${folder}-scratch`;
    await cp(folder, scratch, { recursive: true });
    await run(deps({ places: [directoryPlace(pathToFileURL(scratch).href)] }));
    await rm(scratch, { recursive: true });
    const [object] = await openArchiveStore(database.app, randomUUID()).objects('2026-10');
    await directory().store(object?.file ?? '', gzipSync('{}\n'));
    await run(deps());
    expect(errors).toEqual([expect.stringContaining('is there, and has another content')]);
    expect((await status()).months[0]?.places).toHaveLength(1);
  });
});

describe('a bucket with object lock', () => {
  const bucket = (name = 'gatehouse-checkpoints') =>
    bucketPlace(`s3://${name}/${randomUUID()}`, { region: 'eu-west-2', proxy: null, endpoint });

  it('takes a month once, with the version of each object, and is fetched by its files', async () => {
    const place = bucket();
    await requestsAt(OCTOBER, 7);
    await checkpoint([place, directory()]);
    await run(deps({ places: [place] }));
    await run(deps({ places: [place] }));
    expect(errors).toEqual([]);
    expect(await months()).toEqual(['2026-10']);
    const { rows } = await database.app.query<{ version: string; file: string }>(
      'SELECT version, file FROM audit.archive_copy ORDER BY file',
    );
    expect(rows.map(({ version }) => version)).toEqual(
      Array(5).fill(expect.stringMatching(/^[0-9a-f]{32}$/)),
    );
    // As "aws s3 sync" does.
    for (const { file } of rows) {
      const { content } = await place.store(file, Buffer.from(''));
      await directory().store(file, content);
    }
    expect(await faults('2026-10')).toEqual([]);
  });

  it('is an alarm if somebody deleted or replaced an object, and the next month is archived all the same', async () => {
    const place = bucket();
    await requestsAt(OCTOBER, 7);
    await checkpoint([place, directory()]);
    await run(deps({ places: [place] }));
    const [object] = await openArchiveStore(database.app, randomUUID()).objects('2026-10');
    const { status: deleted } = await fetch(
      `${endpoint}${place.name.replace('s3://', '/')}/${object?.file ?? ''}`,
      { method: 'DELETE', headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' } },
    );
    expect(deleted).toBe(204);
    await requestsAt(NOVEMBER);
    clockMs = IN_DECEMBER;
    await checkpoint([place, directory()]);
    await run(deps({ places: [place] }));
    expect(errors).toEqual([
      `PlaceConflict: ${object?.file ?? ''}: there is a newer version, or it was deleted`,
    ]);
    expect(await months()).toEqual(['2026-11', '2026-10']);
  });

  it('that does not lock what it has is refused', async () => {
    await requestsAt(OCTOBER);
    await checkpoint();
    await run(deps({ places: [bucket('gatehouse-unlocked')] }));
    expect([await months(), errors.join()]).toEqual([[], expect.stringContaining('does not lock')]);
  });
});

describe('removing a month', () => {
  const [MARCH, APRIL] = [Date.UTC(2024, 2, 20), Date.UTC(2024, 3, 10)];
  const [IN_APRIL, IN_MAY] = [Date.UTC(2024, 3, 4), Date.UTC(2024, 4, 4)];

  /** March and April of a year long ago are archived; attempts of both overlap, and one record of March came late. */
  async function twoMonths(): Promise<void> {
    const early = intentOf({ startedAtMs: MARCH + 50, atMs: MARCH + 50 });
    await requestsAt(MARCH, 5);
    await log.intent(early);
    await requestsAt(APRIL, 2);
    await log.outcome(outcomeOf(early));
    await ownPartitions();
    await checkpoint();
    clockMs = IN_APRIL;
    await run(deps());
    await requestsAt(APRIL + 100, 3);
    await other.system({ ...systemOf('NOTE'), startedAtMs: MARCH });
    await requestsAt(APRIL + 200, 2);
    clockMs = IN_MAY;
    await checkpoint();
    await run(deps());
    expect([await months(), errors]).toEqual([['2024-04', '2024-03'], []]);
    await writeFile(join(folder, 'key.pem'), pem);
  }

  async function withOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Takes what lies in the default partition to the tables of its month. */
  function ownPartitions(): Promise<void> {
    return withOwner(async (client) => {
      for (let state = ''; state !== 'complete';) {
        const { rows } = await client.query<{ state: string }>(
          'SELECT audit.keep_partitions_at(now()) AS state',
        );
        state = rows[0]?.state ?? '';
      }
    });
  }

  async function keepOnline(monthCount: number, ...people: readonly string[]): Promise<void> {
    const named = JSON.stringify(people.map((subjectName) => ({ issuer: 'idp', subject: subjectName })));
    const client = await database.admin.connect();
    await client.query('BEGIN');
    await client.query(`SELECT set_config('gatehouse.people', $1, true)`, [named]);
    await client.query('DELETE FROM public.trail_retention');
    await client.query('INSERT INTO public.trail_retention (keep_online) VALUES ($1)', [monthCount]);
    await client.query('COMMIT');
    client.release();
  }

  async function remove(...more: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    let [out, err] = ['', ''];
    const args = [
      'audit',
      'remove',
      '2024-03',
      '--key',
      join(folder, 'key.pem'),
      '--reason',
      'policy',
      ...more,
    ];
    const code = await runProgram(args, {
      settings: readSettings({
        DATABASE_OWNER_URL: database.ownerUrl,
        GATEHOUSE_CHECKPOINTS: directory().name,
      }),
      output: { out: (text) => (out += `${text}\n`), err: (text) => (err += text), interactive: false },
      ask: () => Promise.resolve(''),
    });
    return { code, out, err };
  }

  const recordsOfMarch = async (): Promise<number> => {
    const { rows } = await database.app.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM audit.event WHERE started_at < '2024-04-01Z'`,
    );
    return rows[0]?.count ?? -1;
  };

  /** What the offline verifier finds in an export of the whole trail, or of a time span. */
  async function verified(span: ExportFilter = {}) {
    const lines: string[] = [];
    for await (const line of exportAudit(database.app, span)) lines.push(line);
    async function* each(): AsyncGenerator<string> {
      yield* lines;
    }
    return verifyExport(each(), { keys: readPublicKeys(pem), files: checkpoints() });
  }

  /** What the worker finds in the whole trail. */
  async function workerFaults(): Promise<unknown[]> {
    const db = createPrisma(database.appUrl);
    const store = openVerificationStore(database.app, db);
    await store.begin('a person', clockMs);
    await verifyTrail({
      ...{ store, covered: openCheckpointStore(database.app).covered, link: linkHex, audit: log },
      ...{ log: { error: () => undefined }, settle: () => Promise.resolve() },
      ...{ now: () => clockMs, monotonicNow: () => performance.now(), signal: new AbortController().signal },
    });
    const found = await store.faults([1, 2]);
    await db.$disconnect();
    return found.map(({ seq, kind }) => ({ seq, kind }));
  }

  const countAll = () =>
    countTrail({
      store: openRollupStore(database.app),
      ...{ now: () => clockMs, monotonicNow: () => performance.now(), signal: new AbortController().signal },
    });
  const counted = async () =>
    (
      await database.app.query<{ month: string; count: string }>(
        `SELECT to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM') AS month, sum(count) AS count
           FROM audit_search.hour GROUP BY 1 ORDER BY 1`,
      )
    ).rows;

  it('takes it out of the database, after which chains, checkpoints, export and figures are as whole as before', async () => {
    await twoMonths();
    await keepOnline(1, 'gita', 'gwen');
    await countAll();
    const figures = await counted();
    expect(await workerFaults()).toEqual([]);
    const dry = await remove('--dry-run');
    expect([dry.code, dry.out, await recordsOfMarch()]).toEqual([
      ...[0, expect.stringContaining('2024-03 can be removed. Nothing was.'), 13],
    ]);
    const removed = await remove();
    expect([removed.code, removed.out]).toEqual([0, expect.stringContaining('2024-03 is removed')]);
    expect(removed.out).toContain('The archive of 2024-04 in');
    expect(await recordsOfMarch()).toBe(0);
    expect(await systemFacts(database, 'TRAIL_MONTH_REMOVED')).toMatchObject([
      {
        month: '2024-03',
        reason: 'policy',
        records: 13,
        subjects: 5,
        manifestSha256: (await status()).months[1]?.manifest,
      },
    ]);
    const tables = await database.admin.query(`SELECT FROM pg_tables WHERE tablename ~ '202403'`);
    expect(tables.rowCount).toBe(0);

    await checkpoint();
    expect(await verified()).toMatchObject({
      faults: [],
      whole: true,
      removed: [{ month: '2024-03', rows: 13 }],
    });
    // Of each chain, a late record of March lay between those of April; so does the event of its archive.
    const april = { fromMs: Date.UTC(2024, 3, 1), toMs: Date.UTC(2024, 4, 1) };
    expect(await verified(april)).toMatchObject({
      ...{ faults: [], whole: false, rows: 15 },
      removed: [{ month: '2024-03', rows: 2 }],
    });
    expect(await workerFaults()).toEqual([]);
    expect(await faults('2024-03')).toEqual([]);
    const hour = { fromMs: MARCH - (MARCH % 3_600_000), untilMs: MARCH + 3_600_000, nowMs: clockMs };
    expect((await compareRollups(database.app, { ...hour, isOver: () => false })).differences).toEqual([]);
    await emptyRollups({ $executeRawUnsafe: async (text) => (await database.app.query(text)).rowCount ?? 0 });
    await countAll();
    expect(await counted()).toEqual(figures);
    for (const table of ['removal', 'removed_range'])
      await expect(database.app.query(`DELETE FROM audit.${table}`)).rejects.toThrow('permission denied');

    // A record that is written late is taken, and nothing else comes back with it.
    await other.system({ ...systemOf('NOTE'), startedAtMs: MARCH });
    await ownPartitions();
    expect(await recordsOfMarch()).toBe(1);
    expect((await remove()).out).toContain('was written later and is not archived yet');
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['nobody has set its time', () => database.admin.query('DELETE FROM public.trail_retention'), 'always'],
    ['one person has set its time', () => keepOnline(1, 'gita'), 'one person alone'],
    ['its time was made longer', () => keepOnline(1_200, 'gita', 'gwen'), "This one's time ends on"],
    ['a place is away', () => rename(archiveFolder('2024-03'), `${folder}/away`), 'there is no manifest'],
    [
      'its archive was altered',
      async () => {
        const [name = ''] = await objectsOf('2024-03');
        const path = join(archiveFolder('2024-03'), name);
        const text = gunzipSync(await readFile(path)).toString('utf8');
        await writeFile(path, gzipSync(text.replace('"seq"', '"SEQ"')));
      },
      'is not what the manifest says',
    ],
    [
      'the archive has another record than the database',
      () =>
        tamper(
          `UPDATE audit.event SET hash = sha256('x') WHERE started_at < '2024-04-01Z' AND kind = 'SYSTEM'`,
        ),
      'is another one there',
    ],
    ['an attempt of it is open', () => log.intent(intentOf({ startedAtMs: MARCH })), 'has no OUTCOME yet'],
  ])('is refused while %s', async (_, spoil, words) => {
    await twoMonths();
    await keepOnline(1, 'gita', 'gwen');
    await spoil();
    const before = await recordsOfMarch();
    const answer = await remove();
    expect([answer.code, answer.out]).toEqual([1, expect.stringContaining(words)]);
    expect(answer.out).toContain('2024-03 stays in the database.');
    expect(await recordsOfMarch()).toBe(before);
  });

  it('makes no commit wait for an export that runs, and is done once that has ended', async () => {
    await twoMonths();
    await keepOnline(1, 'gita', 'gwen');
    const reader = await database.app.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await reader.query('SELECT FROM audit.event LIMIT 1');
    const writer = await database.app.connect();
    await writer.query(`SET lock_timeout = '100ms'`);
    let isOver = false;
    const removal = remove('--wait', '2').finally(() => {
      isOver = true;
    });
    // What a commit takes. It is refused if it waits for longer.
    while (!isOver) await writer.query('BEGIN; LOCK TABLE audit.event IN ROW EXCLUSIVE MODE; COMMIT');
    const waited = await removal;
    expect([waited.code, waited.out]).toEqual([1, expect.stringContaining('was reading the trail')]);
    expect(await recordsOfMarch()).toBe(13);
    await reader.query('COMMIT');
    reader.release();
    writer.release(true);
    expect((await remove()).code).toBe(0);
  });

  it('by two people at once is done by one; one who is killed leaves all of it or the dropping of the tables to the next', async () => {
    await twoMonths();
    await keepOnline(1, 'gita', 'gwen');
    // Killed once both tables are detached.
    await database.admin.query(`
      CREATE FUNCTION kill() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
      CREATE TRIGGER kill BEFORE INSERT ON audit.removal FOR EACH ROW EXECUTE FUNCTION kill()`);
    expect(await remove()).toMatchObject({ code: 1, err: expect.stringMatching(/terminat/) });
    await database.admin.query('DROP FUNCTION kill() CASCADE');
    expect([await recordsOfMarch(), await systemFacts(database, 'TRAIL_MONTH_REMOVED')]).toEqual([13, []]);
    const manifest = (await status()).months[1]?.manifest ?? '';
    const removal = {
      month: '2024-03',
      by: 'ops',
      manifest,
      reason: 'policy',
      atMs: Date.now(),
    };
    await withOwner(async (client) => {
      await readRemovalFacts(client, '2024-03', []);
      const stillMay = () => Promise.resolve(true);
      expect(await detachMonth(client, removal, { forMs: 1, stillMay })).toMatchObject({ records: 13 });
    });
    await checkpoint();
    expect((await verified()).faults).toEqual([]);
    // It must not come back with a record that is written late.
    await other.system({ ...systemOf('NOTE'), startedAtMs: MARCH });
    const answers = await Promise.all([remove(), remove()]);
    expect(answers.map(({ out, err }) => out + err).join()).toContain('2024-03 was removed before');
    await ownPartitions();
    expect(await recordsOfMarch()).toBe(1);
    expect(await systemFacts(database, 'TRAIL_MONTH_REMOVED')).toHaveLength(1);
    const { rows } = await database.admin.query(
      `SELECT FROM pg_tables WHERE tablename ~ '^removed_.*202403'`,
    );
    expect(rows).toEqual([]);
  });

  it('without its rows and its event, or with rows that were forged to hide others, is found', async () => {
    await twoMonths();
    await checkpoint();
    await tamper(
      `DELETE FROM audit.event WHERE started_at < '2024-04-01Z'`,
      `DELETE FROM audit.subject WHERE started_at < '2024-04-01Z'`,
    );
    expect((await verified()).faults[0]?.what).toContain('rows are missing');
    expect(await workerFaults()).toContainEqual({ seq: 1, kind: 'missing' });
    const removal = randomUUID();
    await tamper(
      `INSERT INTO audit.removed_range (removal, writer, from_seq, to_seq, prev_hash, hash)
       SELECT '${removal}', c.writer, 1, c.to_seq, c.prev_hash, c.hash FROM audit.archive_chain c WHERE c.month = '2024-04'`,
      `DELETE FROM audit.event WHERE started_at < '2024-05-01Z'`,
      `INSERT INTO audit.removal (writer, month, removed_at, removed_by, records, subjects, manifest, ranges_sha256)
       SELECT '${removal}', month, now(), 'nobody', 1, 0, manifest, sha256('x') FROM audit.archive WHERE month = '2024-03'`,
    );
    expect((await verified()).faults.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'rows of 2024-03 were removed, and no event of the trail says so',
        'other rows are missing than those that were removed with 2024-03',
      ]),
    );
    expect(await workerFaults()).toContainEqual({ seq: 1, kind: 'removed' });
  });
});
