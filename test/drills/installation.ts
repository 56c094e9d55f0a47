/** A Gatehouse for a drill: two organisations that are live, one of which may write, and checkpoints in a folder. */
import { createPublicKey } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { verifyExport, type VerifyReport } from '../../apps/cli/src/verify/verify-export.ts';
import { exportAudit } from '../../apps/gateway/src/adapters/audit/read/export.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { grantWrites, prove, type Evidence, type ProofOptions, UNHURRIED } from '../support/proofs.ts';
import { freePort } from '../../tools/start/free-port.ts';
import type { TestServer } from '../support/servers/postgres.ts';
import { callKms, createCheckpointKey, type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';
import type { DrillRun } from './drill.ts';

export interface Installation {
  readonly stack: Stack;
  readonly applications: readonly Onboarded[];
  /** Of a gateway with checkpoints, whose public listener keeps its address when it is started again. */
  readonly settings: Readonly<Record<string, string>>;
  /** Verifies the whole trail with the checkpoints that are in the folder by now. */
  verifyWithCheckpoints(sql: pg.Pool): Promise<VerifyReport>;
  /** When the newest checkpoint was made, by the clock; 0 if there is none. */
  newestCheckpointMs(): Promise<number>;
}

/** Starts one gateway with all roles and onboards two organisations. */
export async function install(run: DrillRun, server: TestServer): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-checkpoints-'));
  run.later(() => rm(folder, { recursive: true, force: true }));
  const stack = await startStack({ server, replicas: 0, requestsPerMinute: UNHURRIED, testHooks: false });
  run.later(() => stack.stop());
  const { kmsUrl } = stack.simulator;
  const checkpointKey = await createCheckpointKey(kmsUrl);
  const settings = {
    GATEHOUSE_CHECKPOINTS: pathToFileURL(folder).href,
    GATEHOUSE_CHECKPOINT_KMS_KEY: checkpointKey,
    GATEHOUSE_PUBLIC_LISTEN: `127.0.0.1:${await freePort()}`,
  };
  await stack.startGateway(settings);
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  const applications = await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'X26' }]);
  for (const application of applications.slice(0, 1)) await grantWrites(stack, application);

  const files = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  const textOf = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  return {
    stack,
    applications,
    settings,
    async verifyWithCheckpoints(sql) {
      const { PublicKey } = await callKms<{ PublicKey: string }>(kmsUrl, 'GetPublicKey', {
        KeyId: checkpointKey,
      });
      const key = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
      const names = await files();
      async function* checkpoints(): AsyncGenerator<{ name: string; text: string }> {
        for (const name of names) yield { name, text: await textOf(name) };
      }
      return verifyExport(exportAudit(sql, {}), { keys: [key], files: checkpoints() });
    },
    async newestCheckpointMs() {
      const newest = (await files()).at(-1);
      if (newest === undefined) return 0;
      const [, payload = ''] = (await textOf(newest)).split('\n', 1)[0]?.split('.') ?? [];
      return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { atMs: number }).atMs;
    },
  };
}

/**
 * How the proofs of the fault tests read in a guide. S7 is not among them: a process that ends between signing and the
 * token call leaves a signature that was never used.
 */
const PROOFS = {
  S1: 'every call that reached e-RS is in the audit trail',
  S2: 'every recorded attempt has exactly one outcome, and it is true',
  S3: 'every answer that a caller got is recorded, byte for byte',
  S4: 'no attempt reached e-RS twice',
  S5: 'every call went out as its own organisation and application',
  S6: 'the trail is verified: no gap, no broken chain',
  S8: 'no identifier of a patient and no key is in a log or a table',
  S10: 'no write was made twice',
  S11: 'the log says why each call failed that Gatehouse refused',
} as const;

/** Runs the proofs of the fault tests, compares the trail with the checkpoints, and reports each as a promise. */
export async function promiseAll(
  run: DrillRun,
  { stack, verifyWithCheckpoints }: Installation,
  options: ProofOptions,
): Promise<Evidence> {
  const { faults, evidence } = await prove(stack, options);
  for (const [name, text] of Object.entries(PROOFS)) run.promise(text, faults[name as keyof typeof PROOFS]);
  const report = await verifyWithCheckpoints(stack.sql);
  run.promise(
    'no record was lost: the trail agrees with the signed checkpoints',
    report.faults.map(({ what }) => what),
  );
  return evidence;
}

/** What no log and no table may hold. */
export const canariesOf = (applications: readonly Onboarded[]): string[] => [
  '9000000009',
  '000000070000',
  ...applications.map(({ clientKey }) => clientKey),
];

const OPEN_ATTEMPTS = `SELECT FROM audit.event AS intent WHERE kind = 'INTENT' AND NOT EXISTS (
  SELECT FROM audit.event AS outcome WHERE outcome.attempt_id = intent.attempt_id
    AND outcome.started_at = intent.started_at AND outcome.kind = 'OUTCOME') LIMIT 1`;
/** The lease of 30 s must expire, and then be watched for another 30 s. */
export const SWEPT_MS = 100_000;

/** Waits until workers have recorded an outcome for what dead processes left open. */
export async function untilSwept(sql: pg.Pool): Promise<void> {
  await until(
    'every attempt has an outcome',
    async () => (await sql.query(OPEN_ATTEMPTS)).rows.length === 0,
    SWEPT_MS,
  );
}
