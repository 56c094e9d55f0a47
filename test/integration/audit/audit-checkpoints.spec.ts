/** Signed checkpoints: made from a real trail, signed in KMS, stored in a directory, and read by the offline verifier. */
import { createPublicKey, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CheckpointFile, readPublicKeys } from '../../../apps/cli/src/verify/checkpoints.ts';
import { verifyExport } from '../../../apps/cli/src/verify/verify-export.ts';
import { createCheckpointSigner } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint-signer.ts';
import { openCheckpointStore } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint.store.ts';
import { bucketPlace } from '../../../apps/gateway/src/adapters/audit/checkpoints/bucket-place.ts';
import { directoryPlace } from '../../../apps/gateway/src/adapters/audit/checkpoints/directory-place.ts';
import { keep } from '../../../apps/gateway/src/adapters/audit/checkpoints/place.ts';
import { exportAudit } from '../../../apps/gateway/src/adapters/audit/read/export.ts';
import { readTrailStatus } from '../../../apps/gateway/src/adapters/audit/read/trail-status.ts';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import { type Kms, openKms } from '../../../apps/gateway/src/adapters/kms/kms.ts';
import { type AuditCheckpointDeps, run } from '../../../apps/gateway/src/jobs/audit/audit-checkpoint.job.ts';
import {
  type AuditDatabase,
  auditDatabase,
  openLog,
  systemFacts,
  systemOf,
} from '../../support/audit/audit-trail.ts';
import { SETTINGS_VARIABLE } from '../../support/servers/simulator-server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let kms: Kms;
let endpoint: string;
let keyArn: string;
let pem: string;
beforeAll(async () => {
  ({ AWS_ENDPOINT_URL_KMS: endpoint } = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as {
    AWS_ENDPOINT_URL_KMS: string;
  });
  kms = openKms({ region: 'eu-west-2', endpoint, timeoutMs: 20_000, proxy: null });
  const owner = { environment: 'int', applicationId: 'checkpoints', odsCode: 'none' };
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
let clockMs: number;
let failures: unknown[];
let counts: { behind: number; waiting: number } | null;
let errors: string[];

beforeEach(async () => {
  database = await auditDatabase();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-checkpoints-'));
  log = await openLog(database.appUrl);
  clockMs = Date.now();
  [failures, errors, counts] = [[], [], null];
  return async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
});

function deps(changes: Partial<AuditCheckpointDeps> = {}): AuditCheckpointDeps {
  return {
    store: openCheckpointStore(database.app),
    signer: createCheckpointSigner(kms, keyArn),
    places: [directoryPlace(pathToFileURL(folder).href)],
    audit: log,
    outages: { failed: (_, error) => failures.push(error), worked: () => undefined },
    log: { error: (_, message) => errors.push(message) },
    now: () => clockMs,
    onDone: (latest) => {
      counts = latest;
    },
    ...changes,
  };
}

/** A minute later, with another record in the trail unless it stands still. */
async function nextMinute(still = false): Promise<void> {
  clockMs += MINUTE_MS;
  if (!still) await log.system(systemOf('NOTE'));
}

const files = async (): Promise<string[]> => (await readdir(folder)).sort();

async function* stored(): AsyncGenerator<CheckpointFile> {
  for (const name of await files()) yield { name, text: await readFile(join(folder, name), 'utf8') };
}

async function faults(): Promise<string[]> {
  const report = await verifyExport(exportAudit(database.app, {}), {
    keys: readPublicKeys(pem),
    files: stored(),
  });
  return report.faults.map(({ what }) => what);
}

/** As a superuser can, triggers or not. */
async function tamper(...statements: readonly string[]): Promise<void> {
  const client = await database.admin.connect();
  try {
    await client.query('SET session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
  } finally {
    client.release(true);
  }
}

/** Puts the chain back to an earlier row, head included. */
const cutTo = (seq: number): string[] => [
  `DELETE FROM audit.event WHERE writer = '${log.writerId}' AND seq > ${String(seq)}`,
  `UPDATE audit.writer SET seq = ${String(seq)}, hash = (SELECT hash FROM audit.event
     WHERE writer = '${log.writerId}' AND seq = ${String(seq)}) WHERE writer = '${log.writerId}'`,
];

/** Three checkpoints over one chain of three rows. */
async function threeCheckpoints(): Promise<void> {
  for (let count = 0; count < 3; count += 1) {
    await nextMinute();
    await run(deps());
  }
  expect(await files()).toEqual([1, 2, 3].map((sequence) => `checkpoint-00000000000${String(sequence)}.txt`));
}

describe('a checkpoint', () => {
  it('is made when a chain has moved, signed, stored and verified with an export', async () => {
    await threeCheckpoints();
    expect(failures).toEqual([]);
    expect(counts).toEqual({ behind: 0, waiting: 0 });
    expect(await faults()).toEqual([]);
  });

  it('is not made when nothing has moved, but once an hour all chains are covered again', async () => {
    await threeCheckpoints();
    await nextMinute(true);
    await run(deps());
    expect(await files()).toHaveLength(3);
    clockMs += HOUR_MS;
    await run(deps());
    const { rows } = await database.app.query(
      'SELECT is_full, chains FROM audit.checkpoint ORDER BY sequence',
    );
    expect(rows).toEqual([
      { is_full: true, chains: 1 },
      { is_full: false, chains: 1 },
      { is_full: false, chains: 1 },
      { is_full: true, chains: 1 },
    ]);
    expect(await faults()).toEqual([]);
  });

  it('is made once when two workers race', async () => {
    for (let round = 1; round <= 5; round += 1) {
      await nextMinute();
      await Promise.all([run(deps()), run(deps())]);
    }
    expect(failures).toEqual([]);
    expect(await files()).toHaveLength(5);
    expect(await faults()).toEqual([]);
  });

  it('cannot be changed or removed by the running role, nor by the owner', async () => {
    await threeCheckpoints();
    for (const statement of [
      `UPDATE audit.checkpoint SET heads = ''`,
      'DELETE FROM audit.checkpoint',
      'DELETE FROM audit.checkpoint_copy',
      'TRUNCATE audit.checkpoint CASCADE',
    ]) {
      await expect(database.app.query(statement)).rejects.toThrow('permission denied');
      await expect(database.admin.query(statement)).rejects.toThrow('never changed or removed');
    }
  });
});

describe('when something is away', () => {
  it('a checkpoint that a place could not take is stored once the place is back', async () => {
    await threeCheckpoints();
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'not a folder');
    await nextMinute();
    await run(deps());
    expect(failures).toHaveLength(1);
    await rm(folder);
    await rename(`${folder}-away`, folder);
    await run(deps());
    expect(await files()).toHaveLength(4);
    expect(await faults()).toEqual([]);
  });

  it('a checkpoint that was stored, but not noted as stored, is noted by the next run', async () => {
    const store = openCheckpointStore(database.app);
    await nextMinute();
    await run(deps({ store: { ...store, stored: () => Promise.reject(new Error('killed')) } }));
    expect(await files()).toHaveLength(1);
    expect(await store.counts([pathToFileURL(folder).href])).toEqual({ behind: 0, waiting: 1 });
    await run(deps());
    expect(counts).toEqual({ behind: 0, waiting: 0 });
    expect(await files()).toHaveLength(1);
  });

  it('KMS refuses to sign, and the next run covers what was missed', async () => {
    await nextMinute();
    const broken = { ...kms, signCheckpoint: () => Promise.reject(new Error('KMS is away')) };
    await run(deps({ signer: createCheckpointSigner(broken, keyArn) }));
    expect(failures).toHaveLength(1);
    expect(await files()).toEqual([]);
    await nextMinute();
    await run(deps());
    expect(await faults()).toEqual([]);
  });
});

describe('a trail that is behind its checkpoints', () => {
  it.each<[string, () => string[], RegExp]>([
    ['was cut', () => cutTo(2), /is behind checkpoint 3, which covers row 3 .* ends at row 2/],
    [
      'lost a whole chain',
      () => [
        `DELETE FROM audit.event WHERE writer = '${log.writerId}'`,
        `DELETE FROM audit.writer WHERE writer = '${log.writerId}'`,
      ],
      /is behind checkpoint 3.*the chain is gone/,
    ],
  ])('because it %s raises an alarm, and the verifier says so for good', async (_, statements, fault) => {
    await threeCheckpoints();
    await tamper(...statements());
    const watcher = await openLog(database.appUrl);
    await run(deps({ audit: watcher }));
    expect(errors).toEqual(['the audit trail is behind its last checkpoint']);
    expect(counts).toMatchObject({ behind: 1 });
    expect(await systemFacts(database, 'TRAIL_BEHIND_CHECKPOINT')).toMatchObject([
      { checkpoint: 3, count: 1, chains: [{ writer: log.writerId, coveredSeq: 3 }] },
    ]);
    expect((await faults()).join('\n')).toMatch(fault);
  });

  it('because it was written again is found by the row that a checkpoint covers', async () => {
    await threeCheckpoints();
    await tamper(
      ...cutTo(2),
      `INSERT INTO audit.event (writer, seq, started_at, kind, attempt_id, prev_hash, hash, record)
       SELECT writer, 3, started_at, kind, (forged ->> 'attemptId')::uuid, hash, sha256(hash || convert_to(forged::text, 'UTF8')), forged
         FROM (SELECT *, record || jsonb_build_object('seq', 3, 'attemptId', gen_random_uuid()) AS forged
                 FROM audit.event WHERE writer = '${log.writerId}' AND seq = 2) AS last`,
      `UPDATE audit.writer SET seq = 3, hash = (SELECT hash FROM audit.event WHERE writer = '${log.writerId}' AND seq = 3)
        WHERE writer = '${log.writerId}'`,
    );
    expect((await faults()).join('\n')).toContain(
      'the row is not the one that checkpoint 3 covers: it was replaced',
    );
  });

  it('because a backup was restored takes the newer checkpoints back, and goes on after them', async () => {
    await threeCheckpoints();
    await tamper(
      ...cutTo(1),
      'DELETE FROM audit.checkpoint_copy WHERE sequence > 1',
      'DELETE FROM audit.checkpoint WHERE sequence > 1',
    );
    const restored = await openLog(database.appUrl);
    clockMs += MINUTE_MS;
    await run(deps({ audit: restored }));
    expect(failures).toEqual([]);
    expect(await systemFacts(database, 'TRAIL_BEHIND_CHECKPOINT')).toMatchObject([
      { checkpoint: 3, chains: [{ writer: log.writerId, coveredSeq: 3, seq: 1 }] },
    ]);
    expect(await files()).toHaveLength(4);
    expect(await faults()).toEqual([
      expect.stringContaining('the database was restored or lost commits in a fail-over'),
    ]);
  });
});

describe('the state of the trail', () => {
  const state = () => readTrailStatus(database.app, Date.now());

  it('says what checkpoints cover, where they are stored, and which chain is behind', async () => {
    await log.system(systemOf('NOTE'));
    const chain = { writer: log.writerId, phase: 'writing' };
    expect(await state()).toMatchObject({
      ...{ records: 1, uncovered: 1, missing: [], checkpoints: null },
      chains: [{ ...chain, uncovered: 1, isBehind: false }],
    });
    await threeCheckpoints();
    await log.system(systemOf('NOTE'));
    const covered = await state();
    expect(covered).toMatchObject({
      ...{ records: 5, uncovered: 1, missing: [] },
      checkpoints: { sequence: 3, lastBehind: null, places: [{ sequence: 3, lacks: 0 }] },
      chains: [{ ...chain, uncovered: 1, isBehind: false }],
    });
    expect(covered.monthsAhead).toBeGreaterThan(0);
    await tamper('DELETE FROM audit.checkpoint_copy WHERE sequence = 2', ...cutTo(3));
    expect(await state()).toMatchObject({
      ...{ records: 3, uncovered: 0, missing: [] },
      checkpoints: { places: [{ sequence: 3, lacks: 1 }] },
      chains: [{ isBehind: true }],
    });
    await run(deps());
    await tamper(`DELETE FROM audit.event`, `DELETE FROM audit.writer WHERE writer = '${log.writerId}'`);
    expect(await state()).toMatchObject({
      ...{ records: 0, missing: [log.writerId], chains: [] },
      checkpoints: { sequence: 4, lastBehind: { sequence: 4, madeAtMs: clockMs } },
    });
  });
});

describe('a place', () => {
  it('never replaces a checkpoint, and one that was replaced there is an alarm', async () => {
    const place = directoryPlace(pathToFileURL(folder).href);
    await keep(place, 'checkpoint-000000000001.txt', 'first');
    await keep(place, 'checkpoint-000000000001.txt', 'first');
    await expect(keep(place, 'checkpoint-000000000001.txt', 'second')).rejects.toThrow('has another content');
    expect(await place.read('checkpoint-000000000001.txt')).toBe('first');
    expect(await files()).toEqual(['checkpoint-000000000001.txt']);
  });

  it('with a checkpoint that this key did not sign stops the work, and says so', async () => {
    await threeCheckpoints();
    await writeFile(join(folder, 'checkpoint-000000000004.txt'), 'a.b.c\n');
    await nextMinute();
    await run(deps());
    expect(failures).toHaveLength(1);
    expect(counts).toEqual({ behind: 0, waiting: 0 });
  });
});

describe('a bucket with object lock', () => {
  const s3 = { region: 'eu-west-2', proxy: null };
  const FIRST = 'checkpoint-000000000001.txt';
  /** A prefix of its own for each test. */
  const bucket = (name = 'gatehouse-checkpoints') =>
    bucketPlace(`s3://${name}/${randomUUID()}`, { ...s3, endpoint });
  const keyOf = (place: { readonly name: string }, file: string): string =>
    `${place.name.replace('s3://', '/')}/${file}`;
  const asSomebodyElse = (method: string, path: string, body?: string): Promise<Response> =>
    fetch(endpoint + path, {
      method,
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x', 'x-amz-checksum-crc32': 'AAAAAA==' },
      ...(body === undefined ? {} : { body }),
    });

  it('takes each checkpoint once, and its version is recorded', async () => {
    const place = bucket();
    for (let count = 0; count < 3; count += 1) {
      await nextMinute();
      await run(deps({ places: [place] }));
    }
    expect(failures).toEqual([]);
    expect(counts).toEqual({ behind: 0, waiting: 0 });
    expect(await place.filesAfter(FIRST)).toEqual([
      'checkpoint-000000000002.txt',
      'checkpoint-000000000003.txt',
    ]);
    const { rows } = await database.app.query<{ version: string }>(
      'SELECT version FROM audit.checkpoint_copy',
    );
    expect(rows.map(({ version }) => version)).toEqual(
      Array(3).fill(expect.stringMatching(/^[0-9a-f]{32}$/)),
    );
    for (const name of [FIRST, 'checkpoint-000000000002.txt', 'checkpoint-000000000003.txt'])
      await writeFile(join(folder, name), (await place.read(name)) ?? '');
    expect(await faults()).toEqual([]);
  });

  it.each<[string, (key: string) => Promise<Response>]>([
    ['was written over', (key) => asSomebodyElse('PUT', key, 'forged')],
    ['was marked as deleted', (key) => asSomebodyElse('DELETE', key)],
  ])('reports a checkpoint that %s', async (_, change) => {
    const place = bucket();
    await nextMinute();
    await run(deps({ places: [place] }));
    await change(keyOf(place, FIRST));
    await nextMinute();
    await run(deps({ places: [place] }));
    expect(errors).toEqual(['a stored checkpoint was replaced, or two databases share one place']);
    expect(String(failures[0])).toContain(FIRST);
  });

  it('is refused as a place if it does not lock what it has', async () => {
    const place = bucket('gatehouse-unlocked');
    await expect(keep(place, FIRST, 'first')).rejects.toThrow('does not lock its objects in compliance mode');
  });

  it('that has another checkpoint of this name is a conflict; the same one is not', async () => {
    const place = bucket();
    expect(await keep(place, FIRST, 'first')).toBe(await keep(place, FIRST, 'first'));
    await expect(keep(place, FIRST, 'second')).rejects.toThrow('has another content');
  });
});
