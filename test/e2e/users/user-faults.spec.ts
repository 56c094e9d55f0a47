/** What users notice when CIS2, APIM, KMS or the database fails (faults F30a to F30d), and what never leaks. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest, trailOf, verdictOf, watch } from '../../support/answers.ts';
import { nothingLeaked } from '../../support/proofs.ts';
import { type FragileServer, startServer } from '../../support/servers/postgres.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';
import { until } from '../../support/until.ts';
import {
  addPerson,
  onboardUsers,
  openSession,
  signedInAtCis2,
  type UserApplication,
} from '../../support/users/onboard-users.ts';

const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const RC = 'REFERRING_CLINICIAN';
const USER = '700000000301';
const NAME = 'Canarina';

let server: FragileServer;
let stack: Stack;
let key: string;
let application: UserApplication;
/** Handles, tokens and names that no log and no table may hold. */
const canaries = new Set([NAME]);

beforeAll(async () => {
  server = await startServer();
  stack = await startStack({ server, worker: false, replicas: 2 });
  const onboarded = await onboardUsers(stack, [['R69']]);
  key = onboarded.clientKey;
  [application] = onboarded.applications as [UserApplication];
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  await addPerson(stack, { userId: USER, roles: { R69: [RC] }, givenName: NAME });
}, 120_000);
afterEach(() => stack.simulator.control('DELETE', '/faults'));
afterAll(async () => {
  await stack.stop();
  await server.stop();
});

const fault = (order: object) => stack.simulator.control('POST', '/faults', order);

