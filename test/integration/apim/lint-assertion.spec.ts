/** What the linter says of an assertion is what the simulated token service answers, word for word. */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ASSERTION_FAULTS } from '@gatehouse/domain/apim/assertion-faults';
import { lintAssertion } from '@gatehouse/domain/apim/lint-assertion';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSignedBy } from '../../../apps/cli/src/verify/rs512.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../../support/servers/processes.ts';

const API_KEY = 'key-of-the-linter';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = (publicKey: typeof pair.publicKey, kid: string) => ({
  ...{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS512', use: 'sig' },
});
const KEYS = [
  jwk(stranger.publicKey, 'stranger-1'),
  jwk(pair.publicKey, 'test-1'),
  { kty: 'RSA', kid: 'broken-1', n: '', e: '' },
  { kty: 'EC', kid: 'curve-1' },
];

let simulator: SimulatorProcess;
let jwksServer: Server;

beforeAll(async () => {
  simulator = await startSimulatorProcess();
  jwksServer = createServer((_request, response) => {
    response.end(JSON.stringify({ keys: KEYS }));
  });
  await new Promise<void>((resolve) => {
    jwksServer.listen(0, '127.0.0.1', resolve);
  });
  const { port } = jwksServer.address() as AddressInfo;
  await simulator.control('POST', '/options', { rateLimits: false });
  await simulator.control('PUT', `/apps/${API_KEY}`, {
    products: ['application-restricted'],
    attributes: { 'jwks-resource-url': `http://127.0.0.1:${String(port)}/jwks/linter.json` },
  });
});
afterAll(async () => {
  jwksServer.close();
  await simulator.stop();
});

type Change = Readonly<Record<string, unknown>>;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function assertion(header: Change, claims: Change): string {
  const input = `${encode({ alg: 'RS512', typ: 'JWT', kid: 'test-1', ...header })}.${encode({
    ...{ iss: API_KEY, sub: API_KEY, aud: simulator.tokenUrl, jti: randomUUID(), exp: nowS() + 240 },
    ...claims,
  })}`;
  return `${input}.${sign('sha512', Buffer.from(input), pair.privateKey).toString('base64url')}`;
}

const nowS = () => Math.floor(Date.now() / 1000);

async function answerTo(compact: string): Promise<{ status: number; error?: string; description?: string }> {
  const response = await fetch(simulator.tokenUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: compact,
    }).toString(),
  });
  const { error, error_description: description } = (await response.json()) as Record<string, string>;
  return { status: response.status, ...(error === undefined ? {} : { error, description }) };
}

function verdictOn(compact: string) {
  const report = lintAssertion({
    ...{ compact, tokenUrl: simulator.tokenUrl, apiKey: API_KEY, keys: KEYS, nowMs: Date.now() },
    verify: isSignedBy,
  });
  const [first] = report.faults;
  if (first === undefined) return { status: 200 };
  const { status, error, description } = ASSERTION_FAULTS[first];
  return { status, error, description };
}

/** Values that each member may be given; an `exp` stays clear of the limits, which would pass between the two answers. */
const VALUES: Readonly<Record<string, readonly (() => unknown)[]>> = {
  alg: ['RS256', 'rs512', 'none', '', null, 7, undefined].map((value) => () => value),
  kid: ['stranger-1', 'broken-1', 'curve-1', 'no-such', '', null, 7, undefined].map((value) => () => value),
  typ: ['jwt', 'at+jwt', '', null, 7, undefined].map((value) => () => value),
  exp: [
    () => nowS() - 60,
    () => nowS() + 200,
    () => nowS() + 400,
    () => Date.now(),
    () => String(nowS() - 60),
    () => String(nowS() + 60),
    ...['', 'soon', 0, null, true, [], {}, undefined].map((value) => () => value),
  ],
  iss: ['other', '', null, 7, [], undefined].map((value) => () => value),
  sub: ['other', '', null, 7, undefined].map((value) => () => value),
  aud: [
    () => `${simulator.tokenUrl}/`,
    () => [simulator.tokenUrl],
    () => ['other', simulator.tokenUrl],
    ...['other', '', null, 7, [], {}, undefined].map((value) => () => value),
  ],
  jti: ['', null, 7, [], {}, undefined].map((value) => () => value),
};
type Changed = Readonly<Record<string, () => unknown>>;
const SINGLE = Object.entries(VALUES).flatMap(([member, values]) =>
  values.map((value): Changed => ({ [member]: value })),
);

/** Each value beside one of another member: which fault comes first is part of the verdict. */
const PAIRS = SINGLE.flatMap((first, at) =>
  [7, 19, 31].map((step): Changed => ({ ...SINGLE[(at + step) % SINGLE.length], ...first })),
);

const OF_ANOTHER: Changed = { iss: () => 'other', sub: () => 'other' };
const CHANGES = [...SINGLE, ...PAIRS, OF_ANOTHER];

describe('the linter and the simulated token service agree', () => {
  it('on a good assertion', async () => {
    const compact = assertion({}, {});
    expect(verdictOn(compact)).toEqual({ status: 200 });
    expect(await answerTo(compact)).toEqual({ status: 200 });
  });

  it(`on ${String(CHANGES.length)} others, and each fault is among them`, async () => {
    const seen = new Set<string | undefined>();
    for (const changed of CHANGES) {
      const values = Object.entries(changed).map(([member, value]) => [member, value()] as const);
      const inHeader = ([member]: readonly [string, unknown]) => ['alg', 'kid', 'typ'].includes(member);
      const compact = assertion(
        Object.fromEntries(values.filter(inHeader)),
        Object.fromEntries(values.filter((entry) => !inHeader(entry))),
      );
      const verdict = verdictOn(compact);
      expect(await answerTo(compact), JSON.stringify(values)).toEqual(verdict);
      seen.add(verdict.description);
    }
    for (const [code, { description }] of Object.entries(ASSERTION_FAULTS))
      if (code !== 'MALFORMED') expect([...seen], code).toContain(description);
  });

  it.each([
    ['two parts', (text: string) => text.slice(0, text.lastIndexOf('.'))],
    ['four parts', (text: string) => `${text}.x`],
    ['no signature', (text: string) => text.slice(0, text.lastIndexOf('.') + 1)],
    ['another signature', (text: string) => `${text.slice(0, -8)}AAAAAAAA`],
    ['padding', (text: string) => text.replace('.', '=.')],
    ['a byte that is not UTF-8', (text: string) => text.replace(/\.[^.]+\./, '.eyJpc3MiOiL_In0.')],
    ['a byte order mark', (text: string) => `77u_${text}`],
    ['claims in a list', (text: string) => text.replace(/\.[^.]+\./, `.${encode([])}.`)],
    ['one character too many', (text: string) => text.replace(/^[^.]+/, (header) => `${header}A`)],
    ['a single character', (text: string) => text.replace(/^[^.]+/, 'e')],
  ])('on a text with %s', async (_what, change) => {
    const compact = change(assertion({}, {}));
    expect(await answerTo(compact)).toEqual(verdictOn(compact));
  });
});
