import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../../apps/cli/src/program.ts';
import { readSettings } from '../../../apps/cli/src/settings.ts';
import { createDatabase, createEmptyDatabase } from '../../support/servers/postgres.ts';
import { type AdminApi, borrowAdmin } from '../../support/admin-api.ts';
import { intentOf } from '../../support/audit/audit-trail.ts';
import { signIn } from '../../support/staff.ts';

const FILE = `apiVersion: gatehouse/v1
organisations:
  - { odsCode: R69, name: Example NHS Trust }
products:
  - { name: ReferWell }
messageSets:
  - { name: provider-read, interactions: [A004, A005, A008] }
applications:
  - organisation: R69
    product: ReferWell
    environment: int
    accessMode: application-restricted
    capability: provider
    asid: "200000002454"
    apiKey: { env: R69_INT_KEY }
    messageSets: [provider-read]
    state: live
clients:
  - name: worklist-sync
    environment: int
    grants:
      - { organisation: R69, product: ReferWell, accessMode: application-restricted, capability: provider }
`;
const API_KEY = 'r69IntKey0123456789abcdefKKLL';
const R69 =
  '--environment int --organisation R69 --product ReferWell --access-mode application-restricted --capability provider';

let admin: AdminApi;
let folder: string;
let file: string;
beforeAll(async () => {
  admin = await borrowAdmin();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
  file = join(folder, 'registry.yaml');
  await writeFile(file, FILE);
});
afterAll(async () => {
  await admin.close();
  await rm(folder, { recursive: true });
});

async function gatehouse(line: string | string[], variables: Record<string, string> = {}, answer = '') {
  let out = '';
  let err = '';
  const settings = readSettings({
    GATEHOUSE_ADMIN_URL: admin.url,
    GATEHOUSE_ADMIN_TOKEN: admin.tokens.all,
    R69_INT_KEY: API_KEY,
    ...variables,
  });
  const code = await run(typeof line === 'string' ? line.split(' ') : line, {
    settings,
    ask: () => Promise.resolve(answer),
    output: { out: (text) => (out += `${text}\n`), err: (text) => (err += text), interactive: false },
  });
  return { code, out, err };
}

/** A row of an ODS report: 27 cells, each in quotes. */
function odsRow(odsCode: string, name: string, opened = '', closed = '', status = ''): string {
  const cells = Array.from({ length: 27 }, () => '');
  [cells[0], cells[1], cells[10], cells[11], cells[12]] = [odsCode, name, opened, closed, status];
  return cells.map((cell) => `"${cell}"`).join(',');
}

