/** Searches everywhere for one text, within a person's organisations, but never for an NHS number or with a key in clear. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type AdminApi, smallDocument, borrowAdmin } from '../../support/admin-api.ts';
import { intentOf } from '../../support/audit/audit-trail.ts';

type Hits = AnswerOf<'search'>['hits'];

const KEY = smallDocument.applications[0].apiKey;
const request = intentOf({ odsCode: 'R69', correlationId: 'worklist-2026-0042' });
const foreign = intentOf({ odsCode: 'RCD', correlationId: 'worklist-2026-0042' });

const APPOINTMENT = {
  organisation: 'R69',
  environments: ['int'],
  name: 'Olive Owner',
  email: 'olive@example.org',
  jobTitle: 'Chief Information Officer',
  spineUserId: '555073103100',
  authority: {
    cioName: 'Chris Officer',
    reference: 'REF-1',
    date: '2026-01-05',
    documentSha256: 'a'.repeat(64),
  },
  reviewDueOn: new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10),
};

let admin: AdminApi;
let log: AuditLog;
let priya: SignedIn;
let limited: SignedIn;
let id: string;
let kid: string;

beforeAll(async () => {
  admin = await borrowAdmin();
  log = admin.parts.audit;
  admin.clock.ms = Date.now();
  const [first, second] = smallDocument.applications;
  const document = {
    ...smallDocument,
    organisations: [...smallDocument.organisations, { odsCode: 'A1', name: 'Under_score & 100% Trust' }],
    applications: [first, { ...second, apiKey: 'short1234567' }],
  };
  const applied = await admin.call('POST', '/api/v1/registry/apply', { document });
  expect(applied.body.at(-1).type).toBe('done');
  id = (await admin.db.application.findFirstOrThrow({ where: { asid: '200000002454' } })).id;
  ({ kid } = await admin.ok('keyCreate', { body: { application: id } }));
  await admin.ok('sroAppoint', { body: APPOINTMENT });
  await log.intent(request);
  await log.intent(foreign);
  priya = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
  const role = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
  limited = await signIn(admin.db, 'Odd', [role], admin.clock.ms);
});
afterAll(async () => {
  await admin.close();
});

async function search(q: string, person = priya): Promise<Hits> {
  const answer = await admin.call(
    'GET',
    `/api/v1/search?q=${encodeURIComponent(q)}`,
    undefined,
    '',
    person.headers,
  );
  expect(answer.status, answer.text).toBe(200);
  expect(answer.text).not.toContain(KEY);
  expect(answer.text).not.toContain('short1234567');
  return answer.body.hits;
}
const typesAndMatches = (hits: Hits) => hits.map(({ type, matched }) => `${type} by ${matched}`);

describe('a search', () => {
  it.each([
    ['R69', ['organisation by ODS code']],
    ['rcd', ['organisation by ODS code']],
    ['exam', ['organisation by name']],
    ['EXAMPLE nhs t', ['organisation by name']],
    ['200000002454', ['application by ASID']],
    ['r69Int', ['application by API key']],
    [KEY, ['application by API key']],
    ['WORKLIST-s', ['client by name']],
    ['olive', ['sro by name']],
    ['sro', ['error-code by error code']],
    ['KKLL', ['application by API key']],
    ['r69I…KKLL', ['application by API key']],
    ['worklist-2026-0042', ['request by correlation id', 'request by correlation id']],
    [request.attemptId, ['request by attempt id']],
  ])('for %s', async (q, expected) => {
    expect(typesAndMatches(await search(q))).toEqual(expected);
  });

  it('for the id of an application, with its key masked', async () => {
    expect(await search(id)).toMatchObject([{ type: 'application', id, matched: 'application id' }]);
    expect((await search('r69Int'))[0]?.detail).toContain('r69I…KKLL');
  });

  it('for the id of a signing key, whole', async () => {
    expect(await search(kid)).toMatchObject([{ type: 'application', id, matched: 'key id' }]);
    expect(await search(kid.slice(0, -1))).toEqual([]);
  });

  it('for a client, and for an SRO, with what tells them apart', async () => {
    expect(await search('worklist-s')).toMatchObject([{ id: 'int~worklist-sync', detail: 'int, active' }]);
    expect(await search('Olive Owner')).toMatchObject([
      { id: 'R69', title: 'Olive Owner', detail: 'SRO of R69 (owner), proposed' },
    ]);
  });

  it('reveals nothing of a key beyond its first eight characters, and nothing of one that is fully hidden', async () => {
    expect(await search('r69In')).toEqual([]);
    expect(await search('r69IntXX')).toEqual([]);
    expect(typesAndMatches(await search('r69IntKeyWrongFromHereOn'))).toEqual(['application by API key']);
    expect(await search('short1')).toEqual([]);
    expect(await search('4567')).toEqual([]);
  });

  it('for the id of the key of a client, and never for a whole key', async () => {
    const { keyId, key } = (await admin.call('POST', '/api/v1/clients/int/worklist-sync/keys', {})).body;
    expect(await search(keyId)).toMatchObject([{ id: 'int~worklist-sync', matched: 'key id' }]);
    expect(await search(keyId, limited)).toEqual([]);
    const { headers } = priya;
    const answer = await admin.call('GET', `/api/v1/search?q=${String(key)}`, undefined, '', headers);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('use its key id')]);
    expect(answer.text).not.toContain(key);
  });

  it('treats every character literally', async () => {
    expect(await search('%%')).toEqual([]);
    expect(await search('______')).toEqual([]);
    expect(typesAndMatches(await search('under_'))).toEqual(['organisation by name']);
    expect(await search('underx')).toEqual([]);
  });

  it.each(['9434765919', '943 476 5919', '943  476  5919'])(
    'refuses an NHS number in %s, and says where to search for it',
    async (q) => {
      const answer = await admin.call(
        'GET',
        `/api/v1/search?q=${encodeURIComponent(q)}`,
        undefined,
        '',
        priya.headers,
      );
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].pointer).toBe('/q');
      expect(answer.text).toContain('audit search');
      expect(answer.text).not.toContain('943');
    },
  );

  it('finds nothing of other organisations, and no requests for a token without the audit scope', async () => {
    for (const q of [
      'R69',
      'exam',
      '200000002454',
      '200000002455',
      'r69Int',
      'KKLL',
      'worklist-s',
      'olive',
      id,
      kid,
      request.attemptId,
    ]) {
      expect(await search(q, limited), q).toEqual([]);
    }
    expect((await search('worklist-2026-0042', limited)).map((hit) => hit.id)).toEqual([foreign.attemptId]);
    const registryOnly = await admin.ok('search', { query: { q: request.attemptId } }, admin.tokens.registry);
    expect(registryOnly.hits).toEqual([]);
  });

  it('is recorded when it shows requests, but without the text', async () => {
    await search('worklist-2026-0042');
    await search(KEY);
    const rows = await admin.db.$queryRaw`SELECT record FROM audit.event WHERE event = 'AUDIT_READ'`;
    const records = JSON.stringify(rows);
    expect(records).toContain(request.attemptId);
    expect(records).not.toContain('r69Int');
  });
});
