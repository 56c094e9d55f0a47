/**
 * Signatures in KMS's own log against the audit trail: a real PostgreSQL, and a simulated KMS whose log is written as
 * CloudTrail writes it. A signature behind Gatehouse's back is found; its own are not.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { SigningKey } from '@gatehouse/domain/registry/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignatureReport } from '../../../apps/cli/src/commands/signatures/signatures.ts';
import { systemEvent } from '../../../apps/gateway/src/adapters/audit/system-event.ts';
import { type AdminApi, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../../support/servers/processes.ts';
import { callKms, createAuditKey, createCheckpointKey } from '../../support/servers/stack.ts';

interface KmsRequest {
  readonly n: number;
  readonly at: string;
  readonly status: number;
  readonly kmsAction?: string;
  readonly kmsRequestId?: string;
  readonly keyId?: string;
}
let simulator: SimulatorProcess;
let admin: AdminApi;
let folder: string;
let key: SigningKey;
let checkpointKey: string;

beforeAll(async () => {
  simulator = await startSimulatorProcess();
  admin = await startAdmin(
    {},
    {
      AWS_ENDPOINT_URL_KMS: simulator.kmsUrl,
      GATEHOUSE_AUDIT_KMS_KEY: await createAuditKey(simulator.kmsUrl),
    },
  );
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-signatures-'));
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  const { kid } = await admin.ok('keyCreate', { body: r69 });
  key = (await admin.db.signingKey.findUniqueOrThrow({ where: { kid } })) as unknown as SigningKey;
  checkpointKey = await createCheckpointKey(simulator.kmsUrl);
});
afterAll(async () => {
  await admin.close();
  await simulator.stop();
  await rm(folder, { recursive: true });
});

const sign = (): Promise<string> =>
  admin.parts.kms.signAssertion(key, {
    header: { alg: 'RS512', typ: 'JWT', kid: key.kid },
    claims: { iss: 'a', sub: 'a', aud: 'https://b', jti: randomUUID(), exp: 1 },
  });

/** As somebody would who has the right to sign, without Gatehouse. */
const signBehindItsBack = (keyId: string): Promise<unknown> =>
  callKms(simulator.kmsUrl, 'Sign', {
    KeyId: keyId,
    Message: Buffer.from('anything').toString('base64'),
    MessageType: 'RAW',
    SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_512',
  });

/** The log of KMS since the beginning, as CloudTrail delivers it. */
async function cloudTrail(): Promise<object[]> {
  const requests = await simulator.control<KmsRequest[]>('GET', '/requests?target=kms');
  return requests.map(({ n, at, kmsAction = '', kmsRequestId, keyId = '' }) => ({
    eventVersion: '1.11',
    eventID: `event-${n}`,
    eventSource: 'kms.amazonaws.com',
    eventName: kmsAction,
    eventTime: `${at.slice(0, 19)}Z`,
    requestID: kmsRequestId ?? `refused-${n}`,
    userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::000000000001:assumed-role/some/one' },
    requestParameters: { keyId },
    resources: [{ type: 'AWS::KMS::Key', ARN: keyId }],
    ...(kmsRequestId === undefined ? { errorCode: 'DisabledException' } : {}),
  }));
}

const gatehouse = (...args: readonly string[]) => runCli({ url: admin.url, token: admin.tokens.all }, args);

/** Ten minutes later, so that what was signed is settled. */
async function exportTrail(): Promise<string> {
  await admin.parts.signatures.flush();
  await admin.parts.audit.system(systemEvent('KEY_STATE', Date.now() + 600_000, {}));
  const { out, code } = await gatehouse('audit', 'export', '--reason', 'to compare it');
  expect(code).toBe(0);
  const file = join(folder, `trail-${randomUUID()}.ndjson`);
  await writeFile(file, out);
  return file;
}

async function logFolder(records: readonly object[], more: Record<string, Buffer | string> = {}) {
  const logs = join(folder, randomUUID());
  await mkdir(join(logs, '2027/01/15'), { recursive: true });
  const text = JSON.stringify({ Records: records });
  await writeFile(join(logs, '2027/01/15/one_CloudTrail_eu-west-2.json.gz'), gzipSync(text));
  for (const [name, content] of Object.entries(more)) await writeFile(join(logs, name), content);
  return logs;
}

async function reconcile(
  logs: string,
  ...options: readonly string[]
): Promise<SignatureReport & { code: number }> {
  const args = ['signatures', 'reconcile', logs, '--trail', await exportTrail(), ...options, '--json'];
  const { code, out, err } = await gatehouse(...args);
  if (out === '') throw new Error(err);
  return { code, ...(JSON.parse(out) as SignatureReport) };
}

