/**
 * Every error that API Management and e-RS can return (docs/reference/protocol-facts.md §1.7 and §3.5). A wrongly
 * configured application in the simulator provokes it, or an armed fault where no application of ours can. The caller
 * gets the answer byte for byte, a diagnosis, or a refusal of ours where the answer must not pass
 * (docs/guides/calling.md).
 */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { recordedTokenRefusal, TOKEN_REFUSALS } from '@gatehouse/domain/apim/token-refusal';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  apply,
  type Arrival,
  sendRequest,
  type AuditRecord,
  type PartnerRequest,
  refusalIn,
  trailOf,
  verdictOf,
  watch,
} from '../support/answers.ts';
import { onboard, type Onboarded, allowWrite } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const BINARY = '/FHIR/R4/Binary/c5d2d200-7613-4a69-9c5f-1bb68e04b8d8';
const CODES = '/FHIR/STU3/CodeSystem/SPECIALTY';
const CLINICAL = `${REFERRAL}/$ers.generateCRI`;
const ACCEPT_REFERRAL = '/FHIR/STU3/ReferralRequest/000000083001/$ers.acceptReferral';

let stack: Stack;
let provider: Onboarded;
let referrer: Onboarded;
let attributes: Record<string, string>;
/** The current API key of the provider's application. A new key is a new identity, with no token yet. */
let apiKey: string;
let keys: Server;
let kid: string;

beforeAll(async () => {
  stack = await startStack({ worker: false });
  [provider, referrer] = (await onboard(stack, [
    { odsCode: 'R69' },
    { odsCode: 'A20047', capability: 'referrer' },
  ])) as [Onboarded, Onboarded];
  const apps = await stack.simulator.control<{ apiKey: string; attributes: Record<string, string> }[]>(
    'GET',
    '/apps',
  );
  attributes = apps.find((app) => app.apiKey === provider.apiKey)?.attributes ?? {};
  apiKey = provider.apiKey;
  await allowWrite(stack, {
    environment: 'local',
    organisation: 'R69',
    product: 'ReferWell',
    capability: 'provider',
    interaction: 'A013',
    useCaseReference: 'UC-1',
    expiresOn: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10),
  });
  await stack.simulator.control('POST', '/referrals', { ubrn: '000000083001', state: 'BOOKED' });
  const listed = await stack.admin<{ items: { kid: string }[] }>('GET', '/signing-keys?organisation=R69');
  kid = listed.items[0]?.kid ?? '';
  // A JWKS with our kid but a different key.
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  keys = createServer((_request, response) => response.end(JSON.stringify({ keys: [{ ...stranger, kid }] })));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  await stack.settled();
});
afterAll(async () => {
  keys.close();
  await stack.stop();
});
afterEach(() => stack.simulator.control('DELETE', '/faults'));

const call = (path: string, options: PartnerRequest = {}): Promise<Answer> =>
  sendRequest(stack.gateway.partner, path, { key: provider.clientKey, ...options });
const pairsOf = ({ headers }: Answer) => headers.map(([name, value]) => [name.toLowerCase(), value] as const);

let identities = 0;
/** Gives the provider's application a new API key, and registers it at APIM with these settings; null registers nothing. */
async function newIdentity(
  application: { attributes?: Record<string, string>; products?: string[]; status?: string } | null = {},
): Promise<void> {
  identities += 1;
  apiKey = `key-again-${identities}`;
  await apply(stack, {
    applications: [
      {
        organisation: 'R69',
        product: 'ReferWell',
        environment: 'local',
        accessMode: 'application-restricted',
        capability: 'provider',
        apiKey,
      },
    ],
  });
  if (application !== null)
    await stack.simulator.control('PUT', `/apps/${apiKey}`, {
      products: ['application-restricted'],
      attributes,
      ...application,
    });
  await stack.settled();
}

/** Changes the application at APIM under the same API key, so that its tokens stay valid. */
async function reconfigure(application: object): Promise<void> {
  await stack.simulator.control('PUT', `/apps/${apiKey}`, {
    products: ['application-restricted'],
    attributes,
    status: 'approved',
    ...application,
  });
}

async function fault(target: 'ers' | 'token', answerFault: object, times?: number): Promise<void> {
  await stack.simulator.control('POST', '/faults', {
    target,
    match: { apiKey },
    fault: answerFault,
    ...(times === undefined ? {} : { times }),
  });
}

