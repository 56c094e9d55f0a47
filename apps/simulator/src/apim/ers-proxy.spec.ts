import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHarness, type Harness } from '../testing/harness.js';
import { rawRequest, sendRaw, type RawResponse } from '../testing/raw-request.js';

let h: Harness;
const KEY = 'key-of-r69';
const STU3 = '/FHIR/STU3/CodeSystem/SPECIALTY';
const R4 = '/FHIR/R4/Binary/c5d2d200-7613-4a69-9c5f-1bb68e04b8d8';
const USER_HEADERS = {
  'NHSD-End-User-Organisation-ODS': 'R69',
  'NHSD-eRS-Business-Function': 'SERVICE_PROVIDER_CLINICIAN',
};

beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(async () => {
  await h.control('POST', '/reset');
  await h.control('POST', '/options', { rateLimits: false, relationships: 'enforced' });
  await h.putApp(KEY);
});

const bearer = async (user?: Record<string, unknown>) => ({
  Authorization: `Bearer ${await h.token(KEY, user)}`,
  'X-Correlation-ID': 'corr-1',
  'X-Request-ID': 'mine',
});
const as = async (path: string, user?: Record<string, unknown>, headers: Record<string, string> = {}) =>
  h.ers('GET', path, { ...(await bearer(user)), ...(user === undefined ? {} : USER_HEADERS), ...headers });

const R4_SHAPE = [
  'https://www.hl7.org/fhir/R4/operationoutcome.html',
  'https://fhir.nhs.uk/CodeSystem/NHSD-API-ErrorOrWarningCode',
] as const;
const STU3_SHAPE = [
  'https://fhir.nhs.uk/STU3/StructureDefinition/eRS-OperationOutcome-1',
  'https://fhir.nhs.uk/STU3/CodeSystem/eRS-APIErrorCode-1',
] as const;

/** APIM's OperationOutcome, letter for letter but for its time. */
function expectOutcome(
  response: RawResponse,
  statusLine: string,
  isR4: boolean,
  issue: string,
  code: string,
  diagnostics?: string,
): void {
  const [profile, system] = isR4 ? R4_SHAPE : STU3_SHAPE;
  expect(response.statusLine).toBe(`HTTP/1.1 ${statusLine}`);
  expect(response.headers['content-type']).toBe('application/fhir+json');
  expect(response.headers['x-correlation-id']).toBe('corr-1');
  const body = response.body.replace(/"lastUpdated":"[^"]+"/, '"lastUpdated":"T"');
  expect(body).toBe(
    JSON.stringify({
      resourceType: 'OperationOutcome',
      meta: { lastUpdated: 'T', profile: [profile] },
      issue: [
        {
          severity: 'error',
          code: issue,
          details: { coding: [{ system, code }] },
          ...(diagnostics === undefined ? {} : { diagnostics }),
        },
      ],
    }),
  );
}

function expectEmpty(response: RawResponse, statusLine: string): void {
  expect([response.statusLine, response.headers['content-length'], response.body]).toEqual([
    `HTTP/1.1 ${statusLine}`,
    '0',
    '',
  ]);
  expect(response.headers['x-correlation-id']).toBe('corr-1');
}

const INVALID_TOKEN = 'error="invalid_token"';