describe('signatures', () => {
  it('that Gatehouse had made have their records, of every kind of key', async () => {
    for (let count = 0; count < 3; count++) await sign();
    const { kms } = admin.parts;
    await kms.signCheckpoint(await kms.publicKey(checkpointKey), {
      header: { alg: 'RS512', typ: 'gatehouse-checkpoint+jws', kid: 'x' },
      claims: {
        format: 'gatehouse-checkpoint/1',
        seq: 1,
        atMs: 1,
        previousSha256: '',
        chains: 0,
        headsSha256: '',
      },
    } as never);
    expect(await reconcile(await logFolder(await cloudTrail()))).toMatchObject({
      ...{
        code: 0,
        ok: true,
        signatures: 4,
        recorded: 4,
        excused: 0,
        unrecorded: [],
        notLogged: 0,
        setAside: [],
      },
    });
  });

  it('that KMS refused are none', async () => {
    await callKms(simulator.kmsUrl, 'DisableKey', { KeyId: key.kmsKeyArn });
    await expect(sign()).rejects.toThrow();
    await callKms(simulator.kmsUrl, 'EnableKey', { KeyId: key.kmsKeyArn });
    expect(await reconcile(await logFolder(await cloudTrail()))).toMatchObject({ code: 0, signatures: 4 });
  });

  it('whose answer was lost are excused, as many as were lost', async () => {
    const fault = { target: 'kms', match: { kmsAction: 'Sign' }, fault: { applyThenReset: true }, times: 1 };
    await simulator.control('POST', '/faults', fault);
    await sign();
    const report = await reconcile(await logFolder(await cloudTrail()));
    expect(report).toMatchObject({ code: 0, signatures: 6, recorded: 5, excused: 1 });
  });

  it('that nobody recorded are the alarm, once, however often the log is delivered', async () => {
    await signBehindItsBack(key.kmsKeyArn);
    const records = await cloudTrail();
    const twice = { 'two.json': JSON.stringify({ Records: records }) };
    const report = await reconcile(await logFolder(records, twice));
    expect(report).toMatchObject({
      code: 1,
      ok: false,
      signatures: 7,
      recorded: 5,
      excused: 1,
      notLogged: 0,
    });
    expect(report.unrecorded).toMatchObject([
      { key: key.kmsKeyArn, by: 'arn:aws:sts::000000000001:assumed-role/some/one' },
    ]);
    expect(await reconcile(await logFolder(records), '--key', checkpointKey)).toMatchObject({
      ...{ code: 0, signatures: 1, recorded: 1, otherKeys: 6 },
    });
  });

  it('are read although another file is poison, which is set aside with its reason', async () => {
    const report = await reconcile(
      await logFolder(await cloudTrail(), {
        'broken.json.gz': gzipSync('{"Records": [').subarray(0, 20),
        'digest.json': '{"digestEndTime": "x"}',
        'text.json': 'hello',
      }),
    );
    expect(report).toMatchObject({ code: 1, signatures: 7, recorded: 5 });
    expect(report.setAside.map(({ file, fault }) => [file.split('/').at(-1), fault])).toEqual([
      ['broken.json.gz', 'it can’t be unpacked'],
      ['digest.json', 'this is not a log file of CloudTrail: it has no list "Records"'],
      ['text.json', 'this is not JSON'],
    ]);
  });

  it('that are recorded and not in the log show that log files are missing', async () => {
    // The records must be older than the beginning of the export by more than the time in which they are written.
    const without = await logFolder((await cloudTrail()).slice(0, 1));
    const later = systemEvent('KMS_SIGNATURES', Date.now() + 240_000, {
      ...{ key: key.kmsKeyArn, requestIds: ['gone'], unanswered: [] },
    });
    await admin.parts.audit.system(later);
    expect(await reconcile(without)).toMatchObject({ code: 1, ok: false, notLogged: 1, unrecorded: [] });
  });

  it('are not compared with a trail that was changed, or has no records', async () => {
    const logs = await logFolder(await cloudTrail());
    const empty = join(folder, 'empty.ndjson');
    const lines = [
      { type: 'export', format: 'gatehouse-audit/1', fromMs: null, toMs: null },
      { type: 'end', writers: 0, rows: 0 },
    ];
    await writeFile(empty, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(await gatehouse('signatures', 'reconcile', logs, '--trail', empty)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/has no records of signatures/),
    });
    await writeFile(empty, `${JSON.stringify(lines[0])}\n`);
    expect(await gatehouse('signatures', 'reconcile', logs, '--trail', empty)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is not an unbroken export/),
    });
  });
});
