/**
 * The `gatehouse` command as a person uses it, each command in its own process: from an empty registry to a referral,
 * its audit records, and the audit trail verified offline.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRequest, londonDayIn, verdictOf, watch } from '../support/answers.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';

const MAIN = fileURLToPath(new URL('../../apps/cli/dist/gatehouse.js', import.meta.url));
const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const API_KEY = 'r69LocalKey0123456789abcdefKKLL';
const APPLICATION =
  '--environment local --organisation R69 --product ReferWell --access-mode application-restricted --capability provider';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let stack: Stack;
let folder: string;

beforeAll(async () => {
  stack = await startStack({ worker: false });
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

function gatehouse(
  line: string | readonly string[],
  more: { env?: Record<string, string | undefined>; input?: string } = {},
): Promise<Ran> {
  const args = typeof line === 'string' ? line.split(' ') : line;
  const env = {
    PATH: process.env['PATH'] ?? '',
    GATEHOUSE_ADMIN_URL: stack.gateway.admin,
    GATEHOUSE_ADMIN_TOKEN: stack.adminToken,
    R69_LOCAL_KEY: API_KEY,
    ...more.env,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { env, cwd: folder });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
    child.stdin.end(more.input ?? '');
  });
}

/** Runs a command that must succeed. */
async function does(
  line: string | readonly string[],
  more: Parameters<typeof gatehouse>[1] = {},
): Promise<string> {
  const ran = await gatehouse(line, more);
  expect({
    line,
    ...ran,
    out: ran.code === 0 ? '' : ran.out,
    err: ran.code === 0 ? '' : ran.err,
  }).toMatchObject({ code: 0 });
  return ran.out;
}
const json = async <T>(line: string): Promise<T> => JSON.parse(await does(`${line} --json`)) as T;
const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

const REGISTRY = (application: string): string => `apiVersion: gatehouse/v1
organisations:
  - { odsCode: R69, name: Example NHS Trust }
products:
  - { name: ReferWell }
messageSets:
  - { name: provider-read, interactions: [A004, A005, A007, A008, A024, A025, A029, A042, A043] }
applications:
  - organisation: R69
    product: ReferWell
    environment: local
    accessMode: application-restricted
    capability: provider
    messageSets: [provider-read]
${application}
clients:
  - name: worklist-sync
    environment: local
    grants: [{ organisation: R69, product: ReferWell, accessMode: application-restricted, capability: provider }]
`;
const DRAFT = '    state: draft';
const LIVE = `    asid: "200000002454"
    apiKey: { env: R69_LOCAL_KEY }
    state: live`;

const versionOf = async (): Promise<number> =>
  Number((await stack.sql.query<{ version: string }>('SELECT version FROM registry_head')).rows[0]?.version);