describe('the access token (docs/reference/protocol-facts.md §1.7)', () => {
  const tokens: [string, () => Promise<Record<string, string>>][] = [
    ['missing', () => Promise.resolve({})],
    ['unknown', () => Promise.resolve({ Authorization: 'Bearer 99999999999999999999999999999999' })],
    ['without Bearer', async () => ({ Authorization: await h.token(KEY) })],
    [
      'of a revoked token',
      async () => {
        const headers = await bearer();
        await h.control('POST', '/tokens/revoke', { apiKey: KEY });
        return headers;
      },
    ],
    [
      'expired',
      async () => {
        const { access_token: token } = await h.control<{ access_token: string }>('POST', '/tokens', {
          apiKey: KEY,
          authType: 'app',
          lifeMs: -1,
        });
        return { Authorization: `Bearer ${token}` };
      },
    ],
  ];
  it.each(tokens)(
    '%s: STU3 401, empty, with WWW-Authenticate and the caller’s X-Request-ID',
    async (_name, headers) => {
      const response = await h.ers('GET', STU3, {
        ...(await headers()),
        'X-Correlation-ID': 'corr-1',
        'X-Request-ID': 'mine',
      });
      expectEmpty(response, '401 Unauthorized');
      expect(response.headers['www-authenticate']).toContain(INVALID_TOKEN);
      expect(response.headers['x-request-id']).toBe('mine');
    },
  );
  it.each(tokens)('%s: R4 401 with an outcome', async (_name, headers) => {
    const response = await h.ers('GET', R4, {
      ...(await headers()),
      'X-Correlation-ID': 'corr-1',
      'X-Request-ID': 'mine',
    });
    expectOutcome(response, '401 Unauthorized', true, 'login', 'ACCESS_DENIED', 'invalid access token');
    expect(response.headers['www-authenticate']).toContain(INVALID_TOKEN);
    expect(response.headers['x-request-id']).toBe('mine');
  });
  it('of an application without the e-RS product', async () => {
    await h.putApp(KEY, { products: ['another-api'] });
    const stu3 = await as(STU3);
    expectEmpty(stu3, '401 Unauthorized');
    expect(stu3.headers['www-authenticate']).toContain('Invalid API call as no apiproduct match found');
    expectOutcome(
      await as(R4),
      '401 Unauthorized',
      true,
      'login',
      'ACCESS_DENIED',
      'Invalid API call as no apiproduct match found',
    );
  });
  it.each([
    [STU3, false, 'NO_ACCESS'],
    [R4, true, 'ACCESS_DENIED'],
  ] as const)('of AAL1 on %s', async (path, isR4, code) => {
    expectOutcome(
      await as(path, { aal: 1 }),
      '401 Unauthorized',
      isR4,
      'login',
      code,
      'The authentication method utilised is not currently supported. Contact your local Registration Authority or IT department for help.',
    );
  });
  it.each([2, 3])('of AAL%i is accepted', async (aal) => {
    expect((await as(STU3, { aal })).status).toBe(200);
  });
  it.each([
    [STU3, false, 'NO_ACCESS'],
    [R4, true, 'ACCESS_DENIED'],
  ] as const)('of IAL2 on %s', async (path, isR4, code) => {
    expectOutcome(
      await as(path, { ial: 2 }),
      '401 Unauthorized',
      isR4,
      'forbidden',
      code,
      "We couldn't verify your identity. Contact your local Registration Authority or IT department for help.",
    );
  });
});

describe('the application', () => {
  it.each([
    [STU3, false, 'NO_ACCESS', undefined],
    [R4, true, 'ACCESS_DENIED', ''],
  ] as const)('without ASID on %s', async (path, isR4, code, asid) => {
    await h.putApp(KEY, { attributes: { asid } });
    expectOutcome(
      await as(path),
      '403 Forbidden',
      isR4,
      'forbidden',
      code,
      'ASID is not configured in the application',
    );
  });
  it.each(['app-restricted-ods-code', 'app-restricted-user-id'])(
    'without %s is Apigee’s own 500',
    async (attribute) => {
      await h.putApp(KEY, { attributes: { [attribute]: undefined } });
      const response = await as(STU3);
      expect(response.statusLine).toBe('HTTP/1.1 500 Internal Server Error');
      expect(response.body).toBe(
        `{"fault":{"faultstring":"Unresolved variable : app.${attribute}","detail":{"errorcode":"entities.UnresolvedVariable"}}}`,
      );
    },
  );
  it('without a business function silently becomes a provider', async () => {
    await h.putApp(KEY, { attributes: { 'app-restricted-business-function': undefined } });
    expect((await as(R4)).status).toBe(307);
    expect((await as('/FHIR/R4/HealthcareService/1')).status).toBe(403);
  });
  it.each(['x-ers-ods-code', 'X-ERS-Business-Function', 'x-ers-user-id'])(
    'must not send %s: 403, empty text/plain',
    async (header) => {
      const response = await as(STU3, undefined, { [header]: 'R69' });
      expectEmpty(response, '403 Forbidden');
      expect(response.headers['content-type']).toBe('text/plain');
    },
  );
  it('gets the same with a token of neither a user nor an application', async () => {
    const { access_token: token } = await h.control<{ access_token: string }>('POST', '/tokens', {
      apiKey: KEY,
      authType: 'odd',
    });
    const response = await h.ers('GET', STU3, {
      Authorization: `Bearer ${token}`,
      'X-Correlation-ID': 'corr-1',
    });
    expectEmpty(response, '403 Forbidden');
    expect(response.headers['content-type']).toBe('text/plain');
  });
  it('acts for its own organisation, whatever the NHSD-* headers say', async () => {
    await h.control('POST', '/referrals', { ubrn: '000000090001', organisations: ['X26'] });
    const response = await as('/FHIR/STU3/ReferralRequest/000000090001', undefined, {
      'NHSD-End-User-Organisation-ODS': 'X26',
    });
    expect(response.status).toBe(422);
    expect((await h.requests()).at(-1)).toMatchObject({
      odsCode: 'R69',
      accessMode: 'application-restricted',
      asid: '200000002454',
      interaction: 'A005',
    });
  });
});

