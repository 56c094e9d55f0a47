/** Evidence packs of a real registry and trail, signed in KMS, written by the command line and verified offline. */
import { createHash, createPublicKey } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import type { EvidencePack } from '@gatehouse/domain/evidence/evidence-pack';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCheckpointSigner } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint-signer.ts';
import { openCheckpointStore } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint.store.ts';
import { type Kms, openKms } from '../../../apps/gateway/src/adapters/kms/kms.ts';
import { type AdminApi, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { intentOf, outcomeOf } from '../../support/audit/audit-trail.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { sroAppointment } from '../../support/registry-rows.ts';
import { SETTINGS_VARIABLE } from '../../support/servers/simulator-server.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

const DAY_MS = 86_400_000;

let admin: AdminApi;
let kms: Kms;
let folder: string;
let keyFile: string;
let today: string;
let kid: string;

/** Two days later, so that the day of the test is over. */
beforeAll(async () => {
  const { AWS_ENDPOINT_URL_KMS: endpoint } = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as {
    AWS_ENDPOINT_URL_KMS: string;
  };
  kms = openKms({ region: 'eu-west-2', endpoint, timeoutMs: 20_000, proxy: null });
  const key = await kms.createSigningKey({ environment: 'int', applicationId: 'evidence', odsCode: 'none' });
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-evidence-'));
  keyFile = join(folder, 'key.pem');
  await writeFile(
    keyFile,
    createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' }).export({ type: 'spki', format: 'pem' }),
  );
  admin = await startAdmin({}, { GATEHOUSE_EVIDENCE_KMS_KEY: key.arn });
  admin.clock.ms = Date.now();
  today = londonDay(admin.clock.ms);
  await onboardByTwoPeople();
  await callAndRefuse();
  await makeCheckpoint(key.arn);
  admin.clock.ms += 2 * DAY_MS;
}, 120_000);
afterAll(async () => {
  await admin.close();
  kms.close();
  await rm(folder, { recursive: true, force: true });
});

const as = (person: SignedIn, method: string, path: string, body?: unknown) =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);

async function onboardByTwoPeople(): Promise<void> {
  await admin.call('POST', '/api/v1/registry/apply', {
    document: { ...smallDocument, applications: [{ ...smallDocument.applications[0], state: 'draft' }] },
    reason: 'onboarding of the trust',
  });
  ({ kid } = await admin.ok('keyCreate', { body: r69 }));
  await admin.db.sroAppointment.create({
    data: {
      ...sroAppointment(new Date()),
      odsCode: 'R69',
      acceptedAt: new Date(),
      reviewDueOn: new Date('2099-01-05'),
    },
  });
  await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
  const priya = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
  const gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
  const asked = await as(priya, 'POST', '/registry/apply', {
    document: smallDocument,
    reason: 'ready to go live',
  });
  const { id, diffHash } = (asked.body as { id: string; diffHash: string }[]).at(-1) ?? {
    id: '',
    diffHash: '',
  };
  const hash = diffHash ?? (await as(gita, 'GET', `/changes/${id}`)).body.diffHash;
  const approved = await as(gita, 'POST', `/changes/${id}/approve`, {
    diffHash: hash,
    reason: 'agreed with the trust',
  });
  expect(approved.status, approved.text).toBe(200);
}

async function callAndRefuse(): Promise<void> {
  const binding = await admin.db.binding.findFirstOrThrow({
    where: { application: { asid: '200000002454' } },
  });
  const client = await admin.db.client.findFirstOrThrow();
  const common = { startedAtMs: admin.clock.ms, odsCode: 'R69', environment: 'int', clientId: client.id };
  for (const status of ['COMPLETED', 'COMPLETED', 'FAILED'] as const) {
    const intent = intentOf({ ...common, bindingId: binding.id, interaction: 'A005' });
    await admin.parts.audit.intent(intent);
    await admin.parts.audit.outcome({
      ...outcomeOf(intent),
      outcome: status,
      ...(status === 'FAILED' ? { code: 'GW_UPSTREAM_TIMEOUT' } : {}),
    });
  }
  const { kind: _, ...refused } = intentOf({ ...common, interaction: 'A028' });
  await admin.parts.audit.denied({ ...refused, kind: 'DENIED', code: 'GW_GRANT' } as never);
  // Of another organisation.
  const foreign = intentOf({ ...common, odsCode: 'RCD', interaction: 'A004' });
  await admin.parts.audit.intent(foreign);
  await admin.parts.audit.outcome(outcomeOf(foreign));
}

/** One in the period, and one after it, as a worker makes them. */
async function makeCheckpoint(keyArn: string): Promise<void> {
  const store = openCheckpointStore(admin.parts.auditDatabase);
  const signer = createCheckpointSigner(kms, keyArn);
  for (const atMs of [admin.clock.ms, admin.clock.ms + DAY_MS]) {
    const { sequence, hash } = await store.covered();
    const made = await signer.sign(
      { sequence: sequence + 1, atMs, previous: hash, full: sequence === 0 },
      await store.heads(),
    );
    await store.add(made);
  }
}