describe('the command line', () => {
  it('previews and applies a file, and says where it is wrong', async () => {
    const diff = await gatehouse(`diff ${file}`);
    expect(diff.code).toBe(0);
    expect(diff.out).toContain('+ application int / R69 / ReferWell / application-restricted / provider');
    expect(diff.out).toContain('Would create 5, change 0, retire 0.');
    const applied = await gatehouse(`apply ${file} --reason onboarding`);
    expect(applied).toMatchObject({ code: 0, err: expect.stringContaining('applications: 1 of 1\n') });
    expect((await gatehouse(`apply ${file}`)).out).toContain(
      'Nothing to change: the registry already matches the file.',
    );

    const wrong = join(folder, 'wrong.yaml');
    await writeFile(
      wrong,
      FILE.replace('product: ReferWell\n    environment', 'product: Nothing\n    environment'),
    );
    const refused = await gatehouse(`apply ${wrong}`);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`${wrong}:10:5: there is no product Nothing  (/applications/0/product)`);
    const noKey = await gatehouse(`apply ${file}`, { R69_INT_KEY: '' });
    expect(noKey).toMatchObject({
      code: 1,
      err: expect.stringContaining('the environment variable R69_INT_KEY is not set'),
    });
    for (const { out, err } of [diff, applied, refused, noKey]) expect(out + err).not.toContain(API_KEY);
  });

  it('onboards an organisation until doctor calls it ready', async () => {
    const before = await gatehouse(`doctor ${R69}`);
    expect(before.code).toBe(1);
    expect(before.out).toContain('<-- next');
    const sha = 'ab'.repeat(32);
    const appointed = await gatehouse([
      ...'sro appoint --organisation R69 --environments int --email sam@example.nhs.uk --spine-user-id 555073103100'.split(
        ' ',
      ),
      ...[
        '--name',
        'Sam Owner',
        '--job-title',
        'Chief Nurse',
        '--cio-name',
        'Chris Officer',
        '--authority-reference',
        'CIO 7',
      ],
      ...`--authority-date 2026-02-20 --authority-document-sha256 ${sha} --json`.split(' '),
    ]);
    expect(appointed.code).toBe(0);
    const { id } = JSON.parse(appointed.out) as { id: string };
    expect((await gatehouse(`sro accept ${id}`)).out).toContain('in force');
    expect((await gatehouse('sro list --organisation R69')).out).toContain('Sam Owner');
    expect((await gatehouse(`keys create ${R69}`)).out).toMatch(/state +ACTIVE/);
    const issued = await gatehouse('clients issue-key worklist-sync --environment int');
    expect(issued.out).toMatch(/gh_int_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}/);
    const after = await gatehouse(`doctor ${R69}`);
    expect(after).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        'Everything is entered here. NHS England has not been asked about it: run',
      ),
    });
    expect(
      (await gatehouse(`clients revoke-key ${/gh_int_([0-9A-Za-z]{12})_/.exec(issued.out)?.[1] ?? ''}`)).out,
    ).toContain('revoked');
  });

  it('plans ASIDs, and exits with 1 while something is missing', async () => {
    const granted = await gatehouse('plan');
    expect(granted).toMatchObject({ code: 0, out: expect.stringContaining('0 misplaced, 1 present.') });
    const all = await gatehouse('plan --combinations --environments int --csv');
    expect(all.code).toBe(1);
    expect(all.out.split('\r\n').map((line) => line.split(',').slice(0, 2))).toEqual([
      ['state', 'name'],
      ['present', 'Example NHS Trust - ReferWell - Int - Application-Restricted - Provider'],
      ['missing', 'Example NHS Trust - ReferWell - Int - Application-Restricted - Referrer'],
      ['missing', 'Example NHS Trust - ReferWell - Int - User-Restricted'],
    ]);
  });

  it('accepts a spreadsheet as a registry file, and names the lines that are wrong', async () => {
    const sheet = join(folder, 'import.csv');
    const heading = 'organisation_ods_code,organisation_name,product,environment,access_mode,asid,api_key';
    const users = 'ReferWell,int,user-restricted,200000002455,userKey0123456789';
    await writeFile(sheet, `${heading}\r\nR69,,${users}\r\nRCD,"Trust, the Other",${users}\r\n`);
    const diff = await gatehouse(`diff ${sheet}`);
    expect(diff.out).toContain('+ organisation RCD');
    expect(diff.out).toContain('+ application int / R69+RCD / ReferWell / user-restricted');
    expect((await gatehouse(`apply ${sheet}`)).out).toContain('Created 2, changed 0, retired 0.');
    expect((await gatehouse(`apply ${sheet}`)).out).toContain('Nothing to change');
    await writeFile(sheet, `${heading}\r\nR69,,${users}\r\nXYZ,,Other,uat,user-restricted,2454,\r\n`);
    const wrong = await gatehouse(`apply ${sheet}`);
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err).toBe(
      `${sheet} has one fault; nothing was changed:\n${sheet}:3: asid: this cell has 4 digits and must have 12; a spreadsheet drops zeros at the front: format the column as text and write it again\n`,
    );
    await writeFile(sheet, `${heading}\r\nXYZ,,Other,uat,user-restricted,200000002454,\r\n`);
    const { err } = await gatehouse(`apply ${sheet}`);
    expect(err).toContain(`${sheet}:2: organisation_ods_code: there is no organisation XYZ`);
    expect(err).toContain(`${sheet}:2: environment: there is no environment uat`);
    expect(err).toContain(`${sheet}:2: asid: this ASID is already that of int / R69`);
    for (const output of [diff, wrong]) expect(output.out + output.err).not.toContain('userKey0123456789');
  });

  it('grants exceptions, sets floors, rotates keys and issues tokens', async () => {
    const granted = await gatehouse([
      ...'exception grant --environment int --organisation R69 --product ReferWell --capability provider'.split(
        ' ',
      ),
      ...'--interaction A028 --use-case-reference UC-12 --expires-on 2026-06-30 --json'.split(' '),
    ]);
    const { id } = JSON.parse(granted.out) as { id: string };
    expect((await gatehouse(`exception revoke ${id} --reason closed`)).out).toContain('revoked');
    expect((await gatehouse('assurance set 3 --organisation R69')).out).toContain('R69: AAL3.');
    expect((await gatehouse('environments list')).out).toMatch(/^int +authenticated +no +yes +off$/m);
    expect((await gatehouse('environments four-eyes int off --reason same')).out).toContain(
      'int: four eyes off.',
    );
    const created = JSON.parse((await gatehouse(`keys create ${R69} --json`)).out) as {
      kid: string;
      state: string;
    };
    expect(created.state).toBe('PENDING');
    expect((await gatehouse(`keys publish ${created.kid}`)).out).toMatch(
      new RegExp(`Next, from 2026-\\S+ on: gatehouse keys activate ${created.kid}$`, 'm'),
    );
    const early = await gatehouse(`keys activate ${created.kid}`);
    expect(early).toMatchObject({ code: 1, err: expect.stringContaining('Activate it then') });
    expect((await gatehouse('keys list')).out).toContain('PUBLISHED');
    const token = await gatehouse('tokens create --label ci --scopes audit');
    const [, value = '', tokenId = ''] = /token +(gha_([0-9A-Za-z]{12})_\S+)/.exec(token.out) ?? [];
    expect((await gatehouse('audit list', { GATEHOUSE_ADMIN_TOKEN: value })).code).toBe(0);
    expect((await gatehouse(`apply ${file}`, { GATEHOUSE_ADMIN_TOKEN: value })).err).toContain(
      'scope registry',
    );
    expect((await gatehouse(`tokens revoke ${tokenId}`)).out).toContain('revoked');
  });

  it('never accepts a patient’s identifier as an argument', async () => {
    const result = await gatehouse(
      ['audit', 'list', '--nhs-number', '--reason', 'subject access request'],
      {},
      '900 000 0009',
    );
    expect(result.code).toBe(0);
    expect(await admin.systemEvents('AUDIT_SEARCH')).toHaveLength(1);
    expect((await gatehouse('audit list --nhs-number 9000000009 --reason r')).code).toBe(2);
    expect((await gatehouse('audit list --nhs-number')).code).toBe(2);
  });

  it('downloads what the trail has of one user', async () => {
    const [userId, other] = ['555000000001', '555000000002'];
    // A download ends at the time of its request.
    const times = { startedAtMs: admin.clock.ms - 1_000, atMs: admin.clock.ms - 1_000 };
    for (const user of [userId, other])
      await admin.parts.audit.intent(intentOf({ odsCode: 'R69', userId: user, ...times }));
    const csv = await gatehouse(`audit download --user ${userId} --kind INTENT --reason complaint-12`);
    const [header = '', ...lines] = csv.out.trim().split('\n');
    expect({ code: csv.code, header }).toEqual({
      code: 0,
      header: expect.stringMatching(/^startedAt,kind,/),
    });
    expect(lines).toEqual([expect.stringContaining(userId)]);
    const rows = await gatehouse(
      `audit download --user ${other} --kind INTENT --format ndjson --reason complaint-12`,
    );
    expect(
      rows.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ userId: other }]);
    expect((await admin.systemEvents('AUDIT_EXPORT')).slice(-2)).toMatchObject([
      { userId, reason: 'complaint-12' },
      { userId: other },
    ]);
    expect((await gatehouse(`audit download --user ${userId}`)).err).toContain(
      "required option '--reason <text>'",
    );
  });

  it('explains, lists and exports', async () => {
    const explained = await gatehouse('explain GET /FHIR/STU3/x --client worklist-sync --environment int');
    expect(explained.out).toContain('code: GW_PATH_SYNTAX');
    expect(await admin.systemEvents('EXPLANATION')).toMatchObject([{ code: 'GW_PATH_SYNTAX' }]);
    expect((await gatehouse('clients list')).out).toContain('worklist-sync');
    expect((await gatehouse('organisations')).out).toContain('Example NHS Trust');
    expect((await gatehouse('applications')).out).toContain('Int - Application-Restricted - Provider');
    const exported = await gatehouse('export');
    expect(exported.out).toContain('r69I…KKLL');
    expect(exported.out).not.toContain(API_KEY);
    expect((await gatehouse('export --json')).out.startsWith('{')).toBe(true);
    // An export can be applied again, as it is and as JSON.
    for (const [name, text] of [
      ['export.yaml', exported.out],
      ['export.json', (await gatehouse('export --json')).out],
    ] as const) {
      const file = join(folder, name);
      await writeFile(file, text);
      expect(await gatehouse(`diff ${file}`)).toMatchObject({
        code: 0,
        out: expect.stringContaining('Nothing to change: the registry already matches the file.'),
      });
    }
    const masked = join(folder, 'masked.yaml');
    await writeFile(masked, exported.out.replace(/# apiKey: /, 'apiKey: '));
    expect((await gatehouse(`diff ${masked}`)).err).toMatch(/masked form that Gatehouse shows/);
  });

  it('lists the replicas, and exits with 1 unless all is well', async () => {
    const replica = (faults: string[], overdueJobs: string[]) =>
      admin.db.$executeRaw`
        INSERT INTO replica (id, roles, version, started_at, seen_at, faults, overdue_jobs)
        VALUES (gen_random_uuid(), '{gateway}', '1.2.3', now(), now(), ${faults}, ${overdueJobs})`;
    await replica([], []);
    expect(await gatehouse('replicas')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/1\.2\.3.* well/),
    });
    await replica(['the audit trail takes no writes'], ['housekeeping']);
    const unwell = await gatehouse('replicas');
    expect(unwell).toMatchObject({
      code: 1,
      out: expect.stringContaining('the audit trail takes no writes'),
    });
    expect(unwell.out).toContain('Overdue background jobs: housekeeping');
  });

  it('lists the wall links among the tokens, and by themselves', async () => {
    const ada = await signIn(admin.db, 'Alma', ['administrator'], admin.clock.ms);
    const body = { label: 'Operations room', reason: 'a new screen' };
    await admin.call('POST', '/api/v1/wall-links', body, '', ada.headers);
    const { code, out } = await gatehouse('tokens wall-links');
    expect({ code, lines: out.trim().split('\n') }).toEqual({
      code: 0,
      lines: [
        expect.stringMatching(/^Token id/),
        expect.stringMatching(/Operations room +usable +Alma .* it expires$/),
      ],
    });
    expect((await gatehouse('tokens list')).out).toContain('Operations room');
  });

  it('loads what the NHS publishes about organisations, all of a file or nothing', async () => {
    const load = async (name: string, rows: readonly string[]) => {
      const report = join(folder, name);
      await writeFile(report, rows.map((row) => `${row}\r\n`).join(''));
      admin.clock.ms += 1;
      return gatehouse(['ods', 'load', report, '--reason', 'weekly']);
    };
    const quay = (name: string, closed = '') => odsRow('A99001', name, '19740401', closed, 'ACTIVE');
    const harbour = odsRow('R0Z', 'HARBOUR NHS TRUST', '20060401');
    expect(await gatehouse('ods show A99001')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No file was loaded yet.'),
    });

    expect((await load('first.csv', [quay('THE QUAY SURGERY'), harbour])).out).toContain(
      'Loaded 2 organisations from first.csv: 2 new, 0 changed, 0 as before.',
    );
    expect((await load('first.csv', [quay('THE QUAY SURGERY'), harbour])).out).toContain(
      '0 new, 0 changed, 2 as before.',
    );
    const faulty = await load('faulty.csv', [quay('ANOTHER NAME'), odsRow('R0Y', '')]);
    expect(faulty).toMatchObject({ code: 1, out: '' });
    expect(faulty.err).toContain("faulty.csv:2: Name: the organisation's name is empty");
    expect((await load('next.csv', [quay('THE QUAY SURGERY', '20260301')])).out).toContain(
      '0 new, 1 changed',
    );

    // On 2 March 2026. What a newer file leaves out stays known.
    const { out } = await gatehouse('ods show A99001');
    expect(out).toMatch(/name +THE QUAY SURGERY\n/);
    expect(out).toMatch(/remark +It closed on 1 March 2026\./);
    expect(out).toMatch(/file +next\.csv/);
    expect(await admin.ok('odsOrganisationShow', { params: { odsCode: 'R0Z' } })).toMatchObject({
      published: { name: 'HARBOUR NHS TRUST', closedOn: null, remark: null, fileName: 'first.csv' },
    });
    expect((await gatehouse('ods show R0Y')).err).toContain('No file that was loaded has R0Y.');
    expect((await gatehouse('ods files')).out.split('\n')[1]).toMatch(/^next\.csv +1 +0 +1 /);

    // A registry file that names one otherwise is applied as it is; its preview says so.
    const names = join(folder, 'ods.yaml');
    const organisations = [
      '{ odsCode: R0Z, name: Harbor Trust }',
      '{ odsCode: A99001, name: The Quay Surgery }',
    ];
    await writeFile(
      names,
      `apiVersion: gatehouse/v1\norganisations:\n${organisations.map((each) => `  - ${each}\n`).join('')}`,
    );
    expect((await gatehouse(['diff', names])).out.split('\n').slice(0, 2)).toEqual([
      'Remark: A99001 is THE QUAY SURGERY. It closed on 1 March 2026.',
      'Remark: The NHS publishes R0Z as HARBOUR NHS TRUST, and not as Harbor Trust.',
    ]);
    const remark = async () =>
      (await admin.ok('odsOrganisationShow', { params: { odsCode: 'R0Z' } })).remarkOnRegistered;
    expect(await remark()).toBe(null);
    await gatehouse(['apply', names]);
    expect(await remark()).toBe('The NHS publishes R0Z as HARBOUR NHS TRUST, and not as Harbor Trust.');

    // What a filter finds is previewed, and changed only with the number and a reason.
    const suspend = 'change-all organisations --to suspended --state active';
    const previewed = (await gatehouse(suspend)).out;
    const [, count = ''] = /^(\d+) organisations would be suspended\.\n/.exec(previewed) ?? [];
    expect(previewed).toContain(`repeat the command with --count ${count} and --reason`);
    expect(await gatehouse(`${suspend} --count ${count}`)).toMatchObject({
      ...{ code: 2, err: expect.stringContaining('Say why, with --reason.') },
    });
    expect((await gatehouse(`${suspend} --count 1999 --reason x`)).err).toContain(
      `The filter finds another number of organisations by now: ${count} instead of 1999.`,
    );

    const loads = await admin.systemEvents('ODS_FILE_LOADED');
    expect(loads).toHaveLength(3);
    expect(loads[0]).toMatchObject({
      ...{ fileName: 'first.csv', organisations: 2, added: 2, changed: 0, reason: 'weekly' },
      ...{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), actor: expect.stringMatching(/^registry/) },
    });
    const twice = { odsCode: 'R0Z', name: 'X', openedOn: null, closedOn: null, isClosed: false };
    const body = { fileName: 'a.csv', sha256: 'a'.repeat(64), organisations: [twice, twice] };
    const refused = await admin.call('POST', '/api/v1/ods-files', body);
    expect(refused.body.errors).toMatchObject([{ pointer: '/organisations/1/odsCode' }]);
  });

  it('loads nothing if the load can’t be recorded', async () => {
    const report = join(folder, 'unrecorded.csv');
    await writeFile(report, odsRow('R0W', 'UNRECORDED NHS TRUST'));
    const record = vi.spyOn(admin.parts.audit, 'system').mockRejectedValue(new Error('no trail'));
    expect((await gatehouse(['ods', 'load', report])).code).toBe(1);
    record.mockRestore();
    expect(await admin.db.odsOrganisation.count({ where: { odsCode: 'R0W' } })).toBe(0);
  });

  it.each([
    ['an unknown command', 'fly', {}, 2],
    ['a missing option', 'clients issue-key c', {}, 2],
    ['no token', 'clients list', { GATEHOUSE_ADMIN_TOKEN: '' }, 2],
    [
      'a token over plain http to another machine',
      'clients list',
      { GATEHOUSE_ADMIN_URL: 'http://gatehouse.example' },
      2,
    ],
    ['a wrong token', 'clients list', { GATEHOUSE_ADMIN_TOKEN: 'gha_x' }, 1],
    ['nobody there', 'clients list', { GATEHOUSE_ADMIN_URL: 'http://127.0.0.1:9' }, 1],
    ['a file that is not there', 'apply nothing.yaml', {}, 2],
    ['an unknown key', 'keys publish nothing', {}, 1],
  ])('exits with the right code for %s', async (_what, line, variables, code) => {
    const ended = await gatehouse(line, variables);
    expect(ended.code).toBe(code);
    expect(ended.err).not.toBe('');
  });
});

describe('setting up', () => {
  it('migrates an empty database, and creates a first token but no second', async () => {
    const database = await createEmptyDatabase();
    const variables = { DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl };
    expect((await gatehouse('migrate', variables)).out).toContain('applied');
    expect((await gatehouse('migrate', variables)).out).toContain('up to date');
    expect((await gatehouse('bootstrap', variables)).out).toMatch(/token +gha_/);
    const second = await gatehouse('bootstrap', variables);
    expect(second).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is a usable admin token already: bootstrap'),
    });
    expect((await gatehouse('bootstrap --force', variables)).code).toBe(0);
    await database.drop();
  });

  it('refuses to use one role as both owner and running role', async () => {
    const database = await createDatabase();
    const same = { DATABASE_URL: database.ownerUrl, DATABASE_OWNER_URL: database.ownerUrl };
    expect((await gatehouse('migrate', same)).code).toBe(2);
    await database.drop();
  });
});