describe('an organisation is brought live in the order of the guide', () => {
  let jwksUrl = '';
  let key = '';

  it('bootstrap creates no second token, unless it is forced to', async () => {
    const env = { DATABASE_URL: stack.database.appUrl };
    const refused = await gatehouse('bootstrap', { env });
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/There is a usable admin token already: .*gatehouse tokens create/),
    ]);
    const minted = JSON.parse(await does('bootstrap --force --json', { env })) as { token: string };
    const listed = await gatehouse('organisations', { env: { GATEHOUSE_ADMIN_TOKEN: minted.token } });
    expect([listed.code, listed.out.trim()]).toEqual([0, 'Nothing found.']);
  });
  it('diff shows what would be created and changes nothing; apply does it', async () => {
    await write('registry.yaml', REGISTRY(DRAFT));
    const before = await versionOf();
    const diff = await does('diff registry.yaml');
    expect(diff).toMatch(/^\+ organisation R69$/m);
    expect(diff).toMatch(/^\+ application .*R69.*ReferWell/m);
    expect(diff).toMatch(/^\+ client local\/worklist-sync$/m);
    expect(diff).toMatch(/Would create 5, change 0, retire 0\./);
    expect(await versionOf()).toBe(before);
    expect(await does('apply registry.yaml')).toMatch(
      /Created 5, changed 0, retired 0\.\nThe registry is at version \d+/,
    );
    expect(await versionOf()).toBeGreaterThan(before);
  });
  it('doctor lists what is missing, in order, who must act, and the values that NHS England must issue', async () => {
    const { code, out } = await gatehouse(`doctor ${APPLICATION}`);
    expect(code).toBe(1);
    expect(out).toMatch(/Example NHS Trust - ReferWell - Local - Application-Restricted - Provider/i);
    expect(out).toMatch(/\[x\] 1\. The organisation is active/);
    expect(out).toMatch(/\[ \] 2\. A signing key is published at the JWKS URL {3}<-- next/);
    expect(out).toMatch(/gatehouse keys create/);
    expect(out).toMatch(/who acts: {3}governance\n.*gatehouse sro appoint/);
    expect(out).toMatch(/who acts: {3}NHS England \(e-RS partners team\)/);
    expect(out).toMatch(/app-restricted-ods-code = R69/);
    expect(out).toMatch(/app-restricted-business-function = PROVIDER_AUTHORISED_APPLICATION/);
    expect(out).toMatch(/jwks-resource-url = http/);
    expect(out.trim()).toMatch(/Not ready yet\.$/);
  });
  it('keys create: the first key is active immediately, and its JWKS URL serves it to APIM', async () => {
    const out = await does(`keys create ${APPLICATION}`);
    expect(out).toMatch(/state +ACTIVE/);
    jwksUrl = /JWKS URL +(\S+)/.exec(out)?.[1] ?? '';
    expect(new URL(jwksUrl).pathname).toMatch(/^\/jwks\/.{22,}$/);
    await stack.simulator.control('PUT', `/apps/${API_KEY}`, {
      products: ['application-restricted'],
      attributes: {
        asid: '200000002454',
        'jwks-resource-url': stack.gateway.public + new URL(jwksUrl).pathname,
        'app-restricted-ods-code': 'R69',
        'app-restricted-user-id': '555073103100',
        'app-restricted-business-function': 'PROVIDER_AUTHORISED_APPLICATION',
      },
    });
  });
  it('sro appoint proposes, sro accept opens', async () => {
    await write('authority.txt', 'I authorise it.\n');
    const args = ['sro', 'appoint', '--json', '--organisation', 'R69', '--environments', 'local'];
    const appointed = await does([
      ...args,
      ...['--name', 'Test Owner', '--email', 'owner@example.org', '--job-title', 'CIO'],
      ...['--spine-user-id', '555073103100', '--cio-name', 'Test Officer'],
      ...['--authority-reference', 'REF-1', '--authority-date', '2026-01-05'],
      ...['--authority-document', 'authority.txt', '--review-due-on', londonDayIn(300)],
    ]);
    const { id, state } = JSON.parse(appointed) as { id: string; state: string };
    expect(state).toBe('proposed');
    expect(await does(`sro accept ${id}`)).toMatch(/state +in force/);
  });
  it('apply with ASID and API key brings the application live, and lists only what changed', async () => {
    await write('registry.yaml', REGISTRY(LIVE));
    const out = await does('apply registry.yaml');
    expect(out).toMatch(/~ application/);
    expect(out).toMatch(/state: draft → live/);
    expect(out).toMatch(/asid: \(none\) → 200000002454/);
    expect(out).toMatch(/Created 0, changed 1, retired 0\./);
    expect(out).not.toContain(API_KEY);
  });
  it('applying the file twice changes nothing, and diff says so', async () => {
    const before = await versionOf();
    expect(await does('diff registry.yaml')).toMatch(
      /Nothing to change: the registry already matches the file/,
    );
    expect(await does('apply registry.yaml')).toMatch(
      /Nothing to change: the registry already matches the file/,
    );
    expect(await versionOf()).toBe(before);
  });
  it('clients issue-key shows a key once; then doctor says that nothing is missing here', async () => {
    const out = await does('clients issue-key worklist-sync --environment local --label first');
    key = /^key +(gh_local_\S+)$/m.exec(out)?.[1] ?? '';
    expect(out).toMatch(/The key is not shown again/);
    expect(await does('clients list')).not.toContain(key);
    const report = await does(`doctor ${APPLICATION}`);
    expect(report).not.toContain('[ ]');
    expect(report).toContain('nothing: it has not been asked');
    expect(report.trim()).toMatch(
      /Everything is entered here\. NHS England has not been asked about it: run this command with --live\.$/,
    );
  });
  it('explain shows step by step how a request would be decided', async () => {
    const good = await does(`explain GET ${REFERRAL} --client worklist-sync --environment local`);
    expect(good).toMatch(/\[x\] grant\n\[x\] organisation\n\[x\] application state\n\[x\] asid\n\[x\] sro\n/);
    expect(good).toMatch(/allowed: true/);
    expect(good).toMatch(/organisation: R69/);
    const bad = await does([
      ...[
        'explain',
        'post',
        `${REFERRAL}/$ers.acceptReferral`,
        '--client',
        'worklist-sync',
        '--environment',
        'local',
      ],
    ]);
    expect(bad).toMatch(/\[ \] message set/);
    expect(bad).toMatch(/code: GW_MESSAGE_SET/);
    expect(bad).toMatch(/whoActs: platform team/);
  });
  it('the request reaches e-RS, and its records are in the audit trail', async () => {
    await stack.settled();
    const arrivals = await watch(stack);
    const answer = await sendRequest(stack.gateway.partner, REFERRAL, { key });
    expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({
      status: 200,
      text: '',
    });
    expect(await arrivals('ers')).toMatchObject([{ apiKey: API_KEY, asid: '200000002454', odsCode: 'R69' }]);
    const refused = await sendRequest(stack.gateway.partner, '/FHIR/R4/PractitionerRole', { key });
    expect(verdictOf(refused).code).toBe('GW_MODE_OPERATION');

    const attempt = answer.header('gatehouse-attempt-id') ?? '';
    const table = await does('audit list --client worklist-sync');
    expect(table).toMatch(
      /^Started +Kind +Organisation +Client +Interaction +Outcome +Status +Code +Attempt$/m,
    );
    expect(table).toMatch(new RegExp(`INTENT +R69 +worklist-sync +A005 +COMPLETED +200 +— +${attempt}`));
    expect(table).toMatch(/DENIED +R69 +worklist-sync +A030 +REFUSED +403 +GW_MODE_OPERATION/);
    const records = await json<{ attemptId: string }[]>(
      `audit list --correlation-id ${answer.correlationId}`,
    );
    expect(records.map(({ attemptId }) => attemptId)).toEqual([attempt]);
    expect(table).not.toContain('000000070000');
  });
  it('a search for a referral prompts for its number and needs a reason', async () => {
    const without = await gatehouse('audit list --ubrn');
    expect([without.code, without.err]).toEqual([2, expect.stringMatching(/--reason/)]);
    const out = await does(['audit', 'list', '--ubrn', '--reason', 'complaint 12'], {
      input: '000000070000\n',
    });
    expect(out).toMatch(/A005 +COMPLETED/);
    expect(out).not.toContain('A030');
  });
});

