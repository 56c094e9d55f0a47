/**
 * The state of the audit trail through the admin API and the CLI: chains, the checkpoints that cover them, and how far they
 * are verified.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StaffRole } from '@gatehouse/domain/governance/permissions';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCheckpointSigner } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint-signer.ts';
import { openCheckpointStore } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint.store.ts';
import { directoryPlace } from '../../../apps/gateway/src/adapters/audit/checkpoints/directory-place.ts';
import { type Collector, openCollector } from '../../../apps/gateway/src/adapters/audit/stream/collector.ts';
import { formatterOf } from '../../../apps/gateway/src/adapters/audit/stream/format.ts';
import { openStreamStore } from '../../../apps/gateway/src/adapters/audit/stream/stream.store.ts';
import { openRollupStore } from '../../../apps/gateway/src/adapters/audit/rollup/rollup.store.ts';
import { openVerificationStore } from '../../../apps/gateway/src/adapters/audit/verify/verification.store.ts';
import { linkHex } from '../../../apps/gateway/src/adapters/audit/write/chain.ts';
import { run as countTrail } from '../../../apps/gateway/src/jobs/audit/audit-rollups.job.ts';
import { run as sendStream } from '../../../apps/gateway/src/jobs/audit/audit-stream.job.ts';
import { run as verifyTrail } from '../../../apps/gateway/src/jobs/audit/audit-verification.job.ts';
import { run as makeCheckpoint } from '../../../apps/gateway/src/jobs/audit/audit-checkpoint.job.ts';
import { type AdminApi, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { deniedOf, systemOf } from '../../support/audit/audit-trail.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { signIn } from '../../support/staff.ts';

let admin: AdminApi;
let folder: string;
beforeAll(async () => {
  admin = await startAdmin();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-trail-'));
});
afterAll(async () => {
  await admin.close();
  await rm(folder, { recursive: true });
});

const gatehouse = async (...args: readonly string[]): Promise<string> =>
  (await runCli({ url: admin.url, token: admin.tokens.audit }, args)).out;

it('is for people who may read the trail of every organisation', async () => {
  const of = async (odsCodes: readonly string[] | null) => {
    const { headers } = await signIn(admin.db, 'Omar', [{ role: 'auditor', odsCodes }], admin.clock.ms);
    return (await admin.call('GET', '/api/v1/audit-trail', undefined, '', headers)).status;
  };
  expect([await of(null), await of(['R69'])]).toEqual([200, 403]);
});

it('says that there is no checkpoint, and then what the newest covers', async () => {
  const { parts } = admin;
  await parts.audit.system(systemOf('NOTE'));
  expect((await admin.ok('trailShow')).checkpoints).toBeNull();
  expect(await gatehouse('audit', 'chains')).toContain('No checkpoint has been made.');

  const { arn } = await parts.kms.createSigningKey({
    ...{ environment: 'int', applicationId: 'checkpoints', odsCode: 'none' },
  });
  const errors: unknown[] = [];
  await makeCheckpoint({
    store: openCheckpointStore(parts.auditDatabase),
    signer: createCheckpointSigner(parts.kms, arn),
    places: [directoryPlace(pathToFileURL(folder).href)],
    audit: parts.audit,
    outages: { failed: (_, error) => errors.push(error), worked: () => undefined },
    log: { error: (_, message) => errors.push(message) },
    now: () => admin.clock.ms,
    onDone: () => undefined,
  });
  expect(errors).toEqual([]);

  const { checkpoints, chains, records } = await admin.ok('trailShow');
  expect(checkpoints).toMatchObject({
    ...{ sequence: 1, missing: [], lastBehind: null, madeAt: new Date(admin.clock.ms).toISOString() },
    places: [{ place: pathToFileURL(folder).href, sequence: 1, lacks: 0 }],
  });
  expect(chains).toContainEqual(expect.objectContaining({ writer: parts.audit.writerId, isBehind: false }));
  expect(records).toBeGreaterThan(0);
  const text = await gatehouse('audit', 'chains');
  expect(text).toContain('Checkpoint 1 was made at');
  expect(text).toContain(parts.audit.writerId);
});

it('says what collectors have not taken, and why', async () => {
  expect((await admin.ok('trailShow')).streams).toEqual([]);
  const place = pathToFileURL(join(folder, 'stream')).href;
  const formatter = formatterOf('records', () => null);
  const { contentType } = formatter;
  const collector = openCollector({ place, contentType, headers: {}, now: Date.now });
  const stream = (to: Collector) =>
    sendStream({
      ...{ formatter, collector: to, now: () => admin.clock.ms, monotonicNow: () => performance.now() },
      store: openStreamStore(admin.parts.auditDatabase, place, randomUUID()),
      outages: { failed: () => undefined, worked: () => undefined },
      signal: new AbortController().signal,
    });
  await stream({ take: () => Promise.reject(new Error('the collector answered 503')) });
  const at = new Date(admin.clock.ms).toISOString();
  expect((await admin.ok('trailShow')).streams).toEqual([
    {
      ...{ place, waiting: expect.any(Number), completeAt: null, takenAt: null },
      failing: { since: at, cause: 'the collector answered 503' },
    },
  ]);
  expect(await gatehouse('audit', 'chains')).toContain(
    `Sending to it has failed since ${at}: the collector answered 503.`,
  );
  await stream(collector);
  expect((await admin.ok('trailShow')).streams).toMatchObject([
    { completeAt: at, takenAt: at, failing: null },
  ]);
});

it('says which months are archived, where, and which one is next', async () => {
  expect(await gatehouse('audit', 'archives')).toContain('No month is archived yet.');
  const { parts } = admin;
  await parts.audit.system({ ...systemOf('NOTE'), startedAtMs: Date.UTC(2026, 0, 20) });
  const { archive } = await admin.ok('trailShow');
  expect(archive).toEqual({
    ...{ months: [], failing: null },
    next: { month: '2026-01', dueAt: '2026-02-04T00:00:00.000Z', isDue: true },
  });
  await parts.auditDatabase.query(
    `INSERT INTO audit_search.archive_run (held_until, failing_since, cause) VALUES (now(), '2026-02-05Z', 'no luck');
     INSERT INTO audit.archive_plan (month, planned_at, gatehouse, previous, checkpoint, checkpoint_hash)
     VALUES ('2026-01', '2026-02-04Z', '1.2.3', sha256(''), 1, sha256(''));
     INSERT INTO audit.archive_copy (month, place, file, version, stored_at)
     VALUES ('2026-01', 's3://evidence', 'archive/2026-01/manifest.json', 'v1', '2026-02-04Z');
     INSERT INTO audit.archive (month, archived_at, records, objects, bytes, manifest)
     VALUES ('2026-01', '2026-02-04 00:01Z', 1, 1, 300, sha256(''))`,
  );
  expect((await admin.ok('trailShow')).archive.months).toMatchObject([{ removedAt: null }]);
  const owner = new pg.Client({ connectionString: admin.database.superuserUrl });
  await owner.connect();
  await owner.query(
    `INSERT INTO audit.removal (writer, month, removed_at, removed_by, records, subjects, manifest, ranges_sha256)
     VALUES (gen_random_uuid(), '2026-01', '2026-03-01Z', 'operator', 1, 0, sha256(''), sha256(''))`,
  );
  expect((await admin.ok('trailShow')).archive).toMatchObject({
    months: [
      {
        ...{ month: '2026-01', archivedAt: '2026-02-04T00:01:00.000Z', records: 1, objects: 1, bytes: 300 },
        ...{
          checkpoint: 1,
          places: ['s3://evidence'],
          removedAt: '2026-03-01T00:00:00.000Z',
          manifest: expect.stringMatching(/^e3b0c442/),
        },
      },
    ],
    failing: { since: '2026-02-05T00:00:00.000Z', cause: 'no luck' },
  });
  const text = await gatehouse('audit', 'archives');
  expect(text).toMatch(
    /2026-01 +2026-02-04T00:01:00.000Z +1 +1 +1 +e3b0c442\w+ +2026-03-01T00:00:00.000Z +s3:\/\/evidence/,
  );
  expect(text).toContain('Archiving has failed since 2026-02-05T00:00:00.000Z: no luck.');
  expect(await gatehouse('audit', 'chains')).toContain(
    'The records of 2026-01 have left the database for the archive.',
  );
  await owner.query('SET session_replication_role = replica; DELETE FROM audit.removal');
  await owner.end();
});

describe('the verification of the whole trail', () => {
  const REASON = { reason: 'before the audit' };
  const ask = (headers: Record<string, string>) =>
    admin.call('POST', '/api/v1/audit-trail/verifications', REASON, '', headers);
  const as = async (role: StaffRole) => (await signIn(admin.db, role, [role], admin.clock.ms)).headers;

  it('is asked for by an auditor or administrator, one at a time, and the trail says by whom and why', async () => {
    const before = await admin.ok('trailShow');
    expect(before.verification).toMatchObject({
      lastRunAt: null,
      whole: null,
      wholeUnderWay: null,
      faults: [],
    });
    for (const role of ['platform-engineer', 'governance-officer'] as const)
      expect((await ask(await as(role))).status).toBe(403);
    const answers = await Promise.all([ask(await as('auditor')), ask(await as('administrator'))]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.detail).toBe(
      'The whole trail is being verified already.',
    );
    expect(await admin.systemEvents('TRAIL_VERIFICATION_REQUESTED')).toMatchObject([REASON]);
    expect(await admin.db.backgroundJob.findMany()).toMatchObject([
      { job: 'audit-verification', payload: {} },
    ]);
  });

  it('is shown with who asked for it, what it found and how far each chain is verified', async () => {
    const { parts } = admin;
    await verifyTrail({
      store: openVerificationStore(parts.auditDatabase, parts.prisma),
      covered: openCheckpointStore(parts.auditDatabase).covered,
      link: linkHex,
      audit: parts.audit,
      log: { error: () => undefined },
      settle: () => Promise.resolve(),
      ...{ now: () => admin.clock.ms, monotonicNow: () => performance.now() },
      signal: new AbortController().signal,
    });
    const { items } = await admin.ok('verificationList', { query: { limit: 10 } });
    expect(items).toMatchObject([
      { scope: 'whole', completes: true, checkpoint: 1, faults: 0, firstFault: null, chains: 1 },
    ]);
    const { verification, chains } = await admin.ok('trailShow');
    expect(verification).toMatchObject({ wholeUnderWay: null, faults: [], unverified: 0 });
    expect(verification.whole?.requestedBy).toBe(items[0]?.requestedBy);
    expect(items[0]?.requestedBy).toMatch(/^(auditor|administrator)/);
    const [chain] = chains;
    expect(chain).toMatchObject({ verifiedTo: chain?.records, verifiedBy: items[0]?.requestedBy });
    expect(await gatehouse('audit', 'chains')).toContain('No fault is known.');
    expect(await gatehouse('audit', 'verifications')).toContain('the whole trail');
    expect(await gatehouse('audit', 'verify-all', '--reason', 'again')).toContain('A worker begins');
    expect(await gatehouse('audit', 'chains')).toContain(
      'The verification of every record has been under way',
    );
  });
});

describe('the roll-ups of the trail', () => {
  const count = () =>
    countTrail({
      store: openRollupStore(admin.parts.auditDatabase),
      ...{ now: () => admin.clock.ms, monotonicNow: () => performance.now() },
      signal: new AbortController().signal,
    });

  it('are shown with how far they are, and compared with the trail hour by hour', async () => {
    const denied = deniedOf({ startedAtMs: admin.clock.ms - 7_200_000 });
    await admin.parts.audit.denied({ ...denied, requestId: denied.attemptId });
    expect(await gatehouse('audit', 'rollups', 'show')).toContain('None has been counted yet.');
    await count();
    const { records, uncounted } = await admin.ok('rollupShow');
    expect([records > 0, uncounted]).toEqual([true, 0]);
    const span = [admin.clock.ms - 86_400_000, admin.clock.ms].map((ms) => new Date(ms).toISOString());
    const args = ['audit', 'rollups', 'compare', '--from', span[0] ?? '', '--until', span[1] ?? ''];
    expect(await gatehouse(...args)).toMatch(/24 hours compared[^]+They say what the trail says/);
    await admin.db.$executeRaw`UPDATE audit_search.hour SET count = 5, code = 'GW_SRO'`;
    const { out, code } = await runCli({ url: admin.url, token: admin.tokens.audit }, args);
    expect(code).toBe(1);
    expect(out).toMatch(/GW_SRO +5 +0/);
  });

  it('are made again by an auditor or administrator, and the trail says by whom and why', async () => {
    const rebuild = async (role: StaffRole) => {
      const { headers } = await signIn(admin.db, role, [role], admin.clock.ms);
      const body = { reason: 'they were changed' };
      return admin.call('POST', '/api/v1/audit-trail/rollups/rebuild', body, '', headers);
    };
    expect((await rebuild('platform-engineer')).status).toBe(403);
    const { status, body } = await rebuild('auditor');
    expect([status, body.countedAt]).toEqual([200, null]);
    expect(await admin.systemEvents('ROLLUPS_REBUILT')).toMatchObject([{ reason: 'they were changed' }]);
    expect(await admin.db.backgroundJob.findMany({ where: { job: 'audit-rollups' } })).toHaveLength(1);
    await count();
    const from = new Date(admin.clock.ms - 86_400_000).toISOString();
    const until = new Date(admin.clock.ms).toISOString();
    const comparison = await admin.ok('rollupCompare', { query: { from, until } });
    expect(comparison).toMatchObject({ hours: 24, next: null, differences: [] });
  });
});

describe('how long it is kept', () => {
  const path = '/api/v1/trail-retention';
  const put = (to: string, body: object, headers?: Readonly<Record<string, string>>) =>
    admin.call('PUT', `${path}${to}`, { reason: 'records policy', ...body }, headers && '', headers);
  const retention = async () => {
    const { deployment, items } = await admin.ok('trailRetentionShow');
    return [deployment, ...items];
  };

  it('is for ever where nobody has set anything, and is set by two governance officers', async () => {
    await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
    expect(await retention()).toEqual([{ keepOnline: null, retention: null, setBy: null, setAt: null }]);
    const person = (name: string, role: StaffRole, odsCodes: readonly string[] | null = null) =>
      signIn(admin.db, name, [{ role, odsCodes }], admin.clock.ms);
    const [gita, gwen] = [
      await person('Gita', 'governance-officer'),
      await person('Gwen', 'governance-officer'),
    ];
    const [priya, lena] = [
      await person('Priya', 'platform-engineer'),
      await person('Lena', 'governance-officer', ['RCD']),
    ];
    await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
    expect((await put('', { keepOnline: 12 }, priya.headers)).status).toBe(403);
    expect((await put('', { keepOnline: 12 }, lena.headers)).status).toBe(403);
    expect((await put('/R69', { hold: 'An inquiry' }, lena.headers)).status).toBe(404);
    const asked = await put('', { keepOnline: 12, retention: 96 }, gita.headers);
    expect(asked.status, asked.text).toBe(202);
    expect(asked.text).toContain('would stay in the database for 12 months, and be kept for 96 months');
    expect((await retention())[0]).toMatchObject({ keepOnline: null, setBy: null });
    const { id, diffHash } = asked.body;
    const approve = ({ headers }: { readonly headers: Readonly<Record<string, string>> }) =>
      admin.call('POST', `/api/v1/changes/${id}/approve`, { diffHash, reason: 'agreed' }, '', headers);
    expect([(await approve(gita)).status, (await approve(priya)).status]).toEqual([403, 403]);
    expect((await approve(gwen)).status).toBe(200);
    expect((await retention())[0]).toMatchObject({
      ...{ keepOnline: 12, retention: 96 },
      setBy: 'Gita (gita@example.org), approved by Gwen (gwen@example.org)',
    });
    await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: false } });
  });

  it.each([
    [
      'shorter than in the database',
      '',
      { keepOnline: 12, retention: 11 },
      400,
      'set a retention of at least',
    ],
    ['destroyed while it is in the database', '', { retention: 96 }, 400, 'set a retention of at least'],
    ['for no month', '', { keepOnline: 0 }, 400, '1 to 1200'],
    ['of an organisation shorter than of all', '/R69', { retention: 95 }, 409, 'never shorter'],
    [
      'to a destroyed data key, of an organisation that is not retired',
      '/R69',
      { destroyKey: 'It closed' },
      409,
      'Retire the organisation first',
    ],
    ['of an organisation that is not there', '/X99', { retention: 120 }, 404, 'X99'],
  ])('is not set %s', async (_, to, body, status, words) => {
    const before = await retention();
    const answer = await put(to, body);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(words)]);
    expect(await retention()).toEqual(before);
  });

  it('is longer for an organisation, or held, until that is given up', async () => {
    expect((await put('/R69', { retention: 120, hold: 'An inquiry' })).status).toBe(200);
    expect((await retention()).slice(1)).toMatchObject([
      { organisation: 'R69', retention: 120, hold: 'An inquiry' },
    ]);
    const shown = await gatehouse('retention', 'show', '--organisation', 'R69');
    for (const words of ['stay in the database for 12 months', 'after 96 months', '120 months', 'An inquiry'])
      expect(shown).toContain(words);
    expect((await put('/R69', {})).status).toBe(200);
    expect(await retention()).toHaveLength(1);
  });

  it('of a retired organisation ends with its data key, unless its records are held', async () => {
    await admin.db.organisation.update({ where: { odsCode: 'RCD' }, data: { state: 'retired' } });
    const held = await put('/RCD', { hold: 'An inquiry', destroyKey: 'It closed' });
    expect([held.status, held.text]).toEqual([409, expect.stringContaining('Lift the hold first')]);
    expect((await put('/RCD', { destroyKey: 'It closed' })).status).toBe(200);
    expect((await retention()).slice(1)).toMatchObject([
      { organisation: 'RCD', retention: null, destroyKey: 'It closed', keyDestroyedAt: null },
    ]);
    const shown = await gatehouse('retention', 'show', '--organisation', 'RCD');
    expect(shown).toContain('to be destroyed: It closed');
    expect((await put('/RCD', {})).status).toBe(200);
    await admin.db.organisation.update({ where: { odsCode: 'RCD' }, data: { state: 'active' } });
  });
});
