/** The client against an HTTP server on this machine. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createClient,
  type GatehouseClient,
  GatehouseError,
  newSignIn,
  OPERATIONS,
  OWN_OPERATIONS,
} from './index.js';

interface Arrival {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Reply = (response: ServerResponse, request: IncomingMessage) => void;

const KEY = 'gh_the-key-of-the-test';
const UBRN = '000000070000';
const arrivals: Arrival[] = [];
/** The answers to come; the last one is given again and again. */
let replies: Reply[] = [];
let url: string;
let client: GatehouseClient;

const server = createServer((request, response) => {
  void buffer(request).then((body) => {
    const { method = '', url: target = '', headers } = request;
    arrivals.push({ method, target, headers, body: body.toString() });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    reply?.(response, request);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = createClient({ url, key: KEY, retry: { pauseMs: 1 } });
});
beforeEach(() => {
  arrivals.length = 0;
  replies = [ok];
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const ok: Reply = (response) =>
  response
    .writeHead(200, {
      'Content-Type': 'application/fhir+json',
      ETag: 'W/"5"',
      'Gatehouse-Attempt-Id': 'attempt',
      'Gatehouse-Rate-Remaining': '599',
    })
    .end('{"resourceType":"ReferralRequest"}');
const refusing =
  (status: number, code: string, headers: Record<string, string> = {}): Reply =>
  (response) => {
    const body = {
      resourceType: 'OperationOutcome',
      issue: [{ diagnostics: `What was wrong with ${code}.` }],
    };
    response
      .writeHead(status, { 'Gatehouse-Error-Source': 'gateway', 'Gatehouse-Error-Code': code, ...headers })
      .end(JSON.stringify(body));
  };
const breaking: Reply = (_, request) => request.socket.destroy();

async function errorOf(call: Promise<unknown>): Promise<GatehouseError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GatehouseError) return error;
  throw new Error('it did not fail as it should', { cause: error });
}
const accept = (options = {}) => client.a013AcceptReferral({ ubrn: UBRN, ifMatch: 'W/"5"' }, options);

describe('a call', () => {
  it('has a method for every interaction of the catalogue, which is called as the catalogue says', () => {
    const named = Object.entries(OPERATIONS).map(([name, { method, path, reads, body }]) => {
      const words = name.replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z]|$)/g, '$1$2-').toLowerCase();
      return [words.replaceAll('a-and-g', 'a&g'), method, path, reads, body];
    });
    expect(named).toEqual(
      CATALOGUE.map(({ operationId, method, path, readOnly, body }) => [
        operationId,
        method,
        path,
        readOnly,
        body?.kind ?? null,
      ]),
    );
    expect(Object.keys(client)).toEqual(Object.keys({ ...OPERATIONS, ...OWN_OPERATIONS }));
  });

  it('sends what it is given, and returns what e-RS answers', async () => {
    const answer = await client.a014RejectReferral(
      { ubrn: UBRN, ifMatch: 'W/"5"', body: { resourceType: 'Parameters' } },
      {
        organisation: 'R69',
        product: 'ReferWell',
        capability: 'provider',
        userSession: 'handle',
        background: true,
        businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN',
        onBehalfOf: '021600556514',
        correlationId: 'my-id',
      },
    );
    const [{ headers, ...arrival } = { headers: {} }] = arrivals;
    expect(arrival).toEqual({
      method: 'POST',
      target: `/FHIR/STU3/ReferralRequest/${UBRN}/$ers.rejectReferral`,
      body: '{"resourceType":"Parameters"}',
    });
    expect(headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/fhir+json',
      'if-match': 'W/"5"',
      'nhsd-end-user-organisation-ods': 'R69',
      'gatehouse-product': 'ReferWell',
      'gatehouse-capability': 'provider',
      'gatehouse-user-session': 'handle',
      'gatehouse-user-activity': 'background',
      'nhsd-ers-business-function': 'SERVICE_PROVIDER_CLINICIAN_ADMIN',
      'nhsd-ers-on-behalf-of-user-id': '021600556514',
      'x-correlation-id': 'my-id',
    });
    const { status, etag, attemptId, rateRemaining, correlationId } = answer;
    expect([status, etag, attemptId, rateRemaining, correlationId]).toEqual([
      200,
      'W/"5"',
      'attempt',
      599,
      'my-id',
    ]);
    expect(await answer.json()).toEqual({ resourceType: 'ReferralRequest' });
  });

  it('sends a file with its type, name and length', async () => {
    const type = 'application/pdf';
    for (const content of [new Blob(['%PDF']), new Uint8Array([37, 80, 68, 70])])
      await client.a020UploadFileToDocumentStore({
        fileName: 'letter.pdf',
        referralId: UBRN,
        body: { content, type },
      });
    expect(
      arrivals.map(({ body, headers }) => [body, headers['content-length'], headers['content-type']]),
    ).toEqual(Array(2).fill(['%PDF', '4', type]));
    expect(arrivals[0]?.headers).toMatchObject({
      'nhsd-ers-file-name': 'letter.pdf',
      'nhsd-ers-referral-id': UBRN,
    });
  });

  it('encodes the query, and leaves out what is not given', async () => {
    await client.a025RetrieveAdviceAndGuidanceConversation({
      query: { 'based-on': `CommunicationRequest/${UBRN}`, _include: undefined as never },
    });
    expect(arrivals[0]?.target).toBe(`/FHIR/STU3/Communication?based-on=CommunicationRequest%2F${UBRN}`);
  });

  it('hands over a large body while it arrives', async () => {
    let finish = (): void => undefined;
    replies = [
      (response) => {
        response.writeHead(200).write('the beginning');
        finish = () => response.end();
      },
    ];
    const { body } = await client.a007RetrieveClinicalInformation({ ubrn: UBRN });
    const reader = body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('the beginning');
    finish();
    expect((await reader?.read())?.done).toBe(true);
  });

  it('does not follow the redirect of A042, which would take the key along', async () => {
    replies = [(response) => response.writeHead(307, { Location: `${url}/elsewhere` }).end()];
    const answer = await client.a042RetrieveAttachment({ binaryId: 'att-1-2' });
    expect([answer.status, answer.headers.get('location'), arrivals.length]).toEqual([
      307,
      `${url}/elsewhere`,
      1,
    ]);
  });
});

