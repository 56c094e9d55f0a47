/**
 * The corpus's classes about staff, byte for byte on raw sockets to the admin listener: forged requests, other origins,
 * sessions, redirects, other people's records, URLs. The corpus is older than the admin API, so the names of paths,
 * cookie and header are replaced with today's; nothing else is changed.
 */
import { createPrisma } from '@gatehouse/db/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentSchema } from '../../apps/gateway/src/config/environments.ts';
import { STAFF_DIFFERENCES } from '../corpus/staff-differences.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { onboard } from '../support/onboard.ts';
import { type Stack, startStaffStack } from '../support/servers/stack.ts';
import { type SignedIn, signIn } from '../support/staff.ts';
import { type Entry, readEntries } from '../corpus/entries.ts';
import { converse, headerOf, type WireAnswer } from '../corpus/wire.ts';

const ENTRIES = readEntries(new URL('../corpus/hostile.jsonl', import.meta.url));
const entriesOf = (name: string): Entry[] => ENTRIES.filter((entry) => entry.class === name);

let stack: Stack;
let origin: string;
let a: SignedIn;
let b: SignedIn;
let applicationA = '';
let attemptB = '';
let asidOfB = '';
let db: ReturnType<typeof createPrisma>;

beforeAll(async () => {
  ({ stack, origin } = await startStaffStack('gatehouse-platform=platform-engineer', { worker: false }));
  const [, applicationOfB] = await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'X26' }]);
  await fetch(`${stack.gateway.partner}/FHIR/STU3/CodeSystem/SPECIALTY`, {
    headers: { Authorization: `Bearer ${applicationOfB?.clientKey}` },
  });
  const { rows } = await stack.sql.query<{ application: string; attempt: string }>(
    `SELECT (SELECT application_id FROM binding WHERE ods_code = 'R69')::text AS application,
      (SELECT attempt_id FROM audit.event WHERE ods_code = 'X26' LIMIT 1)::text AS attempt`,
  );
  [applicationA, attemptB] = [rows[0]?.application ?? '', rows[0]?.attempt ?? ''];
  asidOfB = applicationOfB?.asid ?? '';
  db = createPrisma(stack.database.appUrl);
  const roles = (odsCode: string) =>
    (['platform-engineer', 'governance-officer'] as const).map((role) => ({ role, odsCodes: [odsCode] }));
  a = await signIn(db, 'Ann', roles('R69'), Date.now());
  b = await signIn(db, 'Bob', roles('X26'), Date.now());
});
afterAll(async () => {
  await db.$disconnect();
  await stack.stop();
});

const secretOf = ({ headers }: SignedIn): string => headers['Cookie']?.split('=')[1] ?? '';
const csrfOf = ({ headers }: SignedIn): string => headers['Gatehouse-CSRF'] ?? '';

/** Sends an entry with its path and body in today's names, and its placeholders filled in. */
async function send(
  entry: Entry,
  path: string,
  body: string | undefined,
  secrets: Record<string, string> = {},
): Promise<WireAnswer> {
  const placeholders: Record<string, string> = {
    A_ADMIN_SID: secretOf(a),
    B_ADMIN_SID: secretOf(b),
    PLATFORM_ADMIN_SID: secretOf(a),
    A_CSRF: csrfOf(a),
    B_CSRF: csrfOf(b),
    P_CSRF: csrfOf(a),
    ...secrets,
  };
  const headers = entry.headers.map(([name, value]) => {
    const named = name === 'X-CSRF-Token' ? 'Gatehouse-CSRF' : name;
    const text = value
      .replaceAll(/\{\{([A-Z_]+)\}\}/g, (_all, placeholder: string) => placeholders[placeholder] ?? '')
      .replaceAll('__Host-sid', '__Host-gatehouse-session')
      .replace(/^https:\/\/gw\.local$/, origin);
    return `${named}: ${text}\r\n`;
  });
  const length = body === undefined ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  const bytes = `${entry.method} ${path} HTTP/1.1\r\n${headers.join('')}${length}Connection: close\r\n\r\n${body ?? ''}`;
  const { answers, fault } = await converse(origin, bytes, { methods: [entry.method], timeoutMs: 15_000 });
  expect(fault).toBeNull();
  const [answer] = answers;
  if (answer === undefined) throw new Error(`${entry.id}: no answer`);
  return answer;
}

function expectStatus({ id, expected }: Entry, answer: WireAnswer): void {
  const expectedStatuses = STAFF_DIFFERENCES[id]?.status ?? expected.status;
  expect(expectedStatuses, answer.body.toString()).toContain(answer.status);
  if (STAFF_DIFFERENCES[id] !== undefined)
    expect(expected.status, 'no longer a difference').not.toContain(answer.status);
}