describe('the trail', () => {
  const NOTHING_ELSE = { GATEHOUSE_ADMIN_URL: 'http://127.0.0.1:1', GATEHOUSE_ADMIN_TOKEN: '' };

  it('audit export, then verify with nothing but the file', async () => {
    const { code, out: exported, err } = await gatehouse('audit export --reason verification');
    expect([code, err]).toEqual([0, 'The whole trail.\n']);
    await write('trail.ndjson', exported);
    const out = await does('verify trail.ndjson', { env: NOTHING_ELSE });
    expect(out).toMatch(/rows of 2 writers about \d+ attempts: the whole trail\./);
    expect(out).toMatch(/Verified: every chain is unbroken and every row is as it was written\./);
  });
  it.each([
    [
      'a status changed',
      (lines: string[]) => lines.map((line) => line.replace('"status":200', '"status":403')),
    ],
    ['a row left out', (lines: string[]) => lines.filter((line) => !line.includes('"kind":"INTENT"'))],
    ['two rows swapped', swapped],
    ['the end cut off', (lines: string[]) => lines.slice(0, -2)],
    [
      'a row twice',
      (lines: string[]) => lines.flatMap((line) => (line.includes('"DENIED"') ? [line, line] : [line])),
    ],
  ])('%s is found', async (_name, change) => {
    const lines = (await readFile(join(folder, 'trail.ndjson'), 'utf8')).trimEnd().split('\n');
    const mutated = change(lines);
    expect(mutated).not.toEqual(lines);
    await write('mutated.ndjson', `${mutated.join('\n')}\n`);
    const { code, out } = await gatehouse('verify mutated.ndjson', { env: NOTHING_ELSE });
    expect([code, out]).toEqual([1, expect.stringMatching(/line \d+: .+\n[^]*NOT verified: \d+ faults?/)]);
  });
  it('holds no secret and no identifier of a patient', async () => {
    const text = await readFile(join(folder, 'trail.ndjson'), 'utf8');
    for (const secret of [API_KEY, '000000070000', '9000000009', stack.adminToken])
      expect(text).not.toContain(secret);
  });
});

function swapped(lines: string[]): string[] {
  const rows = lines.flatMap((line, at) => (line.includes('"type":"row"') ? [at] : []));
  const [first, second] = [rows.at(-2) ?? 0, rows.at(-1) ?? 0];
  return lines.map((line, at) => lines[at === first ? second : at === second ? first : at] ?? line);
}