describe('what is Gatehouse’s own', () => {
  const HANDLE = 'ghu_test_the-handle';
  const answering =
    (status: number, body?: object): Reply =>
    (response) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body && JSON.stringify(body));

  it('has a method for every route of the partner listener that is no interaction', () => {
    const document = new URL('../../../docs/reference/partner-openapi.json', import.meta.url);
    const { paths } = JSON.parse(readFileSync(document, 'utf8')) as {
      paths: Record<string, Record<string, { operationId: string; requestBody?: unknown }>>;
    };
    const routes = Object.entries(paths)
      .filter(([path]) => !path.startsWith('/FHIR/'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { operationId, requestBody }]) => [
          ...[operationId, method.toUpperCase(), path, requestBody === undefined ? null : 'own'],
        ]),
      );
    expect(
      Object.entries(OWN_OPERATIONS).map(([name, { method, path, body }]) => [name, method, path, body]),
    ).toEqual(routes);
  });

  it('signs a user in with values that are new each time', async () => {
    const { state, codeVerifier, codeChallenge } = newSignIn();
    const again = newSignIn();
    expect(new Set([state, codeVerifier, codeChallenge, ...Object.values(again)]).size).toBe(6);
    for (const value of [state, codeVerifier, codeChallenge]) expect(value).toMatch(/^[\w-]{43}$/);
    replies = [answering(201, { loginId: '1', url: 'https://keys.gatehouse.example/login' })];
    const body = { product: 'ReferWell', returnTarget: 'https://app.example', state, codeChallenge };
    const login = await client.beginLogin({ body });
    expect((await login.json()).url).toBe('https://keys.gatehouse.example/login');
    expect(arrivals[0]).toMatchObject({
      ...{ method: 'POST', target: '/user-logins', body: JSON.stringify(body) },
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    });
    expect(arrivals[0]?.headers).not.toHaveProperty('gatehouse-user-session');
  });

  it('sends the handle of a session in its header alone', async () => {
    replies = [answering(200, { people: [] })];
    await client.showUserSession({ userSession: HANDLE }, { background: true });
    await client.listActedFor({ userSession: HANDLE });
    const role = { organisation: 'R69', businessFunction: 'REFERRING_CLINICIAN' } as const;
    await client.chooseRole({ userSession: HANDLE, body: role });
    replies = [answering(204)];
    const ended = await client.endUserSession({ userSession: HANDLE });
    expect([ended.status, ended.body]).toEqual([204, null]);
    expect(arrivals.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /user-session',
      'GET /user-session/on-behalf-of',
      'PUT /user-session/role',
      'DELETE /user-session',
    ]);
    for (const { headers, target, body } of arrivals) {
      expect(headers['gatehouse-user-session']).toBe(HANDLE);
      expect(target + body).not.toContain(HANDLE);
    }
    expect(arrivals[0]?.headers['gatehouse-user-activity']).toBe('background');
  });

  it('asks how a call would be decided, with the headers of that call', async () => {
    replies = [answering(200, { allowed: false, refusal: { code: 'GW_GRANT' } })];
    const body = { method: 'GET', path: `/FHIR/STU3/ReferralRequest/${UBRN}` };
    const options = { organisation: 'R69', userSession: HANDLE };
    const explanation = await (await client.explain({ body }, options)).json();
    expect([explanation.allowed, explanation.refusal?.code]).toEqual([false, 'GW_GRANT']);
    expect(arrivals[0]?.headers).toMatchObject({
      'nhsd-end-user-organisation-ods': 'R69',
      'gatehouse-user-session': HANDLE,
    });
  });

  it('is repeated where that does nothing twice, and a code is never sent twice', async () => {
    replies = [breaking];
    await errorOf(client.openUserSession({ body: { code: 'once', codeVerifier: newSignIn().codeVerifier } }));
    expect(arrivals).toHaveLength(1);
    await errorOf(client.explain({ body: { method: 'GET', path: '/FHIR/R4/PractitionerRole' } }));
    expect(arrivals).toHaveLength(5);
  });
});

