/** The state of the audit trail through the admin API and the CLI: chains, and the checkpoints that cover them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCheckpointSigner } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint-signer.ts';
import { openCheckpointStore } from '../../../apps/gateway/src/adapters/audit/checkpoints/checkpoint.store.ts';
import { directoryPlace } from '../../../apps/gateway/src/adapters/audit/checkpoints/directory-place.ts';
import { run as makeCheckpoint } from '../../../apps/gateway/src/jobs/audit-checkpoint.job.ts';
import { type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { systemOf } from '../../support/audit/audit-trail.ts';
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