describe('a wrong file changes nothing, and every fault is reported with its place', () => {
  const wrong = async (text: string): Promise<string> => {
    await write('wrong.yaml', text);
    const before = await versionOf();
    const { code, err, out } = await gatehouse('apply wrong.yaml');
    expect([code, out]).toEqual([1, '']);
    expect(await versionOf()).toBe(before);
    return err;
  };
  it('faults that the file alone shows', async () => {
    const err = await wrong(`apiVersion: gatehouse/v1
organisations:
  - { odsCode: r69, name: Lower Case }
  - { odsCode: R70 }
applications:
  - organisation: R69
    product: ReferWell
    environment: local
    accessMode: application-restricted
    capabilty: provider
    asid: 200000002454
    asidSharedWith: [PDS]
`);
    expect(err).toMatch(/wrong\.yaml has 5 faults; nothing was changed:/);
    expect(err).toMatch(/^wrong\.yaml:3:\d+: an ODS code has .* {2}\(\/organisations\/0\/odsCode\)$/m);
    expect(err).toMatch(/^wrong\.yaml:4:\d+: .*name.* is missing {2}\(\/organisations\/1\/name\)$/m);
    expect(err).toMatch(/^wrong\.yaml:10:\d+: "capabilty" is not known here; check its spelling/m);
    expect(err).toMatch(/^wrong\.yaml:11:\d+: the ASID was read as a number: put it in quotes/m);
    expect(err).toMatch(/^wrong\.yaml:12:\d+: an ASID used for e-RS can't be shared with PDS/m);
  });
  it('faults that only the registry shows', async () => {
    const err = await wrong(`apiVersion: gatehouse/v1
organisations:
  - { odsCode: R71, name: Another Trust }
applications:
  - organisation: R71
    product: Unheard
    environment: local
    accessMode: application-restricted
    capability: provider
    asid: "200000002454"
    messageSets: [nothing-of-the-kind]
    state: live
clients:
  - { name: other, environment: moon, grants: [{ organisation: R99, product: ReferWell, accessMode: user-restricted }] }
`);
    expect(err).toMatch(/wrong\.yaml:6:\d+: there is no product Unheard/);
    expect(err).toMatch(/wrong\.yaml:10:\d+: this ASID is already that of .*; every application has its own/);
    expect(err).toMatch(/wrong\.yaml:11:\d+: there is no message set nothing-of-the-kind/);
    expect(err).toMatch(/wrong\.yaml:12:\d+: a live application needs its apiKey/);
    expect(err).toMatch(/wrong\.yaml:14:\d+: there is no environment moon/);
    expect(err).toMatch(/wrong\.yaml:14:\d+: there is no organisation R99/);
    expect(await does('organisations')).not.toContain('R71');
  });
  it('a variable that is not set, a file that is not YAML, a file that is not there', async () => {
    await write('wrong.yaml', REGISTRY(LIVE).replace('R69_LOCAL_KEY', 'NOBODY_SET_THIS'));
    const unset = await gatehouse('diff wrong.yaml');
    expect([unset.code, unset.err]).toEqual([
      1,
      expect.stringMatching(/the environment variable NOBODY_SET_THIS is not set/),
    ]);
    expect(await wrong('apiVersion: [gatehouse/v1\n')).toMatch(
      /wrong\.yaml is not valid YAML:\nwrong\.yaml:\d+:\d+:/,
    );
    const absent = await gatehouse('apply absent.yaml');
    expect([absent.code, absent.err]).toEqual([
      2,
      expect.stringMatching(/absent\.yaml can't be read: it does not exist\./),
    ]);
  });
});

describe('a file .env in the current folder', () => {
  it('adds variables, and never overrides one that is set', async () => {
    const lines = `GATEHOUSE_ADMIN_TOKEN=${stack.adminToken}\nGATEHOUSE_ADMIN_URL=http://127.0.0.1:1\n`;
    await write('.env', lines);
    try {
      const { code } = await gatehouse('organisations', { env: { GATEHOUSE_ADMIN_TOKEN: undefined } });
      expect(code).toBe(0);
      const wrongUrl = { GATEHOUSE_ADMIN_TOKEN: undefined, GATEHOUSE_ADMIN_URL: undefined };
      expect((await gatehouse('organisations', { env: wrongUrl })).err).toContain('http://127.0.0.1:1');
    } finally {
      await rm(join(folder, '.env'));
    }
  });
});

describe('a command that can’t run says why', () => {
  it.each([
    [
      'no token',
      'organisations',
      { GATEHOUSE_ADMIN_TOKEN: '' },
      2,
      /GATEHOUSE_ADMIN_TOKEN is not set\. "gatehouse bootstrap"/,
    ],
    [
      'a token that is none',
      'organisations',
      { GATEHOUSE_ADMIN_TOKEN: `gha_${'a'.repeat(12)}_${'b'.repeat(49)}` },
      1,
      /send a valid admin token/,
    ],
    ['nobody there', 'organisations', { GATEHOUSE_ADMIN_URL: 'http://127.0.0.1:1' }, 1, /127\.0\.0\.1:1/],
    ['no such command', 'aply x.yaml', {}, 2, /unknown command/],
    ['no such application', 'doctor --organisation ZZZ', {}, 1, /no application|There is no/i],
  ] as const)('%s', async (_name, line, env, code, words) => {
    const ran = await gatehouse(line, { env });
    expect([ran.code, ran.err]).toEqual([code, expect.stringMatching(words)]);
    expect(ran.err).not.toMatch(/\n {4}at /);
  });
});