describe('a failure', () => {
  it('is recognised by its code, and has what Gatehouse says', async () => {
    replies = [
      refusing(403, 'GW_GRANT', { 'Gatehouse-Attempt-Id': 'attempt', 'X-Correlation-ID': 'its-id' }),
    ];
    const { failure, message } = await errorOf(accept());
    expect(failure).toEqual({
      code: 'GW_GRANT',
      status: 403,
      whoActs: 'platform team',
      fate: 'NOT_SENT',
      correlationId: 'its-id',
      attemptId: 'attempt',
      retryAfterS: null,
      diagnosis: null,
    });
    expect(message).toBe('GW_GRANT: What was wrong with GW_GRANT.');
    if (failure.code === 'GW_GRANT') failure.whoActs satisfies 'platform team';
  });

  it('of HEAD, which has no body, is recognised by its code as well', async () => {
    replies = [refusing(403, 'GW_CAPABILITY')];
    const { failure } = await errorOf(client.a037RetrieveHealthcareServiceVersion({ serviceId: '1' }));
    expect(failure.code).toBe('GW_CAPABILITY');
  });

  it('of e-RS keeps its words out of the log', async () => {
    replies = [
      (response) =>
        response.writeHead(422, { 'Gatehouse-Error-Source': 'upstream' }).end('NHS number 9000000009'),
    ];
    const error = await errorOf(accept());
    expect([error.message, error.failure.code, error.failure.status]).toEqual([
      'e-RS answered 422.',
      'ERS_ERROR',
      422,
    ]);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('9000000009');
    expect(error.body()).toBe('NHS number 9000000009');
  });

  it('never shows the key', async () => {
    replies = [breaking];
    const error = await errorOf(accept());
    expect([error.failure.code, error.failure.fate]).toEqual(['NO_ANSWER', 'UNKNOWN']);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(KEY);
    const malformed = createClient({ url, key: () => `${KEY}\n` });
    const rejected: unknown = await malformed
      .a030RetrieveBusinessFunctions()
      .catch((reason: unknown) => reason);
    expect(inspect(rejected)).toMatch(/TypeError: The key of Gatehouse is empty or malformed/);
    expect(inspect(rejected)).not.toContain(KEY);
  });
});