const REASON = 'yearly review';
const cli = (args: readonly string[], token = admin.tokens.audit) => runCli({ url: admin.url, token }, args);

async function makePack(name: string, day = today): Promise<string> {
  const out = join(folder, name);
  const { code, err } = await cli([
    ...['evidence-pack', 'R69', '--from', day, '--until', day, '--out', out, '--reason', REASON],
  ]);
  expect(err).toBe('');
  expect(code).toBe(0);
  return out;
}

it('holds what happened in the period, is recorded, verified offline, and the same when it is made again', async () => {
  const out = await makePack('first');
  const text = await readFile(join(out, 'evidence.json'), 'utf8');
  const pack = JSON.parse(text) as EvidencePack;
  const { id: applicationId } = pack.applications[0] ?? { id: '' };
  expect(pack).toMatchObject({
    organisation: { odsCode: 'R69', name: 'Example NHS Trust', stateAtStart: null, stateAtEnd: 'active' },
    owners: [{ stateAtStart: null, stateAtEnd: 'in force', acceptedAt: expect.any(String) }],
    applications: [
      {
        ...{ stateAtStart: null, stateAtEnd: 'live', environment: 'int' },
        asids: [{ asid: '200000002454', since: { reason: 'onboarding of the trust' } }],
        messageSets: [{ name: 'provider-read', since: { reason: 'onboarding of the trust' }, until: null }],
      },
      { accessMode: 'user-restricted', stateAtEnd: 'draft', asids: [{ asid: '200000002455' }] },
    ],
    messageSets: [{ name: 'provider-read', interactionsAtEnd: ['A004', 'A005', 'A008'] }],
    signingKeys: [{ kid, applicationId, stateAtEnd: 'ACTIVE' }],
    traffic: {
      attempts: [
        { month: today.slice(0, 7), environment: 'int', interaction: 'A005', outcome: 'COMPLETED', count: 2 },
        { month: today.slice(0, 7), environment: 'int', interaction: 'A005', outcome: 'FAILED', count: 1 },
      ],
      failures: [{ code: 'GW_UPSTREAM_TIMEOUT', count: 1 }],
      refusals: [{ code: 'GW_GRANT', count: 1 }],
    },
    trail: { count: 1, first: { sequence: 1 }, closing: { sequence: 2 }, headsDiffering: [] },
  });
  expect(pack.trail.headsCompared).toBeGreaterThan(0);
  expect(pack.approvals.requests).toMatchObject([
    {
      requestedBy: expect.stringContaining('Priya'),
      reason: 'ready to go live',
      state: 'approved',
      decidedBy: expect.stringContaining('Gita'),
      decisionReason: 'agreed with the trust',
    },
  ]);
  expect(pack.approvals.requests[0]?.summary.join(' ')).toContain('would go live');
  const live = pack.changes.find(({ fields }) =>
    fields.some(({ name, after }) => name === 'state' && after === 'live'),
  );
  expect(live).toMatchObject({ by: expect.stringContaining('approved by Gita'), people: [{}, {}] });
  // Secrets, and the other organisation that the second application serves.
  for (const hidden of [smallDocument.applications[0].apiKey, 'KKLL', 'arn:aws', 'RCD'])
    expect(text).not.toContain(hidden);

  const manifest = await readFile(join(out, 'manifest.json'));
  const sha256 = createHash('sha256').update(manifest).digest('hex');
  expect(await admin.systemEvents('EVIDENCE_PACK')).toMatchObject([
    { organisation: 'R69', from: today, until: today, reason: REASON, sha256, actor: expect.any(String) },
  ]);
  const verified = await cli(['verify-pack', out, '--key', keyFile, '--organisation', 'R69']);
  expect(verified).toMatchObject({ code: 0, err: '' });
  expect(verified.out).toContain(sha256);

  const pdf = await readFile(join(out, 'evidence.pdf'), 'latin1');
  expect(pdf).toMatch(/^%PDF-1\.7/);
  expect(pdf).toContain('/Lang (en-GB)');

  const again = await makePack('second');
  for (const name of await readdir(out)) {
    if (!name.startsWith('evidence')) continue;
    expect((await readFile(join(out, name))).equals(await readFile(join(again, name))), name).toBe(true);
  }
});

it('does not show what came after the period', async () => {
  const change = { where: { odsCode: 'R69' }, data: { state: 'suspended' } };
  const before = await readFile(join(await makePack('before'), 'evidence.json'));
  // The change has the time of the database: of the day of the test.
  await admin.db.organisation.update(change);
  const after = JSON.parse(
    await readFile(join(await makePack('after'), 'evidence.json'), 'utf8'),
  ) as EvidencePack;
  expect(JSON.parse(before.toString())).toMatchObject({ organisation: { stateAtEnd: 'active' } });
  expect(after.organisation.stateAtEnd).toBe('suspended');
  const yesterday = await cli([
    ...['evidence-pack', 'R69', '--from', addDays(today, -1), '--until', addDays(today, -1)],
    ...['--out', join(folder, 'yesterday'), '--reason', REASON],
  ]);
  expect(yesterday).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no organisation R69 in the registry'),
  });
});