describe('the user', () => {
  it.each(['PROVIDER_AUTHORISED_APPLICATION', 'REFERRER_AUTHORISED_APPLICATION', 'AUTHORISED_APPLICATION'])(
    'must not claim %s',
    async (businessFunction) => {
      expectOutcome(
        await as(STU3, {}, { 'NHSD-eRS-Business-Function': businessFunction }),
        '403 Forbidden',
        false,
        'forbidden',
        'NO_ACCESS',
        'User does not have the required Business Function at the specified Organisation.',
      );
    },
  );
  it('names the organisation itself, unchecked by default', async () => {
    expect(
      (await as('/FHIR/STU3/ReferralRequest/000000070006', {}, { 'NHSD-End-User-Organisation-ODS': 'X26' }))
        .status,
    ).toBe(200);
  });
  const listed = { 'euo-allowlist-required': 'true', 'euo-allowlist': 'RCD,X26' };
  it.each([
    [STU3, false],
    [R4, true],
  ] as const)('under an allow-list on %s', async (path, isR4) => {
    await h.putApp(KEY, { attributes: listed });
    const without = await h.ers('GET', path, {
      ...(await bearer({})),
      'NHSD-eRS-Business-Function': 'SERVICE_PROVIDER_CLINICIAN',
    });
    expectOutcome(
      without,
      '400 Bad Request',
      isR4,
      'required',
      'MISSING_HEADER',
      'Missing or Empty NHSD-End-User-Organisation-ODS header.',
    );
    expectOutcome(
      await as(path, {}),
      '403 Forbidden',
      isR4,
      'forbidden',
      isR4 ? 'ACCESS_DENIED' : 'NO_ACCESS',
      'Unauthorised ODS code provided in NHSD-End-User-Organisation-ODS header',
    );
    expect((await as(path, {}, { 'NHSD-End-User-Organisation-ODS': 'X26' })).status).toBe(isR4 ? 307 : 200);
  });
  it('gets an outcome on R4 and an empty body on STU3 if the allow-list has an internal error', async () => {
    await h.putApp(KEY, { attributes: { 'euo-allowlist-required': 'true' } });
    expectOutcome(
      await as(R4, {}),
      '500 Internal Server Error',
      true,
      'exception',
      'SERVICE_ERROR',
      'Internal Server Error',
    );
    expectEmpty(await as(STU3, {}), '500 Internal Server Error');
  });
  it('sends x-ers-ods-code through when NHSD-End-User-Organisation-ODS is missing (fact U6)', async () => {
    const echo = await h.ers('GET', STU3, {
      ...(await bearer({ userId: '656005750104' })),
      'x-ers-ods-code': 'RCD',
      echo: '1',
    });
    expect(JSON.parse(echo.body)).toMatchObject({
      headers: {
        'x-ers-ods-code': 'RCD',
        'x-ers-user-id': '656005750104',
        xapi_asid: '200000002454',
        'x-ers-access-mode': 'user-restricted',
      },
    });
  });
});

describe('rate limits', () => {
  it.each([
    [STU3, false],
    [R4, true],
  ] as const)('spike arrest on %s', async (path, isR4) => {
    await h.control('POST', '/options', { rateLimits: true });
    const headers = await bearer();
    const responses = await Promise.all([1, 2].map(() => h.ers('GET', path, headers)));
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    if (refused[0] === undefined) throw new Error('none was refused');
    if (isR4) expectOutcome(refused[0], '429 Too Many Requests', true, 'throttled', 'TOO_MANY_REQUESTS');
    else expectEmpty(refused[0], '429 Too Many Requests');
    expect(refused[0].headers['retry-after']).toBeUndefined();
  });
});