describe('a repetition', () => {
  it('comes after Retry-After, with the same correlation id and a key asked for again', async () => {
    replies = [refusing(429, 'GW_RATE_LIMIT', { 'Retry-After': '1' }), ok];
    const keys = ['first', 'second'];
    const renewing = createClient({
      url,
      key: () => Promise.resolve(keys.shift() ?? ''),
      retry: { pauseMs: 1 },
    });
    const beganMs = performance.now();
    expect((await renewing.a013AcceptReferral({ ubrn: UBRN, ifMatch: 'W/"5"' })).status).toBe(200);
    expect(performance.now() - beganMs).toBeGreaterThan(990);
    expect(arrivals.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
    expect(new Set(arrivals.map(({ headers }) => headers['x-correlation-id'])).size).toBe(1);
  });

  it('comes for a read whose connection broke, three times at most', async () => {
    replies = [breaking];
    await errorOf(client.a005RetrieveReferralRequest({ ubrn: UBRN }));
    expect(arrivals).toHaveLength(4);
  });

  it.each([
    ['the connection broke', breaking],
    ['nobody knows', refusing(504, 'GW_DELIVERY_UNKNOWN', { 'Gatehouse-Delivery': 'unknown' })],
    ['it was answered', refusing(500, 'GW_DELIVERED_UNCONFIRMED', { 'Gatehouse-Delivery': 'sent' })],
  ])('never comes for a write of which it is uncertain that nothing was sent: %s', async (_, reply) => {
    replies = [reply];
    await errorOf(accept());
    expect(arrivals).toHaveLength(1);
  });

  it('can be switched off, for a call or for all', async () => {
    replies = [refusing(429, 'GW_RATE_LIMIT', { 'Retry-After': '0' })];
    await errorOf(accept({ retry: { retries: 0 } }));
    const calm = createClient({ url, key: KEY, retry: { retries: 0 } });
    await errorOf(calm.a030RetrieveBusinessFunctions());
    expect(arrivals).toHaveLength(2);
  });

  it('does not come once the call is aborted', async () => {
    replies = [refusing(429, 'GW_RATE_LIMIT', { 'Retry-After': '30' })];
    const controller = new AbortController();
    const reason = new Error('the user went away');
    const call = accept({ signal: controller.signal });
    setTimeout(() => {
      controller.abort(reason);
    }, 50);
    await expect(call).rejects.toBe(reason);
    await expect(accept({ signal: controller.signal })).rejects.toBe(reason);
    expect(arrivals).toHaveLength(1);
  });

  it('does not come for a call that is aborted while it waits for its answer', async () => {
    replies = [() => undefined];
    const signal = AbortSignal.timeout(50);
    await expect(client.a005RetrieveReferralRequest({ ubrn: UBRN }, { signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(arrivals).toHaveLength(1);
  });
});

describe('what can’t be sent', () => {
  it.each([
    ['http://gatehouse.example', /must begin with https/],
    ['http://127.0.0.1.example', /must begin with https/],
    ['ftp://localhost', /must begin with https/],
    ['https://user:secret@gatehouse.example', /a host and a port, and no more/],
    ['https://gatehouse.example/FHIR', /a host and a port, and no more/],
    ['gatehouse', /not a URL/],
  ])('the address %s is rejected', (address, words) => {
    expect(() => createClient({ url: address, key: KEY })).toThrow(words);
  });
  it.each([
    'https://gatehouse.example',
    'https://gatehouse.example:8443/',
    'http://localhost:8080',
    'http://[::1]:8080',
  ])('the address %s is taken', (address) => {
    expect(() => createClient({ url: address, key: KEY })).not.toThrow();
  });

  it.each<[what: string, call: () => Promise<unknown>]>([
    ['a path', () => client.a005RetrieveReferralRequest({ ubrn: '9000000009/../x' })],
    ['a path that has nothing', () => client.a005RetrieveReferralRequest({} as never)],
    ['a query', () => client.a035SearchForHealthcareServices({ query: { _id: '9000000009x' } })],
    [
      'a query of another',
      () => client.a035SearchForHealthcareServices({ query: { _id: '1', '9000000009': '1' } as never }),
    ],
    [
      'a header',
      () => client.a005RetrieveReferralRequest({ ubrn: UBRN }, { organisation: '9000000009\r\nX: y' }),
    ],
    ['a required header', () => client.a013AcceptReferral({ ubrn: UBRN, ifMatch: 9_000_000_009 as never })],
    ['a body', () => client.a011CreateReferral({} as never)],
  ])('%s that is malformed is a TypeError that doesn’t quote it', async (_, call) => {
    const error: unknown = await call().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(inspect(error)).not.toContain('9000000009');
    expect(arrivals).toEqual([]);
  });
});