it('finds a file that was changed, another organisation and another key', async () => {
  const out = await makePack('tampered');
  const file = join(out, 'evidence.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('200000002454', '200000002455'));
  const changed = await cli(['verify-pack', out, '--key', keyFile]);
  expect(changed).toMatchObject({
    code: 1,
    out: expect.stringContaining('evidence.json: it is not the file that was signed'),
  });
  // As one file, which is verified as it is.
  const zip = await makePack('other.zip');
  expect(await cli(['verify-pack', zip, '--key', keyFile, '--organisation', 'R69'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('Verified: every file is as it was signed.'),
  });
  const again = ['evidence-pack', 'R69', '--from', today, '--until', today, '--out', zip, '--reason', REASON];
  expect(await cli(again)).toMatchObject({ code: 2, err: expect.stringContaining('other.zip exists.') });
  const other = await cli(['verify-pack', zip, '--key', keyFile, '--organisation', 'RCD']);
  expect(other).toMatchObject({ code: 1, out: expect.stringContaining('and not RCD') });
  const { publicJwk } = await kms.createSigningKey({
    environment: 'int',
    applicationId: 'x',
    odsCode: 'none',
  });
  const foreign = join(folder, 'foreign.pem');
  const pem = createPublicKey({ key: { ...publicJwk }, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  await writeFile(foreign, pem);
  const stranger = await cli(['verify-pack', zip, '--key', foreign]);
  expect(stranger).toMatchObject({ code: 1, out: expect.stringContaining('which is none that was given') });
});

it('sees that the trail no longer has what a checkpoint covers', async () => {
  const client = new pg.Client({ connectionString: admin.database.superuserUrl });
  await client.connect();
  try {
    await client.query('SET session_replication_role = replica');
    await client.query(
      `UPDATE audit.event SET hash = sha256('x') WHERE (writer, seq) IN
         (SELECT split_part(line, ' ', 1)::uuid, split_part(line, ' ', 2)::bigint
            FROM audit.checkpoint, string_to_table(heads, E'\\n') AS line WHERE sequence = 1 AND line <> '' LIMIT 1)`,
    );
  } finally {
    await client.end();
  }
  const pack = JSON.parse(
    await readFile(join(await makePack('behind'), 'evidence.json'), 'utf8'),
  ) as EvidencePack;
  expect(pack.trail.headsDiffering).toHaveLength(1);
});

it.each([
  ['of a period that is not over', { until: '2099-01-01' }, 400, 'the period must be over'],
  ['that ends before it begins', { from: '2026-02-02', until: '2026-02-01' }, 400, 'before the first'],
  ['of more than a year', { from: '2020-01-01', until: '2026-01-01' }, 400, 'at most 366 days'],
  ['of no date', { from: 'March' }, 400, 'YYYY-MM-DD'],
  ['without a reason', { reason: undefined }, 400, 'the reason is missing'],
  ['with a patient in its reason', { reason: 'about 9000000009' }, 400, 'leave the NHS number out'],
  ['of an unknown organisation', { organisation: 'ZZZ' }, 404, 'There is no organisation ZZZ'],
])('a pack %s is refused with what to send', async (_, fields, status, text) => {
  const body = { organisation: 'R69', from: today, until: today, reason: REASON, ...fields };
  const answer = await admin.call('POST', '/api/v1/evidence-packs', body, admin.tokens.audit);
  expect(answer.status, answer.text).toBe(status);
  expect(answer.text).toContain(text);
});

it('is made by people who may read all of it, for every organisation', async () => {
  const body = { organisation: 'R69', from: today, until: today, reason: REASON };
  for (const token of [admin.tokens.registry, admin.tokens.governance])
    expect((await admin.call('POST', '/api/v1/evidence-packs', body, token)).status).toBe(403);
  const people = [
    ['Paul', { role: 'platform-engineer', odsCodes: null }, 403],
    ['Lena', { role: 'auditor', odsCodes: ['R69'] }, 403],
    ['Aude', { role: 'auditor', odsCodes: null }, 200],
  ] as const;
  for (const [name, role, status] of people) {
    const person = await signIn(admin.db, name, [role.odsCodes === null ? role.role : role], admin.clock.ms);
    const answer = await as(person, 'POST', '/evidence-packs', body);
    expect(answer.status, `${name}: ${answer.text.slice(0, 200)}`).toBe(status);
  }
});

it('is refused where no key signs it', async () => {
  const without = await startAdmin();
  try {
    const body = { organisation: 'R69', from: '2026-01-01', until: '2026-01-31', reason: REASON };
    const answer = await without.call('POST', '/api/v1/evidence-packs', body);
    expect(answer).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('GATEHOUSE_EVIDENCE_KMS_KEY') },
    });
  } finally {
    await without.close();
  }
});
