import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../program.js';
import { readSettings } from '../../settings.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const TOKEN_URL = 'https://int.api.service.nhs.uk/oauth2/token';
const AT = '2027-01-15T08:00:00Z';
const JWK = { ...publicKey.export({ format: 'jwk' }), kid: 'int-1' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-lint-'));
  await writeFile(join(folder, 'jwks.json'), JSON.stringify({ keys: [JWK] }));
  await writeFile(join(folder, 'list.json'), '[]');
  await writeFile(join(folder, 'good.jwt'), `${assertion({})}\n`);
  await writeFile(join(folder, 'bad.jwt'), assertion({ jti: 7, aud: 'https://api.service.nhs.uk' }));
});
afterAll(() => rm(folder, { recursive: true }));

function assertion(change: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Date.parse(AT) / 1000 + 240;
  const claims = { iss: 'key-1', sub: 'key-1', aud: TOKEN_URL, jti: 'a', exp, ...change };
  const input = `${encode({ alg: 'RS512', typ: 'JWT', kid: 'int-1' })}.${encode(claims)}`;
  return `${input}.${sign('sha512', Buffer.from(input), privateKey).toString('base64url')}`;
}

async function lint(file: string, ...options: readonly string[]) {
  let [out, err] = ['', ''];
  const args = ['lint-assertion', join(folder, file), '--token-url', TOKEN_URL, '--at', AT, ...options];
  const code = await run(args, {
    settings: readSettings({ R69_KEY: 'key-1' }),
    output: { out: (text) => (out += text), err: (text) => (err += text), interactive: false },
    ask: () => Promise.resolve(''),
  });
  return { code, text: out + err };
}

it('says that nothing is wrong, and what it did not check', async () => {
  const jwks = join(folder, 'jwks.json');
  const { code, text } = await lint('good.jwt', '--jwks', jwks, '--api-key-env', 'R69_KEY');
  expect([code, text]).toEqual([0, expect.stringMatching(/^Nothing is wrong[^]*whether this jti was used/)]);
});

it('says what API Management would answer first, and next', async () => {
  const { code, text } = await lint('bad.jwt');
  expect(code).toBe(1);
  expect(text).toMatch(/^API Management would answer 400 invalid_request: Invalid 'jti' claim/);
  expect(text).toContain('where: jti in the claims');
  expect(text).toMatch(/Then it would answer 401 invalid_request: Missing or invalid 'aud' claim/);
});

it('prints the same as JSON', async () => {
  const { code, text } = await lint('bad.jwt', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(text)).toMatchObject({
    ok: false,
    faults: [{ code: 'JTI_NOT_TEXT', status: 400 }, { code: 'AUDIENCE' }],
  });
});

it.each([
  ['no such file', ['--jwks', '/no/such/file'], 'it does not exist'],
  ['a list as JWKS', ['--jwks', 'list.json'], 'is not a JWKS'],
  ['an assertion as JWKS', ['--jwks', 'good.jwt'], 'is not JSON'],
  ['a variable that is not set', ['--api-key-env', 'R70_KEY'], 'R70_KEY is not set'],
  ['a moment without a zone', ['--at', '2027-01-15T08:00'], 'an instant with its zone'],
])('ends with 2 for %s', async (_what, [option = '', value = ''], expected) => {
  const { code, text } = await lint(
    'good.jwt',
    option,
    option === '--jwks' && !value.startsWith('/') ? join(folder, value) : value,
  );
  expect([code, text]).toEqual([2, expect.stringContaining(expected)]);
});