describe('e-RS itself', () => {
  const user = (headers: Record<string, string> = {}) => ({ ...USER_HEADERS, ...headers });
  it('STU3: its outcome', async () => {
    const response = await as('/FHIR/STU3/ReferralRequest/000000070006');
    expect(response.statusLine).toBe('HTTP/1.1 422 Unprocessable Entity');
    expect(JSON.parse(response.body)).toEqual({
      meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-OperationOutcome-1'] },
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'forbidden',
          details: {
            coding: [
              {
                system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-APIErrorCode-1',
                code: 'NO_RELATIONSHIP',
                display: 'No relationship',
              },
            ],
          },
          diagnostics: 'Organisation R69 does not have a legitimate relationship with the request',
        },
      ],
    });
  });
  it.each([
    ['/FHIR/R4/Binary/nothing', 404, 'http-error-codes', 'REC_NOT_FOUND'],
    ['/FHIR/R4/Binary/att-70000-pending', 422, 'ers-error-codes', 'PENDING'],
    ['/FHIR/R4/Binary/att-70000-threats', 422, 'ers-error-codes', 'THREATS_FOUND'],
    ['/FHIR/R4/Binary/att-70000-invalid', 422, 'ers-error-codes', 'VALIDATION_FAILED'],
    ['/FHIR/R4/Binary/of-x26', 403, 'ers-error-codes', 'NO_RELATIONSHIP'],
  ] as const)('R4 %s: %i, %s %s', async (path, status, system, code) => {
    await h.control('POST', '/attachments', { id: 'of-x26', sizeBytes: 10, organisations: ['X26'] });
    const response = await as(path);
    expect([response.status, response.headers['content-type']]).toEqual([status, 'application/fhir+json']);
    expect(JSON.parse(response.body)).toMatchObject({
      issue: [{ details: { coding: [{ system: `https://fhir.nhs.uk/CodeSystem/${system}`, code }] } }],
    });
  });
  it.each<[string, number, Record<string, string>, string]>([
    ['Accept', 406, { Accept: 'application/json' }, 'Not Acceptable'],
    ['Content-Type', 415, { 'Content-Type': 'application/json' }, 'Unsupported Media Type'],
  ])('wrong %s: %i text/plain', async (_name, status, headers, text) => {
    const response = await h.ers(
      'POST',
      '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
      { ...(await bearer()), 'Content-Type': 'application/fhir+json', ...headers },
      '{}',
    );
    expect([response.status, response.headers['content-type'], response.body]).toEqual([
      status,
      'text/plain',
      text,
    ]);
  });
  it.each([
    ['11002026', 502, 'PAS_RESPONDED_WITH_ERROR'],
    ['11002027', 504, 'PAS_NOT_RESPONDING'],
  ])('PAS behind slot %s: %i %s', async (slot, status, code) => {
    const booking = {
      resourceType: 'Appointment',
      status: 'booked',
      slot: [{ reference: `Slot/${slot}` }],
      incomingReferral: [{ reference: 'ReferralRequest/000000070005/_history/6' }],
    };
    const headers = {
      ...(await bearer({})),
      ...user({
        'NHSD-End-User-Organisation-ODS': 'A20047',
        'NHSD-eRS-Business-Function': 'REFERRING_CLINICIAN',
      }),
      'Content-Type': 'application/fhir+json',
    };
    const response = await h.ers('POST', '/FHIR/STU3/Appointment', headers, JSON.stringify(booking));
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ issue: [{ details: { coding: [{ code }] } }] });
    expect((await h.counters()).stateChanges).toBe(0);
  });
  it.each<[string, object, string, string]>([
    [
      'down: 503 with Retry-After',
      {
        status: 503,
        headers: { 'Retry-After': '120', 'Content-Type': 'application/fhir+json' },
        body: '{"resourceType":"OperationOutcome"}',
      },
      'HTTP/1.1 503 Service Unavailable',
      '{"resourceType":"OperationOutcome"}',
    ],
    [
      'crashed: 500 plain text',
      {
        status: 500,
        headers: { 'Content-Type': 'text/plain' },
        body: ' - The server encountered an unexpected condition that prevented it from fulfilling the request.',
      },
      'HTTP/1.1 500 Internal Server Error',
      ' - The server encountered an unexpected condition that prevented it from fulfilling the request.',
    ],
    ['locked: 423', { status: 423, body: '{}' }, 'HTTP/1.1 423 Locked', '{}'],
  ])('%s, by fault', async (_name, fault, statusLine, body) => {
    await h.control('POST', '/faults', { target: 'ers', match: { pathPrefix: '/FHIR/STU3' }, fault });
    const response = await as(STU3);
    expect([response.statusLine, response.body]).toEqual([statusLine, body]);
    if (statusLine.includes('503')) expect(response.headers['retry-after']).toBe('120');
  });
});

describe('around the proxy', () => {
  it('each answer has its own X-Request-ID, echoes X-Correlation-ID and forbids caching', async () => {
    const [first, second] = [await as(STU3), await as(STU3)];
    expect(first.headers).toMatchObject({
      'x-correlation-id': 'corr-1',
      'cache-control': 'no-cache,no-store',
      'content-type': 'application/fhir+json',
    });
    expect(first.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}-1$/);
    expect(first.headers['x-request-id']).not.toBe(second.headers['x-request-id']);
    expect(
      first.headerNames.filter((name) => name.startsWith('x-ers') || name === 'nhsd-correlation-id'),
    ).toEqual([]);
  });
  it('/_ping needs no credential, /_status needs an API key', async () => {
    const get = (path: string, headers = {}) => sendRaw(h.sim.apimUrl, rawRequest('GET', path, headers));
    expect((await get('/referrals/_ping')).status).toBe(200);
    expect((await get('/referrals/_status')).status).toBe(401);
    expect((await get('/referrals/_status', { apikey: KEY })).status).toBe(200);
    expect((await get('/nothing')).body).toContain('messaging.adaptors.http.flow.ApplicationNotFound');
  });
});