const stopOfA = JSON.stringify({ kind: 'organisation', organisation: 'R69', reason: 'corpus' });
const stateOfA = async (): Promise<string> =>
  (await db.organisation.findUniqueOrThrow({ where: { odsCode: 'R69' } })).state;

describe('a forged request cannot stop an organisation', () => {
  it.each(entriesOf('CSRF').map((entry) => [`${entry.id}: ${entry.note}`, entry] as const))(
    '%s',
    async (_, entry) => {
      expectStatus(entry, await send(entry, '/api/v1/emergency-stops', stopOfA));
      expect(await stateOfA()).toBe('active');
    },
  );

  const real = [
    ['Host', 'gw.local'],
    ['Cookie', '__Host-sid={{A_ADMIN_SID}}'],
    ['Content-Type', 'application/json'],
  ] as const;
  const token = ['X-CSRF-Token', '{{A_CSRF}}'] as const;
  const own = ['Origin', 'https://gw.local'] as const;
  const entryWith = (method: string, ...headers: (readonly [string, string])[]): Entry => ({
    ...(entriesOf('CSRF')[0] as Entry),
    method,
    headers: [...real, ...headers],
  });
  it.each([
    [
      'the origin with another scheme',
      () => entryWith('POST', token, ['Origin', origin.replace('http:', 'https:')]),
    ],
    ['the origin and more', () => entryWith('POST', token, ['Origin', `${origin}.evil.example`])],
    ['the origin without its port', () => entryWith('POST', token, ['Origin', 'http://127.0.0.1'])],
    ['an empty token', () => entryWith('POST', own, ['X-CSRF-Token', ''])],
    ['typed into the address bar', () => entryWith('POST', token, own, ['Sec-Fetch-Site', 'none'])],
    ['a page of a neighbour', () => entryWith('POST', token, own, ['Sec-Fetch-Site', 'same-site'])],
    ['two origins', () => entryWith('POST', token, own, ['Origin', 'https://evil.example'])],
  ])('is rejected with %s', async (_, entry) => {
    expect((await send(entry(), '/api/v1/emergency-stops', stopOfA)).status).toBe(403);
    expect(await stateOfA()).toBe('active');
  });

  it.each([
    ['the address bar', ['Sec-Fetch-Site', 'none'], 200],
    ['the console', ['Sec-Fetch-Site', 'same-origin'], 200],
    ['an older browser', ['X-Other', 'x'], 200],
    ['another site', ['Sec-Fetch-Site', 'cross-site'], 403],
  ] as const)('reading from %s: %s', async (_, header, status) => {
    const entry = entryWith('GET', header);
    expect((await send(entry, '/api/v1/organisations/R69', undefined)).status).toBe(status);
  });

  it('is accepted when it is genuine', async () => {
    const entry = entryWith('POST', token, own, ['Sec-Fetch-Site', 'same-origin']);
    expect((await send(entry, '/api/v1/emergency-stops', stopOfA)).status).toBe(200);
    expect(await stateOfA()).toBe('suspended');
    await db.emergencyStop.updateMany({ data: { liftedAt: new Date(), liftedBy: 'the test' } });
    await db.organisation.update({ where: { odsCode: 'R69' }, data: { state: 'active' } });
  });
});

describe('other origins get no data', () => {
  it.each(entriesOf('CORS').map((entry) => [`${entry.id}: ${entry.note}`, entry] as const))(
    '%s',
    async (_, entry) => {
      const answer = await send(entry, '/api/v1/organisations', undefined);
      expectStatus(entry, answer);
      for (const name of entry.expected.response_absent ?? []) expect(headerOf(answer, name)).toBeNull();
    },
  );
});

describe('an invalid session', () => {
  it.each(entriesOf('SESS').map((entry) => [`${entry.id}: ${entry.note}`, entry] as const))(
    '%s',
    async (_, entry) => {
      const ended = await signIn(db, 'Eve', ['platform-engineer'], Date.now());
      await db.staffSession.update({
        where: { id: ended.sessionId },
        data: { endedAt: new Date(), endedBy: 'sign-out' },
      });
      const secrets = { A_OLD_SID: secretOf(ended), A_LOGGED_OUT_SID: secretOf(ended) };
      expectStatus(entry, await send(entry, '/api/v1/session', undefined, secrets));
    },
  );

  it('is distinguished from a valid one', async () => {
    const entry: Entry = {
      ...(entriesOf('SESS')[0] as Entry),
      headers: [
        ['Host', 'gw.local'],
        ['Cookie', '__Host-sid={{A_ADMIN_SID}}'],
      ],
    };
    expect((await send(entry, '/api/v1/session', undefined)).status).toBe(200);
  });
});