function without(...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

async function mintRows(): Promise<AuditRecord[]> {
  const { rows } = await stack.sql.query<{ record: { facts: AuditRecord } }>(
    `SELECT record FROM audit.event WHERE event = 'MINT_FAILED' ORDER BY writer, seq`,
  );
  return rows.map(({ record }) => record.facts);
}

describe('a refusal of the token endpoint', () => {
  type Setting = Parameters<typeof newIdentity>[0];
  const refusalBody = (error: string, description: string) =>
    JSON.stringify({ error, error_description: description, message_id: 'rrt-1-b-geu2-2-3-1' });
  const invalid = (description: string) => refusalBody('invalid_request', description);

  /** The name, what is wrong, the class in the audit trail, the number of calls, and the words of APIM. */
  const REFUSED: [
    string,
    { application?: Setting | 'strange key' | 'foreign key'; fault?: object },
    string,
    number,
    RegExp,
  ][] = [
    [
      'no public key registered',
      { application: { attributes: {} } },
      'configuration',
      1,
      /register a public key/,
    ],
    [
      'JWKS out of reach',
      { application: { attributes: { 'jwks-resource-url': 'http://127.0.0.1:1/jwks/none' } } },
      'configuration',
      1,
      /JWKS endpoint.*can't be reached/,
    ],
    [
      'a kid that the JWKS lacks',
      { application: 'foreign key' },
      'key-not-seen',
      1,
      /no matching public key/,
    ],
    [
      'a signature by another key',
      { application: 'strange key' },
      'configuration',
      1,
      /signature verification failed/,
    ],
    ['an unknown API key', { application: null }, 'configuration', 1, /Invalid 'iss'\/'sub' claims/],
    [
      'an application not approved',
      { application: { status: 'revoked' } },
      'configuration',
      1,
      /not approved/,
    ],
    [
      'no API product of this mode',
      { application: { products: ['user-restricted'] } },
      'configuration',
      1,
      /not configured to use this authorization grant type/,
    ],
    [
      'the aud of another environment',
      { fault: { status: 401, body: invalid("Missing or invalid 'aud' claim in client_assertion JWT") } },
      'configuration',
      1,
      /'aud' claim/,
    ],
    [
      'an inactive developer',
      {
        fault: {
          status: 401,
          body: refusalBody('access_denied', 'The developer associated with the API key is not active'),
        },
      },
      'configuration',
      1,
      /developer .* not active/,
    ],
    [
      'a grant that is none',
      { fault: { status: 401, body: refusalBody('invalid_grant', 'refresh_token is invalid') } },
      'configuration',
      1,
      /refresh_token/,
    ],
    [
      'another content type',
      {
        fault: {
          status: 415,
          body: invalid('Content-Type header must be application/x-www-form-urlencoded'),
        },
      },
      'configuration',
      1,
      /Content-Type/,
    ],
    ...[
      'Missing client_assertion',
      'Malformed JWT in client_assertion',
      'grant_type is missing',
      "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'",
      "Non-unique 'jti' claim in client_assertion JWT",
      "Invalid 'exp' claim in client_assertion JWT - more than 5 minutes in future",
    ].map((description): (typeof REFUSED)[number] => [
      `400 ${description.slice(0, 40)}`,
      { fault: { status: 400, body: invalid(description) } },
      'ours',
      2,
      new RegExp(description.slice(0, 20)),
    ]),
    [
      '400 unsupported grant',
      { fault: { status: 400, body: refusalBody('unsupported_grant_type', 'grant_type is invalid') } },
      'ours',
      2,
      /grant_type is invalid/,
    ],
    ...[
      'token-malformed-json',
      'token-no-access-token',
      'token-empty-access-token',
      'token-huge-access-token',
      'token-type-mac',
    ].map((scenario): (typeof REFUSED)[number] => [
      `200 ${scenario}`,
      { fault: { scenario } },
      'malformed',
      1,
      /^$/,
    ]),
    ['200 without a life', { fault: { tokenExpiresIn: '__absent__' } }, 'malformed', 1, /^$/],
    ['200 with a life of 0', { fault: { tokenExpiresIn: '0' } }, 'malformed', 1, /^$/],
  ];

  it.each(REFUSED)(
    '%s: 502 with what is wrong and who must act, but without the words of NHS England',
    async (_name, how, cls, calls, words) => {
      const application =
        how.application === 'foreign key'
          ? { attributes: { ...attributes, 'jwks-resource-url': await jwksOf('A20047') } }
          : how.application === 'strange key'
            ? {
                attributes: {
                  ...attributes,
                  'jwks-resource-url': `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks/x`,
                },
              }
            : how.application;
      await newIdentity(application);
      if (how.fault !== undefined) await fault('token', how.fault);
      const before = (await mintRows()).length;
      const arrivals = await watch(stack);
      const answer = await call(REFERRAL);
      const refusal = refusalIn(answer);
      expect(refusal).toMatchObject({ status: 502, code: 'GW_TOKEN_REFUSED', issue: 'exception' });
      const code = recordedTokenRefusal(answer.header('gatehouse-diagnosis'));
      const { whatIsWrong, whatToDo, whoActs } = TOKEN_REFUSALS[code];
      expect(refusal.words).toBe(
        `NHS England refused to issue an access token for this application. ${whatIsWrong} ${whatToDo} Who must act: ${whoActs}.`,
      );
      const requests = await arrivals();
      expect(requests.filter(({ target }) => target === 'ers')).toEqual([]);
      const mints = requests.filter(({ target }) => target === 'token');
      expect(mints).toHaveLength(calls);
      expect(new Set(mints.map(({ jti }) => jti)).size).toBe(calls);

      // The words of APIM and its message id are for support: they are in the audit trail, not in the answer.
      const rows = (await mintRows()).slice(before);
      expect(rows.map((row) => row['fault'])).toEqual(Array.from({ length: calls }, () => cls));
      for (const row of rows) {
        expect(row['diagnosis']).toBe(code);
        const description = typeof row['description'] === 'string' ? row['description'] : '';
        expect(description).toMatch(words);
        if (description !== '') {
          expect(row['messageId']).toMatch(/^rrt-/);
          expect(answer.text).not.toContain(description);
        }
      }
      expect((await trailOf(stack, answer)).map(({ kind, code }) => [kind, code])).toEqual([
        ['DENIED', 'GW_TOKEN_REFUSED'],
      ]);
      // Another call right away is refused from memory, since a wrong configuration won't be right a moment later.
      expect(verdictOf(await call(REFERRAL)).code).toBe('GW_TOKEN_REFUSED');
      expect(await arrivals('token')).toHaveLength(calls);
    },
  );

  const TRANSIENT: [string, object, number, number][] = [
    [
      '500 unknown_error',
      { status: 500, body: refusalBody('unknown_error', 'An unknown error occurred') },
      2,
      2,
    ],
    ['503 without a body', { status: 503 }, 2, 2],
    [
      '429, tried again no sooner than told',
      { status: 429, body: refusalBody('ratelimit_exceeded', 'The rate limit was exceeded') },
      1,
      2,
    ],
    ['429 with Retry-After', { status: 429, headers: { 'Retry-After': '7' } }, 1, 7],
    ['a connection reset', { resetBeforeResponse: true }, 2, 2],
  ];
  it.each(TRANSIENT)('%s: 503 with Retry-After', async (_name, how, calls, retryAfter) => {
    await newIdentity();
    await fault('token', how);
    const arrivals = await watch(stack);
    const answer = await call(REFERRAL);
    expect(refusalIn(answer)).toMatchObject({
      status: 503,
      code: 'GW_TOKEN_UNAVAILABLE',
      issue: 'transient',
    });
    expect(Number(answer.header('retry-after'))).toBeGreaterThanOrEqual(retryAfter);
    expect(refusalIn(answer).words).toMatch(/Who must act: NHS England\.$/);
    expect(await arrivals('token')).toHaveLength(calls);
    expect(await arrivals('ers')).toEqual([]);
  });

  it('after a temporary fault one more attempt with a new jti succeeds, unnoticed by the caller', async () => {
    await newIdentity();
    await fault('token', { status: 500 }, 1);
    const arrivals = await watch(stack);
    expect((await call(REFERRAL)).status).toBe(200);
    const mints = await arrivals('token');
    expect(mints.map(({ status }) => status)).toEqual([500, 200]);
    expect(new Set(mints.map(({ jti }) => jti)).size).toBe(2);
  });

  it('no jti is used twice, whatever was answered', async () => {
    const { duplicateJtis } = await stack.simulator.control<{ duplicateJtis: number }>('GET', '/counters');
    expect(duplicateJtis).toBe(0);
  });
});

async function jwksOf(odsCode: string): Promise<string> {
  const { items } = await stack.admin<{ items: { jwksUrl: string }[] }>(
    'GET',
    `/signing-keys?organisation=${odsCode}`,
  );
  return stack.gateway.public + new URL(items[0]?.jwksUrl ?? '').pathname;
}

const OUTCOME_HEADERS = { 'Content-Type': 'application/fhir+json', 'X-Request-ID': 'ers-0001-1' };
/** Spacing, order and letters that none of our serialisers would write. */
const outcome = (code: string, diagnostics?: string) =>
  `{ "issue":[ {"code":"${code}","severity":"error"${diagnostics === undefined ? '' : `,"diagnostics":"${diagnostics}"`}}],\r\n  "resourceType":"OperationOutcome", "x":"\u00e9\\u00e9" }\n`;

interface Passes {
  readonly path: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly diagnosis?: string;
}

/** The rows of docs/reference/protocol-facts.md §1.7, as bytes. */
const PASSES: Record<string, Passes> = {
  'bad business function': {
    path: REFERRAL,
    status: 403,
    headers: OUTCOME_HEADERS,
    body: outcome(
      'forbidden',
      'User does not have the required Business Function at the specified Organisation.',
    ),
  },
  'an x-ers-* header, or an odd kind of token': {
    path: REFERRAL,
    status: 403,
    headers: { 'Content-Type': 'text/plain' },
  },
  'allow-list: no organisation named': {
    path: REFERRAL,
    status: 400,
    headers: OUTCOME_HEADERS,
    body: outcome('required', 'Missing or Empty NHSD-End-User-Organisation-ODS header.'),
  },
  'allow-list: organisation not in it': {
    path: REFERRAL,
    status: 403,
    headers: OUTCOME_HEADERS,
    body: outcome('forbidden', 'Unauthorised ODS code provided in NHSD-End-User-Organisation-ODS header'),
    diagnosis: 'ORGANISATION_NOT_ALLOWED',
  },
  'allow-list: its own fault, R4': {
    path: BINARY,
    status: 500,
    headers: OUTCOME_HEADERS,
    body: outcome('exception', 'Internal Server Error'),
  },
  'allow-list: its own fault, STU3': { path: REFERRAL, status: 500 },
  'some other attribute unresolved': {
    path: REFERRAL,
    status: 500,
    headers: { 'Content-Type': 'application/json' },
    body: '{"fault":{"faultstring":"Unresolved variable : app.something","detail":{"errorcode":"entities.UnresolvedVariable"}}}',
    diagnosis: 'ATTRIBUTE_NOT_CONFIGURED',
  },
  'e-RS, STU3': {
    path: REFERRAL,
    status: 422,
    headers: { ...OUTCOME_HEADERS, Warning: '199 - "synthetic"' },
    body: outcome('business-rule', 'Patient Error'),
  },
  'e-RS, R4, not clean yet': {
    path: BINARY,
    status: 422,
    headers: OUTCOME_HEADERS,
    body: outcome('business-rule', 'THREATS_FOUND'),
  },
  'a conflict': { path: REFERRAL, status: 409, headers: OUTCOME_HEADERS, body: outcome('conflict') },
  'a lock': { path: REFERRAL, status: 423, headers: OUTCOME_HEADERS, body: outcome('lock-error') },
  'a type not to be had': {
    path: REFERRAL,
    status: 406,
    headers: { 'Content-Type': 'text/plain' },
    body: 'Not Acceptable',
  },
  'a type not taken': {
    path: REFERRAL,
    status: 415,
    headers: { 'Content-Type': 'text/plain' },
    body: 'Unsupported Media Type',
  },
  'a hospital system that is slow': {
    path: REFERRAL,
    status: 504,
    headers: OUTCOME_HEADERS,
    body: outcome('timeout', 'PAS_NOT_RESPONDING'),
  },
  'e-RS down, with a time to wait': {
    path: REFERRAL,
    status: 503,
    headers: { ...OUTCOME_HEADERS, 'Retry-After': '120' },
    body: outcome('transient'),
  },
  'e-RS crashed': {
    path: REFERRAL,
    status: 500,
    headers: { 'Content-Type': 'text/plain' },
    body: ' - The server encountered an unexpected condition that prevented it from fulfilling the request',
  },
};

/** The headers that Gatehouse adds to an answer, and their values. */
function ours(answer: Answer, expected: { error: boolean; diagnosis?: string | undefined; length?: number }) {
  // Absent while replicas divide the rate, as a slow machine may have them do.
  const hasRate = pairsOf(answer).some(([name]) => name === 'gatehouse-rate-remaining');
  return {
    ...(hasRate ? { 'gatehouse-rate-remaining': expect.stringMatching(/^[0-9]{1,3}$/) as string } : {}),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-correlation-id': answer.correlationId,
    'gatehouse-attempt-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    date: expect.any(String) as string,
    connection: 'keep-alive',
    'keep-alive': expect.any(String) as string,
    ...(expected.length === undefined ? {} : { 'content-length': String(expected.length) }),
    ...(expected.error ? { 'gatehouse-error-source': 'upstream' } : {}),
    ...(expected.diagnosis === undefined ? {} : { 'gatehouse-diagnosis': expected.diagnosis }),
  };
}

function lowered(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

describe('an answer of the e-RS proxy or of e-RS passes byte for byte, with its headers', () => {
  beforeAll(() => newIdentity());

  it.each(Object.entries(PASSES))(
    '%s',
    async (_name, { path, status, headers = {}, body = '', diagnosis }) => {
      await fault('ers', { status, headers, body });
      const arrivals = await watch(stack);
      const answer = await call(path);
      expect({ status: answer.status, body: answer.text }).toEqual({ status, body });
      expect(answer.body.equals(Buffer.from(body))).toBe(true);
      expect(Object.fromEntries(pairsOf(answer))).toEqual({
        ...lowered(headers),
        ...ours(answer, { error: true, diagnosis, length: Buffer.byteLength(body) }),
      });
      expect(await arrivals('ers')).toHaveLength(1);
      const trail = await trailOf(stack, answer);
      expect(trail.map(({ kind }) => kind)).toEqual(['INTENT', 'OUTCOME']);
      expect(trail[1]).toMatchObject({
        outcome: 'FAILED',
        upstreamStatus: status,
        status,
        upstreamRequestId: headers['X-Request-ID'] ?? null,
        diagnosis: diagnosis ?? null,
        code: null,
        responseBytes: Buffer.byteLength(body),
        responseSha256: createHash('sha256').update(body).digest('hex'),
      });
    },
  );

  it('a 502 or 503 without Retry-After to a read is retried twice, each time as a new attempt, then passed on', async () => {
    await fault('ers', {
      status: 502,
      headers: OUTCOME_HEADERS,
      body: outcome('exception', 'PAS_RESPONDED_WITH_ERROR'),
    });
    const arrivals = await watch(stack);
    const answer = await call(REFERRAL);
    expect([answer.status, answer.header('gatehouse-error-source')]).toEqual([502, 'upstream']);
    const hits = await arrivals('ers');
    expect(new Set(hits.map(({ correlationId }) => correlationId)).size).toBe(3);
    const trail = await trailOf(stack, answer);
    expect(trail.map(({ kind, upstreamStatus }) => [kind, upstreamStatus])).toEqual([
      ['INTENT', undefined],
      ['OUTCOME', 502],
      ['INTENT', undefined],
      ['OUTCOME', 502],
      ['INTENT', undefined],
      ['OUTCOME', 502],
    ]);
  });
  it('a 502 or 503 to a write is passed on after one attempt', async () => {
    await fault('ers', { status: 503, headers: OUTCOME_HEADERS, body: outcome('transient') });
    const arrivals = await watch(stack);
    const answer = await call(ACCEPT_REFERRAL, { method: 'POST', headers: { 'If-Match': 'W/"1"' } });
    expect([answer.status, answer.text, (await arrivals('ers')).length]).toEqual([
      503,
      outcome('transient'),
      1,
    ]);
  });

  const DIRECT: [string, number, string, PartnerRequest][] = [
    ['no such referral', 404, '/FHIR/STU3/ReferralRequest/000000099999', {}],
    ['the wrong kind of request', 422, '/FHIR/STU3/ReferralRequest/000000070001', {}],
    ['a patient that cannot be used', 422, '/FHIR/STU3/ReferralRequest/000000070009', {}],
    ['no such attachment, R4', 404, '/FHIR/R4/Binary/00000000-0000-4000-8000-000000000000', {}],
    ['a stale version', 412, ACCEPT_REFERRAL, { method: 'POST', headers: { 'If-Match': 'W/"9"' } }],
    ['a type not to be had', 406, REFERRAL, { headers: { Accept: 'application/xml' } }],
    [
      'a history that is not supported',
      400,
      '/FHIR/STU3/Task?focus=ReferralRequest/000000070000/_history/5&intent=proposal&status=ready',
      {},
    ],
    ['a good answer', 200, REFERRAL, {}],
    ['a PDF', 200, CLINICAL, { method: 'POST' }],
  ];
  it.each(DIRECT)('is the same as from e-RS directly: %s, %i', async (_name, status, path, request) => {
    const { access_token: token } = await stack.simulator.control<{ access_token: string }>(
      'POST',
      '/tokens',
      {
        apiKey,
        authType: 'app',
      },
    );
    const direct = await sendRequest(stack.simulator.apimUrl, `/referrals${path}`, {
      ...request,
      headers: { ...request.headers, Authorization: `Bearer ${token}` },
    });
    const answer = await call(path, request);
    expect([direct.status, answer.status]).toEqual([status, status]);
    const still = (text: string): string => text.replace(/"lastUpdated":"[^"]+"/g, '"lastUpdated":"then"');
    expect(still(answer.body.toString('latin1'))).toBe(still(direct.body.toString('latin1')));
    // All headers but those that differ for each call or belong to the connection.
    const own = ['x-correlation-id', 'cache-control', 'x-request-id', 'date', 'connection', 'keep-alive'];
    const theirs = pairsOf(direct).filter(([name]) => !own.includes(name));
    expect(Object.fromEntries(pairsOf(answer))).toMatchObject(Object.fromEntries(theirs));
    expect(answer.header('x-request-id')).toMatch(/^[0-9a-f-]{36}-1$/);
  });
});

describe('a misconfiguration of the APIM application is named', () => {
  const NAMED: [string, object, string, number, string][] = [
    ['no ASID, STU3', { attributes: 'asid' }, REFERRAL, 403, 'ASID_NOT_CONFIGURED'],
    ['no ASID, R4', { attributes: 'asid' }, BINARY, 403, 'ASID_NOT_CONFIGURED'],
    ['no organisation', { attributes: 'app-restricted-ods-code' }, REFERRAL, 500, 'ODS_CODE_NOT_CONFIGURED'],
    ['no user id', { attributes: 'app-restricted-user-id' }, REFERRAL, 500, 'USER_ID_NOT_CONFIGURED'],
  ];
  beforeAll(() => newIdentity());

  it.each(NAMED)('%s', async (_name, wrong, path, status, diagnosis) => {
    await reconfigure({ attributes: without((wrong as { attributes: string }).attributes) });
    const answer = await call(path);
    expect([
      answer.status,
      answer.header('gatehouse-diagnosis'),
      answer.header('gatehouse-error-source'),
    ]).toEqual([status, diagnosis, 'upstream']);
    expect(answer.text).toMatch(
      status === 403 ? /ASID is not configured in the application/ : /Unresolved variable/,
    );
    if (path === BINARY) expect(answer.text).toContain('https://www.hl7.org/fhir/R4/operationoutcome.html');
    expect((await trailOf(stack, answer))[1]).toMatchObject({
      outcome: 'FAILED',
      upstreamStatus: status,
      diagnosis,
    });
    await reconfigure({});
    expect((await call(REFERRAL)).header('gatehouse-diagnosis')).toBeNull();
  });

  it.each([
    ['STU3, where only WWW-Authenticate says so', REFERRAL],
    ['R4', BINARY],
  ])(
    'no e-RS product, %s: 502, since the caller’s own key is right; no new token is requested',
    async (_name, path) => {
      await call(CODES);
      await reconfigure({ products: ['some-other-api'] });
      const arrivals = await watch(stack);
      const answer = await call(path);
      expect(verdictOf(answer)).toEqual({ status: 502, code: 'GW_UPSTREAM_TOKEN' });
      expect(answer.header('gatehouse-diagnosis')).toBe('NOT_SUBSCRIBED');
      expect(refusalIn(answer).words).toMatch(
        /Your own credential is in order\. .* approved and subscribed to e-RS\. Who must act: platform team\.$/,
      );
      const hits = await arrivals();
      expect(hits.map(({ target }) => target)).toEqual(['ers']);
      expect((await trailOf(stack, answer))[1]).toMatchObject({
        upstreamStatus: 401,
        diagnosis: 'NOT_SUBSCRIBED',
      });
      await reconfigure({});
    },
  );
});

describe('F14b: a 401 about our token', () => {
  beforeEach(() => newIdentity());

  it('is resolved for a read with one new token, unnoticed by the caller', async () => {
    expect((await call(REFERRAL)).status).toBe(200);
    await stack.simulator.control('POST', '/tokens/revoke', { apiKey });
    const arrivals = await watch(stack);
    const answer = await call(REFERRAL);
    expect(answer.status).toBe(200);
    expect(answer.header('www-authenticate')).toBeNull();
    const hits = await arrivals();
    expect(
      hits.filter(({ target }) => target !== 'kms').map(({ target, status }) => [target, status]),
    ).toEqual([
      ['ers', 401],
      ['token', 200],
      ['ers', 200],
    ]);
    const trail = await trailOf(stack, answer);
    expect(trail.map(({ kind, outcome: outcomeName }) => [kind, outcomeName])).toEqual([
      ['INTENT', undefined],
      ['OUTCOME', 'FAILED'],
      ['INTENT', undefined],
      ['OUTCOME', 'COMPLETED'],
    ]);
    expect(trail[0]?.['tokenIdHash']).not.toBe(trail[2]?.['tokenIdHash']);
  });
  it.each([
    ['STU3, empty', REFERRAL, ''],
    ['R4', BINARY, outcome('login', 'invalid access token')],
    [
      'assurance too low',
      REFERRAL,
      outcome('login', 'The authentication method utilised is not currently supported.'),
    ],
    ['identity not proved', REFERRAL, outcome('forbidden', "We couldn't verify your identity.")],
  ])('that persists becomes a 502: %s', async (_name, path, body) => {
    // First a token that works, so that the rejected one is not the first.
    expect((await call(CODES)).status).toBe(200);
    await fault('ers', {
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer realm="null",error="invalid_token"', ...OUTCOME_HEADERS },
      body,
    });
    const arrivals = await watch(stack);
    const answer = await call(path);
    expect(refusalIn(answer)).toMatchObject({ status: 502, code: 'GW_UPSTREAM_TOKEN' });
    expect(answer.header('www-authenticate')).toBeNull();
    const hits = await arrivals();
    const countOf = (target: Arrival['target']) => hits.filter((hit) => hit.target === target).length;
    expect([countOf('ers'), countOf('token')]).toEqual([2, 1]);
    // A new token would be rejected, too: for a while none is requested and nothing is sent.
    expect(verdictOf(await call(path))).toEqual({ status: 502, code: 'GW_UPSTREAM_TOKEN' });
    expect((await arrivals()).length).toBe(hits.length);
  });
  it('never makes Gatehouse send a write again', async () => {
    expect((await call(CODES)).status).toBe(200);
    await stack.simulator.control('POST', '/tokens/revoke', { apiKey });
    await stack.simulator.control('POST', '/referrals', { ubrn: '000000083001', state: 'BOOKED' });
    const arrivals = await watch(stack);
    const accept = () => call(ACCEPT_REFERRAL, { method: 'POST', headers: { 'If-Match': 'W/"1"' } });
    const answer = await accept();
    expect(verdictOf(answer)).toEqual({ status: 502, code: 'GW_UPSTREAM_TOKEN' });
    expect(answer.header('gatehouse-delivery')).toBe('sent');
    expect((await arrivals('ers')).map(({ status }) => status)).toEqual([401]);
    // The rejected token is dropped all the same: the caller's own second attempt succeeds.
    expect((await accept()).status).toBe(200);
  });
  it('of an application whose approval was withdrawn is followed by a refusal of the token endpoint', async () => {
    await call(CODES);
    await reconfigure({ status: 'revoked' });
    const answer = await call(REFERRAL);
    expect(verdictOf(answer)).toEqual({ status: 502, code: 'GW_TOKEN_REFUSED' });
  });
});

describe('an answer that must not pass', () => {
  beforeAll(() => newIdentity());

  const WITHHELD: [string, string, object, string][] = [
    ['an HTML page with 200', REFERRAL, { scenario: 'html-200' }, 'GW_UPSTREAM_PROTOCOL'],
    [
      'an HTML page with 503',
      REFERRAL,
      {
        status: 503,
        headers: { 'Content-Type': 'TEXT/HTML; charset=utf-8', 'Retry-After': '60' },
        body: '<h1>x</h1>',
      },
      'GW_UPSTREAM_PROTOCOL',
    ],
    ['our own token in the body', REFERRAL, { scenario: 'echo-auth' }, 'GW_UPSTREAM_PROTOCOL'],
    ["another call's answer", REFERRAL, { scenario: 'other-corr' }, 'GW_UPSTREAM_PROTOCOL'],
    ['a redirect to http', BINARY, { scenario: '307-http' }, 'GW_UPSTREAM_REDIRECT'],
    ['a redirect to a foreign host', BINARY, { scenario: '307-foreign-host' }, 'GW_UPSTREAM_REDIRECT'],
    [
      'a redirect with a name in it',
      BINARY,
      { status: 307, headers: { Location: 'https://object-store.invalid@evil.example/x' } },
      'GW_UPSTREAM_REDIRECT',
    ],
    ['a redirect to nowhere', BINARY, { status: 302 }, 'GW_UPSTREAM_REDIRECT'],
  ];
  it.each(WITHHELD)(
    '%s: is withheld and recorded, and the caller gets a 502',
    async (_name, path, answerFault, code) => {
      await fault('ers', answerFault);
      const arrivals = await watch(stack);
      const answer = await call(path);
      expect(verdictOf(answer)).toEqual({ status: 502, code });
      expect(answer.text).not.toMatch(/<h1>|evil|object-store\.invalid|Bearer/);
      expect(answer.header('location')).toBeNull();
      expect(await arrivals('ers')).toHaveLength(1);
      expect(await arrivals('object-store')).toEqual([]);
      expect((await trailOf(stack, answer))[1]).toMatchObject({
        outcome: 'WITHHELD',
        code,
        status: null,
        upstreamStatus: expect.any(Number) as number,
      });
    },
  );

  it('Set-Cookie is dropped, Cache-Control becomes no-store, and the rest passes', async () => {
    await fault('ers', { scenario: 'set-cookie' }, 1);
    const cookie = await call(REFERRAL);
    expect([cookie.status, cookie.header('set-cookie')]).toEqual([200, null]);
    expect(JSON.parse(cookie.text)).toMatchObject({ resourceType: 'ReferralRequest' });
    await fault('ers', { scenario: 'cache' }, 1);
    const cached = await call(REFERRAL);
    expect(pairsOf(cached).filter(([name]) => name === 'cache-control')).toEqual([
      ['cache-control', 'no-store'],
    ]);
  });
  it("A042's redirect to the object store is passed on, and never followed", async () => {
    const arrivals = await watch(stack);
    const answer = await call(BINARY);
    expect(answer.status).toBe(307);
    expect(answer.header('location')).toMatch(new RegExp(`^${stack.simulator.objectStoreUrl}/.+\\?.+`));
    expect(await arrivals('object-store')).toEqual([]);
    await fault('ers', { scenario: '307-loop' });
    const loop = await call(BINARY);
    expect([loop.status, loop.header('location')]).toEqual([307, `${stack.simulator.objectStoreUrl}/loop/1`]);
  });
});

describe('large and binary answers', () => {
  beforeAll(() => newIdentity());

  const SIZE = 5 * 1024 * 1024;
  /** Every byte value, in a sequence whose period no chunk size divides. */
  const noise = (bytes: number): Buffer => {
    const out = Buffer.alloc(bytes);
    let state = 7;
    for (let at = 0; at < bytes; at += 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      out[at] = state >>> 16;
    }
    return out;
  };
  const LARGE = noise(SIZE);
  const PDF_HEADERS = {
    'Content-Type': 'application/pdf',
    'Content-Disposition': 'attachment; filename="caf\u00e9 \u2116.pdf"'.replace('\u2116', 'no'),
    ETag: 'W/"6"',
    'Last-Modified': 'Mon, 02 Mar 2026 09:00:00 GMT',
    'Content-Language': 'en-GB',
    Vary: 'Accept',
    Pragma: 'no-cache',
    'Request-Duration': '120',
    'X-Request-ID': 'ers-large-1',
  };
  const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const pdfRequest = { method: 'POST', headers: { Accept: 'application/pdf' } };

  it('5 MiB of known length are streamed, with every byte and header', async () => {
    await fault('ers', { status: 200, headers: PDF_HEADERS, bodyBase64: LARGE.toString('base64') });
    const answer = await call(CLINICAL, pdfRequest);
    expect([answer.status, answer.brokenOff, answer.body.length]).toEqual([200, false, SIZE]);
    expect(answer.body.equals(LARGE)).toBe(true);
    expect(Object.fromEntries(pairsOf(answer))).toEqual({
      ...lowered(PDF_HEADERS),
      ...ours(answer, { error: false, length: SIZE }),
    });
    const trail = await ended(answer);
    expect(trail.map(({ kind }) => kind)).toEqual(['INTENT', 'OUTCOME', 'END']);
    expect(trail[1]).toMatchObject({
      upstreamStatus: 200,
      status: 200,
      upstreamRequestId: 'ers-large-1',
      responseBytes: null,
    });
    expect(trail[2]).toMatchObject({ delivery: 'complete', responseBytes: SIZE, responseSha256: sha(LARGE) });
  });
  it('3 MiB in chunks of unknown length are streamed, too', async () => {
    const body = LARGE.subarray(0, 3 * 1024 * 1024);
    const chunks: Buffer[] = [];
    for (let at = 0; at < body.length; at += 100_003) {
      const part = body.subarray(at, at + 100_003);
      chunks.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
    }
    const head =
      'HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nTransfer-Encoding: chunked\r\nX-Request-ID: ers-chunked-1\r\n\r\n';
    const raw = Buffer.concat([Buffer.from(head), ...chunks, Buffer.from('0\r\n\r\n')]);
    await fault('ers', { rawResponseBase64: raw.toString('base64') });
    const answer = await call(CLINICAL, pdfRequest);
    expect([answer.status, answer.brokenOff, answer.header('content-length')]).toEqual([200, false, null]);
    expect(answer.body.equals(body)).toBe(true);
    expect((await ended(answer))[2]).toMatchObject({
      delivery: 'complete',
      responseBytes: body.length,
      responseSha256: sha(body),
    });
  });
  it('a binary answer with every byte value is buffered and passes whole', async () => {
    const body = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, at) => at)), noise(1000)]);
    await fault('ers', { status: 200, headers: PDF_HEADERS, bodyBase64: body.toString('base64') });
    const answer = await call(CLINICAL, pdfRequest);
    expect(answer.body.equals(body)).toBe(true);
    expect((await trailOf(stack, answer))[1]).toMatchObject({
      responseBytes: body.length,
      responseSha256: sha(body),
    });
  });
  it.each([
    ['small', 2_000],
    ['streamed', 2 * 1024 * 1024],
  ])('gzip stays gzip, %s, and is requested only if the caller accepts it', async (_name, bytes) => {
    const plain = noise(bytes);
    const packed = gzipSync(plain);
    await fault('ers', {
      status: 200,
      headers: { 'Content-Type': 'application/pdf', 'Content-Encoding': 'gzip' },
      bodyBase64: packed.toString('base64'),
    });
    const arrivals = await watch(stack);
    const answer = await call(CLINICAL, { method: 'POST', headers: { 'Accept-Encoding': 'br, gzip;q=0.5' } });
    expect(answer.header('content-encoding')).toBe('gzip');
    expect(answer.body.equals(packed)).toBe(true);
    expect(gunzipSync(answer.body).equals(plain)).toBe(true);
    await call(CLINICAL, { method: 'POST', headers: { 'Accept-Encoding': 'br, gzip;q=0' } });
    const encodings = (await arrivals('ers')).map(
      ({ headers }) => headers.find(([name]) => name.toLowerCase() === 'accept-encoding')?.[1],
    );
    expect(encodings).toEqual(['gzip', 'identity']);
  });
  it('HEAD returns the headers of the resource, with its length, and no body', async () => {
    const options = { key: referrer.clientKey };
    const get = await call('/FHIR/R4/HealthcareService/1', options);
    const head = await call('/FHIR/R4/HealthcareService/1', { ...options, method: 'HEAD' });
    expect([get.status, head.status, head.body.length]).toEqual([200, 200, 0]);
    expect(head.header('etag')).toBe(get.header('etag'));
  });
  it('an answer that breaks off also breaks off for the caller, and END records how many bytes arrived', async () => {
    await fault('ers', {
      status: 200,
      headers: PDF_HEADERS,
      bodyBase64: LARGE.toString('base64'),
      resetAtByte: 2_000_000,
    });
    const answer = await call(CLINICAL, pdfRequest);
    expect([answer.status, answer.brokenOff]).toEqual([200, true]);
    expect(LARGE.subarray(0, answer.body.length).equals(answer.body)).toBe(true);
    const [, , end] = await ended(answer);
    expect(end).toMatchObject({ kind: 'END', delivery: 'aborted' });
    expect(Number(end?.['responseBytes'])).toBeLessThanOrEqual(2_000_000);
  });
  it('our own token within a stream breaks the stream off before the token is complete', async () => {
    await newIdentity();
    const token = `known-${'t'.repeat(40)}-end`;
    await fault('token', {
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ access_token: token, expires_in: '599', token_type: 'Bearer' }),
    });
    const body = Buffer.concat([noise(2_000_000), Buffer.from(token), noise(1_000_000)]);
    // The simulator doesn't know that token, so it can't attribute the call.
    await stack.simulator.control('POST', '/faults', {
      target: 'ers',
      fault: { status: 200, headers: PDF_HEADERS, bodyBase64: body.toString('base64') },
    });
    const answer = await call(CLINICAL, pdfRequest);
    expect([answer.status, answer.brokenOff]).toEqual([200, true]);
    expect(answer.body.includes(token)).toBe(false);
    expect((await ended(answer))[2]).toMatchObject({ delivery: 'aborted' });
  });
});

/** The audit trail once it holds END, which is written after the last byte. */
async function ended(answer: Answer): Promise<AuditRecord[]> {
  let trail: AuditRecord[] = [];
  await until('END is recorded', async () => {
    trail = await trailOf(stack, answer);
    return trail.some(({ kind }) => kind === 'END');
  });
  return trail;
}
