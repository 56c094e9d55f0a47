/** What a newer e-RS specification changes, recorded through the admin API and shown until a build has caught up. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchOperation } from '../../../libs/domain/src/ers/operation.ts';
import { type AdminApi, borrowAdmin } from '../../support/admin-api.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { specificationFile } from '../../support/ers-specification.ts';
import { signIn } from '../../support/staff.ts';

let admin: AdminApi;
let folder: string;
beforeAll(async () => {
  admin = await borrowAdmin();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-catalogue-'));
  const document = specificationFile('1.3.0');
  const update = document.paths['/STU3/Appointment/{id}']?.['put'];
  if (update === undefined) throw new Error('no A034');
  update.deprecated = true;
  document.paths['/R4/Task'] = {
    get: { ...update, operationId: 'a045-tasks', summary: 'Tasks (A045, FHIR R4)' },
  };
  await writeFile(join(folder, 'newer.json'), JSON.stringify(document));
  await writeFile(join(folder, 'same.json'), JSON.stringify(specificationFile('1.4.0')));
});
afterAll(async () => {
  await admin.close();
  await rm(folder, { recursive: true });
});

async function gatehouse(token: string, ...args: readonly string[]) {
  const { code, out, err } = await runCli({ url: admin.url, token }, args);
  return { code, text: out.replace(/\n$/, '') + err };
}
const record = (file: string, token = admin.tokens.registry) =>
  gatehouse(token, 'catalogue', 'compare', join(folder, file), '--record', '--reason', 'published');
const newer = async () => (await admin.ok('dashboardShow')).newerCatalogue;

describe('a newer specification', () => {
  it('is unknown until somebody records it', async () => {
    expect(await newer()).toBeNull();
    expect(await gatehouse(admin.tokens.registry, 'catalogue', 'show')).toEqual({
      code: 0,
      text: 'No comparison was recorded.',
    });
  });

  it('is recorded only with the right to change the registry, and with a reason', async () => {
    expect(await record('newer.json', admin.tokens.audit)).toMatchObject({ code: 1 });
    const silent = await gatehouse('x', 'catalogue', 'compare', join(folder, 'newer.json'), '--record');
    expect(silent).toEqual({ code: 2, text: '--record needs --reason.\n' });
    const auditor = await signIn(admin.db, 'Omar', ['auditor'], admin.clock.ms);
    const body = { specification: {}, sha256: 'a'.repeat(64), reason: 'x' };
    const answer = await admin.call('POST', '/api/v1/catalogue-comparisons', body, '', auditor.headers);
    expect(answer.status).toBe(403);
    expect(await admin.db.catalogueComparison.count()).toBe(0);
  });

  it('is refused with the place of what is wrong', async () => {
    const body = { specification: { version: '1', operations: [], remarks: [] }, sha256: 'A', reason: 'x' };
    const answer = await admin.call('POST', '/api/v1/catalogue-comparisons', body);
    expect(answer.status).toBe(400);
    const pointers = (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers).toEqual(['/sha256']);
    const inner = await admin.call('POST', '/api/v1/catalogue-comparisons', {
      ...body,
      sha256: 'a'.repeat(64),
    });
    expect(inner.status).toBe(400);
    expect(inner.body.errors).toMatchObject([{ pointer: '/specification/operations' }]);
  });

  it('shows on the dashboard what the build makes of it, and allows nothing', async () => {
    expect(await record('newer.json')).toMatchObject({ code: 1 });
    expect(await newer()).toEqual({ version: '1.3.0', differences: 2 });
    const { code, text } = await gatehouse(admin.tokens.audit, 'catalogue', 'show');
    expect(code).toBe(0);
    expect(text).toContain('~ deprecated: no → yes');
    expect(text).toContain('+ GET /FHIR/R4/Task (Tasks)');
    expect(() => matchOperation('GET', '/FHIR/R4/Task')).toThrow();
    expect(await admin.systemEvents('CATALOGUE_COMPARED')).toMatchObject([
      {
        version: '1.3.0',
        differences: 2,
        reason: 'published',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it('is announced once for each version, to those who run Gatehouse', async () => {
    const notices = () => admin.db.notice.findMany();
    expect(await notices()).toMatchObject([
      {
        ...{ kind: 'upkeep', roles: ['platform-engineer', 'administrator'], odsCodes: [] },
        title: 'Version 1.3.0 of the e-RS specification is newer than this build',
        body: expect.stringContaining('A034: NHS England has deprecated it.'),
      },
    ]);
    await record('newer.json');
    expect(await notices()).toHaveLength(1);
  });

  it('is compared by the gateway and not by who recorded it', async () => {
    const { comparison } = await admin.ok('catalogueComparisonShow');
    expect(comparison?.differences.map(({ text }) => text)).toEqual([
      'NHS England has deprecated it.',
      'It is new: GET /FHIR/R4/Task (Tasks). Gatehouse refuses it until a build has it.',
    ]);
    expect(comparison?.differences.map(({ interaction, aspect }) => [interaction, aspect])).toEqual([
      ['A034', 'deprecated'],
      ['A045', 'added'],
    ]);
  });

  it('is forgotten once the build has what the newest file says', async () => {
    admin.clock.ms += 1_000;
    expect(await record('same.json')).toMatchObject({ code: 0 });
    expect(await newer()).toBeNull();
    expect(await admin.db.catalogueComparison.count()).toBe(3);
    expect(await admin.db.notice.count()).toBe(1);
  });
});