describe('sign-in returns to the console and to no other site', () => {
  it.each(entriesOf('REDIR').map((entry) => [`${entry.id}: ${entry.note}`, entry] as const))(
    '%s',
    async (_, entry) => {
      const path = entry.raw_path.replace('/auth/cis2/login', '/auth/sign-in');
      const answer = await send(entry, path, undefined);
      expectStatus(entry, answer);
      const location = headerOf(answer, 'location') ?? '';
      expect(new URL(location).origin).toBe(stack.simulator.staffIssuer);
      expect(answer.headers.map(([name]) => name)).not.toContain('x');
      const browser = new HttpBrowser(origin);
      browser.keepCookies(origin, new Headers(answer.headers.map(([name, value]) => [name, value])));
      const finished = await browser.go(await browser.identifyAt(location, 'priya'));
      expect([finished.status, finished.headers.get('location')]).toEqual([303, '/']);
    },
  );
});

/** The corpus uses PUT for changes. */
const METHODS: Readonly<Record<string, string>> = {
  'BOLA-010': 'PATCH',
  'BOLA-011': 'PATCH',
  'BOLA-015': 'POST',
};

describe('records of other organisations', () => {
  const words: Readonly<Record<string, () => [path: string, body?: object]>> = {
    'BOLA-001': () => ['/api/v1/organisations/X26'],
    'BOLA-002': () => [`/api/v1/audit/requests/${attemptB}`],
    'BOLA-003': () => [`/api/v1/audit?filter=${encodeURIComponent('{"tenantId":"B"}')}`],
    'BOLA-004': () => [`/api/v1/audit?filter=${encodeURIComponent('{"OR":[{}]}')}`],
    'BOLA-005': () => [`/api/v1/audit?filter=${encodeURIComponent('{"tenantId":{"not":"A"}}')}`],
    'BOLA-010': () => [`/api/v1/applications/${applicationA}`, { asid: asidOfB }],
    'BOLA-011': () => [
      `/api/v1/applications/${applicationA}`,
      { kmsKeyArn: 'arn:aws:kms:eu-west-2:1:key/b' },
    ],
    'BOLA-014': () => [`/api/v1/audit/requests/${attemptB}`],
    'BOLA-015': () => [`/api/v1/staff/${a.staffId}/roles`, { role: 'administrator', give: true }],
    'BOLA-017': () => ['/api/v1/organisations/x26'],
  };
  it.each(entriesOf('BOLA').map((entry) => [`${entry.id}: ${entry.note}`, entry] as const))(
    '%s',
    async (_, entry) => {
      const [path, body] = words[entry.id]?.() ?? ['/none'];
      const before = await db.registryHead.findUniqueOrThrow({ where: { id: 1 } });
      const current = await fetch(`${origin}${path}`, { headers: { Cookie: a.headers['Cookie'] ?? '' } });
      const etag = current.headers.get('etag');
      const headers = [...entry.headers, ...(etag === null ? [] : [['If-Match', etag] as const])];
      const answer = await send(
        { ...entry, method: METHODS[entry.id] ?? entry.method, headers },
        path,
        body === undefined ? undefined : JSON.stringify(body),
      );
      expectStatus(entry, answer);
      expect(answer.body.toString()).not.toMatch(/X26 \/|Synthetic Trust X26/);
      expect((await db.registryHead.findUniqueOrThrow({ where: { id: 1 } })).version).toBe(before.version);
    },
  );
});

describe('no address of NHS England can be set by a request', () => {
  it.each(entriesOf('SSRF').map((entry) => [`${entry.id}: ${entry.note}`, entry] as const))(
    '%s',
    async (_, entry) => {
      const [, body = ''] = entry.raw_latin1.split('\r\n\r\n');
      expect((await send(entry, '/api/v1/environments/int', body)).status).toBe(404);
      // It is set only in the operator's file, which accepts one spelling of a URL.
      const { baseUrl } = JSON.parse(body) as { baseUrl: string };
      const environment = {
        name: 'int',
        kind: 'authenticated',
        tokenUrl: 'https://int.api.service.nhs.uk/oauth2/token',
        apiBaseUrl: baseUrl,
      };
      expect(environmentSchema.safeParse(environment).success, baseUrl).toBe(false);
    },
  );
});
