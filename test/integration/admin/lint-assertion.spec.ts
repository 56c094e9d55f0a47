/** A client assertion checked by the admin API: with an application's own keys in KMS, or with a JWKS that was pasted. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { clientAssertion } from '@gatehouse/domain/apim/client-assertion';
import type { SigningKey } from '@gatehouse/domain/registry/registry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminApi, r69, smallDocument, borrowAdmin } from '../../support/admin-api.ts';
import { SETTINGS_VARIABLE } from '../../support/servers/simulator-server.ts';
import { signIn } from '../../support/staff.ts';

const API_KEY = smallDocument.applications[0].apiKey;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JWKS = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'pasted' }] });
const PASTED_URL = 'https://int.api.service.nhs.uk/oauth2/token';

let api: AdminApi;
let application: string;
let key: SigningKey;
let tokenUrl: string;
beforeAll(async () => {
  api = await borrowAdmin();
  await api.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  const { kid, owner } = await api.ok('keyCreate', { body: r69 });
  application = owner.id;
  key = (await api.db.signingKey.findUniqueOrThrow({ where: { kid } })) as unknown as SigningKey;
  const settings = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as Record<string, string>;
  const file = readFileSync(settings['GATEHOUSE_ENVIRONMENTS'] ?? '', 'utf8');
  tokenUrl = (JSON.parse(file) as { environments: { tokenUrl: string }[] }).environments[0]?.tokenUrl ?? '';
});
afterAll(() => api.close());

/** An assertion of the application, signed in KMS. */
const ofApplication = (change: { apiKey?: string; tokenUrl?: string } = {}) =>
  api.parts.kms.signAssertion(
    key,
    clientAssertion({ kid: key.kid, apiKey: API_KEY, tokenUrl, jti: 'one', nowMs: api.clock.ms, ...change }),
  );

function pasted(): string {
  const { header, claims } = clientAssertion({
    ...{ kid: 'pasted', apiKey: 'key-1', tokenUrl: PASTED_URL, jti: 'one', nowMs: api.clock.ms },
  });
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign('sha512', Buffer.from(input), privateKey).toString('base64url')}`;
}

const lint = (body: object) => api.call('POST', '/api/v1/lint-assertion', body);
const codes = ({ faults }: { faults: readonly { code: string }[] }) => faults.map(({ code }) => code);

it('finds nothing wrong with an assertion that the application’s own key signed', async () => {
  const { status, body } = await lint({ assertion: `\n${await ofApplication()} `, application });
  expect([status, body.ok, body.faults]).toEqual([200, true, []]);
});

it('says each fault in the order of API Management, with its place and what to do', async () => {
  const assertion = await ofApplication({ apiKey: 'another', tokenUrl: 'https://elsewhere.example/' });
  const { body } = await lint({ assertion, application });
  expect(codes(body)).toEqual(['API_KEY', 'AUDIENCE']);
  expect(body.faults[0]).toMatchObject({
    ...{ status: 401, error: 'invalid_request', place: 'iss and sub in the claims' },
    whatToDo: expect.stringContaining('API key'),
  });
});

it('takes a JWKS that is pasted, and says what was not checked without one', async () => {
  const question = { assertion: pasted(), tokenUrl: PASTED_URL };
  expect((await lint({ ...question, jwks: JWKS })).body).toMatchObject({ ok: true, warnings: [] });
  expect(codes((await lint({ ...question, jwks: '{"keys":[]}' })).body)).toEqual(['KEY_NOT_FOUND']);
  expect((await lint(question)).body.notChecked.join()).toContain('no JWKS was given');
});

it.each<[string, object, string]>([
  ['neither application nor token URL', {}, '/tokenUrl'],
  [
    'a JWKS beside an application',
    { application: '0b7c6a52-5d0c-4f7e-9a53-1e0f5a0b8b11', jwks: '{}' },
    '/jwks',
  ],
  ['a JWKS that is not JSON', { tokenUrl: PASTED_URL, jwks: '{' }, '/jwks'],
  ['a JWKS without keys', { tokenUrl: PASTED_URL, jwks: '[]' }, '/jwks'],
  ['a token URL that is none', { tokenUrl: 'int' }, '/tokenUrl'],
  ['an assertion that is too long', { tokenUrl: PASTED_URL, assertion: 'a'.repeat(20_001) }, '/assertion'],
])('rejects %s at its place', async (_, body, pointer) => {
  const answer = await lint({ assertion: 'a.b.c', ...body });
  expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
});

it('neither logs nor records nor repeats an assertion', async () => {
  const assertion = await ofApplication();
  const [, claims = '', signature = ''] = assertion.split('.');
  const answers = await Promise.all([
    lint({ assertion, application }),
    lint({ assertion: `${assertion}.${assertion}`, application }),
    lint({ assertion, application, jwks: assertion }),
    lint({ assertion, tokenUrl: PASTED_URL, jwks: assertion }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 400]);
  const events = await api.db.$queryRaw<object[]>`SELECT record::text FROM audit.event`;
  const everything = [...answers.map(({ text }) => text), ...api.logged, JSON.stringify(events)].join();
  for (const part of [claims, signature]) expect(everything).not.toContain(part);
});

it('knows only the applications within reach', async () => {
  const lena = await signIn(api.db, 'Lena', [{ role: 'auditor', odsCodes: ['RCD'] }], api.clock.ms);
  const body = { assertion: 'a.b.c', application };
  expect((await api.call('POST', '/api/v1/lint-assertion', body, '', lena.headers)).status).toBe(404);
});