async function tokensOfUser() {
  const tokens = await signedInAtCis2(stack, USER);
  canaries.add(tokens.id_token).add(tokens.access_token);
  return tokens;
}
async function signIn() {
  const tokens = await tokensOfUser();
  const answer = await openSession(stack.gateway, key, tokens);
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${text}`);
  const { handle } = JSON.parse(text) as { handle: string };
  canaries.add(handle);
  return { handle, sid: tokens.sid };
}
/** Tries to open a session. @returns the status, the code, and how many sessions live that did not before */
async function tryToSignIn(gateway: GatewayProcess = stack.gateway) {
  const live = async () =>
    (await stack.sql.query('SELECT 1 FROM user_session WHERE ended_at IS NULL')).rowCount ?? 0;
  const before = await live();
  const answer = await openSession(gateway, key, await tokensOfUser());
  const code = answer.headers.get('gatehouse-error-code');
  return { status: answer.status, code, opened: (await live()) - before };
}
const call = (handle: string, gateway: GatewayProcess = stack.gateway): Promise<Answer> =>
  sendRequest(gateway.partner, REFERRAL, { key, headers: { 'Gatehouse-User-Session': handle } });

describe('F30b: CIS2 can’t be used', () => {
  const DOWN: [string, object][] = [
    ['fails', { status: 503 }],
    [
      'answers with a web page',
      { status: 200, body: '<html>busy</html>', headers: { 'content-type': 'text/html' } },
    ],
    ['breaks off', { resetBeforeResponse: true }],
    ['never answers', { hang: true }],
  ];
  const ENDPOINTS = [
    ['discovery', '/.well-known'],
    ['JWKS', '/connect/jwk_uri'],
  ];
  let fresh: GatewayProcess;
  let handle: string;
  let offsetMs = 0;
  const setClock = async (ms: number) => {
    offsetMs = ms;
    await fresh.hook({ clockOffsetMs: offsetMs });
    await stack.simulator.control('POST', '/clock', { offsetMs });
  };
  /** CIS2 is left alone for 30 s after a failure. */
  const afterThePause = () => setClock(offsetMs + 31_000);
  beforeAll(async () => {
    ({ handle } = await signIn());
    // It has not read anything of CIS2 yet.
    fresh = await stack.startGateway(PARTNER_ONLY);
    await stack.settled();
  });
  afterAll(() => setClock(0));

  it.each(
    ENDPOINTS.flatMap(([endpoint, path]) => DOWN.map(([how, what]) => [endpoint, how, path, what] as const)),
  )(
    'its %s %s: a sign-in is a 503 and opens no session, and one that lives goes on',
    async (_endpoint, _how, pathPrefix, what) => {
      await afterThePause();
      await fault({ target: 'cis2', match: { pathPrefix }, times: 1, fault: what });
      const refused = { status: 503, code: 'GW_CIS2_UNAVAILABLE', opened: 0 };
      expect(await tryToSignIn(fresh)).toEqual(refused);
      expect(await stack.simulator.control('GET', '/faults')).toMatchObject([{ hits: 1 }]);
      // CIS2 answers again, and is not asked by each who tries.
      expect(await tryToSignIn(fresh)).toEqual(refused);
      expect((await call(handle, fresh)).status).toBe(200);
    },
    60_000,
  );

  it('and once it can be used again, the same gateway signs users in', async () => {
    await afterThePause();
    expect(await tryToSignIn(fresh)).toEqual({ status: 201, code: null, opened: 1 });
  });
});

describe('APIM can’t exchange the token of a user', () => {
  it.each<[string, object]>([
    ['since it fails', { status: 503 }],
    ['since it answers with a web page', { status: 502, body: '<html>busy</html>' }],
    ['since it breaks off', { resetBeforeResponse: true }],
  ])('%s: a sign-in is a 503 and opens no session', async (_why, what) => {
    await fault({ target: 'token', fault: what });
    expect(await tryToSignIn()).toEqual({ status: 503, code: 'GW_TOKEN_UNAVAILABLE', opened: 0 });
  });
});

describe('KMS is away', () => {
  it('and living tokens serve on each replica, while a new sign-in is a 503', async () => {
    const { handle } = await signIn();
    for (const gateway of stack.gateways) expect((await call(handle, gateway)).status).toBe(200);
    await fault({ target: 'kms', fault: { resetBeforeResponse: true } });
    for (const gateway of stack.gateways) expect((await call(handle, gateway)).status).toBe(200);
    expect(await tryToSignIn()).toMatchObject({ status: 503, opened: 0 });
  });
});

describe('F30c: a logout at CIS2 while a request runs', () => {
  it('lets it finish and records it; the next one is a 401 on every replica', async () => {
    const { handle, sid } = await signIn();
    for (const gateway of stack.gateways) expect((await call(handle, gateway)).status).toBe(200);
    const arrivals = await watch(stack);
    await fault({ target: 'ers', times: 1, fault: { delayMs: 4_000 } });
    const running = call(handle);
    await until('the request at e-RS', async () => (await arrivals('ers')).length === 1);

    const reports = await stack.simulator.control<{ status: number }[]>('POST', '/cis2/logout', { sid });
    expect(reports.map(({ status }) => status)).toEqual([200]);
    for (const gateway of stack.gateways)
      expect(verdictOf(await call(handle, gateway))).toEqual({ status: 401, code: 'GW_USER_SESSION' });

    const answer = await running;
    expect(answer.status).toBe(200);
    expect(await trailOf(stack, answer)).toMatchObject([
      { kind: 'INTENT', userId: USER },
      { kind: 'OUTCOME', outcome: 'COMPLETED', status: 200 },
    ]);
    expect(await arrivals('ers')).toHaveLength(1);
  });
});

describe('F30d: APIM refuses the refresh token of a user', () => {
  it('and a write is a 401 that asks the user to sign in again; nothing was sent', async () => {
    const accessToken = await stack.simulator.control<{ access_token: string }>('POST', '/tokens', {
      ...{ apiKey: application.apiKey, authType: 'user', userId: USER },
    });
    const refreshToken = 'a-refresh-token-that-apim-does-not-know';
    canaries.add(accessToken.access_token).add(refreshToken);
    // What APIM answers is known here, so that it can be looked for afterwards.
    const answer = {
      ...{ access_token: accessToken.access_token, expires_in: '599', token_type: 'Bearer' },
      ...{ refresh_token: refreshToken, refresh_token_expires_in: '3599', refresh_count: '0' },
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
    await fault({ target: 'token', times: 1, fault: { status: 200, body: JSON.stringify(answer) } });
    const { handle } = await signIn();
    expect((await call(handle)).status).toBe(200);
    await stack.sql.query(
      `UPDATE user_session SET id_token_expires_at = now() - interval '1 minute' WHERE ended_at IS NULL`,
    );
    await stack.sql.query(`UPDATE user_token SET access_expires_at = now() - interval '1 second'`);
    // A replica that has no copy of the token.
    const fresh = await stack.startGateway(PARTNER_ONLY);
    await stack.settled();
    const arrivals = await watch(stack);
    const write = await sendRequest(fresh.partner, '/FHIR/STU3/ReferralRequest/$ers.createReferral', {
      ...{ key, method: 'POST', body: JSON.stringify({ resourceType: 'Parameters', parameter: [] }) },
      headers: { 'Gatehouse-User-Session': handle, 'Content-Type': 'application/fhir+json' },
    });
    expect(verdictOf(write)).toEqual({ status: 401, code: 'GW_SIGN_IN_AGAIN' });
    expect(await arrivals('ers')).toEqual([]);
    expect(await arrivals('token')).toHaveLength(1);
  });
});

// The last ones: the first stops the database, and the other looks at all that was logged and stored.
describe('the database is away', () => {
  it('and nothing is sent for a user, nobody signs in, and both go on afterwards', async () => {
    const { handle } = await signIn();
    expect((await call(handle)).status).toBe(200);
    const tokens = await tokensOfUser();
    const arrivals = await watch(stack);
    await server.crash();
    expect((await call(handle)).status).toBe(503);
    expect((await openSession(stack.gateway, key, tokens)).status).toBe(503);
    expect(await arrivals('ers')).toEqual([]);
    await server.restart();
    await until('calls are served again', async () => (await call(handle)).status === 200, 60_000);
    await until(
      'users sign in again',
      async () => (await openSession(stack.gateway, key, await tokensOfUser())).status === 201,
      60_000,
    );
  }, 150_000);
});

it('no log and no table holds a handle, a token or the name of a user', async () => {
  expect(canaries.size).toBeGreaterThan(20);
  expect(await nothingLeaked(stack, [...canaries])).toEqual([]);
});
