/** Users sign in by combined authentication: API Management signs them in with CIS2, for one application. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  apply,
  refusalIn,
  sendRequest,
  trailOf,
  verdictOf,
  watch,
} from '../../support/answers.ts';
import { HttpBrowser } from '../../support/http-browser.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import {
  addPerson,
  onboardUsers,
  USER_CLIENT,
  type UserApplication,
} from '../../support/users/onboard-users.ts';

/** As the stack's gateways are set up; nothing listens there, so tests open callbacks at the gateway itself. */
const CALLBACK = 'http://127.0.0.1:1/auth/apim/callback';
const RETURN_TARGET = 'https://app.supplier.example/signed-in';
const STATE = 'state-of-the-supplier';
const VERIFIER = randomBytes(32).toString('base64url');
const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const RC = 'REFERRING_CLINICIAN';
const CLINICIAN = '700000000101';
const OTHER = '700000000102';
const AT_LEVEL_2 = '700000000103';

let stack: Stack;
let key: string;
let application: UserApplication;

beforeAll(async () => {
  stack = await startStack({ worker: false });
  const onboarded = await onboardUsers(stack, [['R69', 'RCD'], ['X26']]);
  key = onboarded.clientKey;
  [application] = onboarded.applications as [UserApplication];
  await apply(stack, {
    clients: [{ name: USER_CLIENT, environment: 'local', returnTargets: [RETURN_TARGET] }],
  });
  for (const { apiKey } of onboarded.applications)
    await stack.simulator.control('PUT', `/apps/${apiKey}`, { callbackUrl: CALLBACK });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  await addPerson(stack, { userId: CLINICIAN, roles: { R69: [RC], RCD: [RC], X26: [RC] } });
  await addPerson(stack, { userId: OTHER, roles: { R69: [RC] } });
  await addPerson(stack, { userId: AT_LEVEL_2, roles: { R69: [RC] }, aals: [2] });
  await stack.settled();
}, 120_000);
afterAll(() => stack.stop());
afterEach(() => stack.simulator.control('DELETE', '/faults'));

const send = (path: string, body: object, clientKey = key): Promise<Answer> =>
  sendRequest(stack.gateway.partner, path, {
    key: clientKey,
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const LOGIN = {
  product: 'ReferWell',
  returnTarget: RETURN_TARGET,
  state: STATE,
  codeChallenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  organisation: 'R69',
  pattern: 'combined',
};

/** Begins a login as a supplier's server does. @returns the URL for the browser */
async function begin(change: object = {}): Promise<string> {
  const answer = await send('/user-logins', { ...LOGIN, ...change });
  if (answer.status !== 201) throw new Error(`no login: ${answer.status} ${answer.text}`);
  const { url } = JSON.parse(answer.text) as { url: string };
  return stack.gateway.public + new URL(url).pathname + new URL(url).search;
}

/** @param person who is chosen at CIS2; '' cancels there. @returns the callback URL, which is not opened yet */
async function identify(browser: HttpBrowser, loginUrl: string, person: string): Promise<string> {
  const begun = await browser.go(loginUrl);
  const callback = await browser.identifyAt(begun.headers.get('location') ?? '', person, CALLBACK);
  return callback.replace(new URL(CALLBACK).origin, stack.gateway.public);
}
const newBrowser = () => new HttpBrowser(stack.gateway.public);

/** @returns the code for the supplier's server */
async function signIn(person = CLINICIAN, change: object = {}): Promise<string> {
  const browser = newBrowser();
  const answer = await browser.go(await identify(browser, await begin(change), person));
  const location = new URL(answer.headers.get('location') ?? 'https://nowhere.example');
  if (answer.status !== 303) throw new Error(`no sign-in: ${answer.status} ${await answer.text()}`);
  expect([location.origin + location.pathname, location.searchParams.get('state')]).toEqual([
    RETURN_TARGET,
    STATE,
  ]);
  return location.searchParams.get('code') ?? '';
}
const redeem = (code: string, clientKey = key) =>
  send('/user-sessions', { code, codeVerifier: VERIFIER }, clientKey);
async function open(person = CLINICIAN, change: object = {}): Promise<string> {
  const answer = await redeem(await signIn(person, change));
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${answer.text}`);
  return (JSON.parse(answer.text) as { handle: string }).handle;
}
const call = (handle: string, headers: Record<string, string> = {}, path = REFERRAL): Promise<Answer> =>
  sendRequest(stack.gateway.partner, path, {
    key,
    headers: { 'Gatehouse-User-Session': handle, ...headers },
  });

async function expectPage(answer: Response, status: number): Promise<string> {
  expect([answer.status, answer.headers.get('location')]).toEqual([status, null]);
  const html = await answer.text();
  expect(html).toContain('You are not signed in');
  expect(html).not.toContain('supplier.example');
  return html;
}
async function lastRejection(): Promise<string | undefined> {
  const { rows } = await stack.sql.query<{ reason: string }>(
    `SELECT record -> 'facts' ->> 'reason' AS reason FROM audit.event
      WHERE event = 'USER_SIGN_IN_REJECTED' ORDER BY writer, seq`,
  );
  return rows.at(-1)?.reason;
}
async function newestSession(): Promise<Record<string, unknown> | undefined> {
  const { rows } = await stack.sql.query<Record<string, unknown>>(
    'SELECT * FROM user_session ORDER BY created_at DESC LIMIT 1',
  );
  return rows[0];
}
async function factsOf(event: string): Promise<Record<string, unknown>[]> {
  const { rows } = await stack.sql.query<{ facts: Record<string, unknown> }>(
    `SELECT record -> 'facts' AS facts FROM audit.event WHERE event = $1 ORDER BY writer, seq`,
    [event],
  );
  return rows.map(({ facts }) => facts);
}

describe('a sign-in', () => {
  it('sends the browser to API Management with the registered callback, a state and the level', async () => {
    const begun = await newBrowser().go(await begin());
    const url = new URL(begun.headers.get('location') ?? '');
    expect(`${url.origin}${url.pathname}`).toBe(new URL('authorize', stack.simulator.tokenUrl).href);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: application.apiKey,
      redirect_uri: CALLBACK,
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      acr_values: 'AAL3_ANY',
    });
  });

  it('opens a session for its one organisation, with the tokens that it brought', async () => {
    const before = await stack.simulator.control<Record<string, number>>('GET', '/counters');
    const answer = await redeem(await signIn());
    expect(answer.status).toBe(201);
    const { handle, ...session } = JSON.parse(answer.text) as { handle: string };
    expect(session).toMatchObject({
      user: { userId: CLINICIAN },
      assurance: { authentication: 3, identity: 3 },
      roles: [{ organisation: 'R69', businessFunction: RC }],
      role: { organisation: 'R69', businessFunction: RC },
    });
    expect(await newestSession()).toMatchObject({
      ...{ pattern: 'combined', only_ods_code: 'R69', cis2_session_id: null, id_token_sealed: null },
    });
    const called = await call(handle);
    expect(called.status).toBe(200);
    expect((await trailOf(stack, called))[0]).toMatchObject({
      ...{ userId: CLINICIAN, aal: 3, ial: 3, odsCode: 'R69', businessFunction: RC },
    });
    const after = await stack.simulator.control<Record<string, number>>('GET', '/counters');
    expect(after['tokenExchanges']).toBe(before['tokenExchanges']);
    expect((await factsOf('USER_SIGNED_IN')).at(-1)).toMatchObject({
      ...{ userId: CLINICIAN, pattern: 'combined', aal: 3 },
    });
    expect((await factsOf('MINT_OK')).at(-1)).toMatchObject({ grant: 'authorization_code', odsCode: 'R69' });
  });

  it('is at the lowest level that was asked for, whatever the user has', async () => {
    await stack.admin('PUT', '/assurance-floors', { organisation: 'R69', minimumLevel: 2 });
    await stack.settled();
    for (const person of [AT_LEVEL_2, CLINICIAN]) {
      const session = JSON.parse((await redeem(await signIn(person))).text) as object;
      expect(session).toMatchObject({ assurance: { authentication: 2 } });
    }
    await stack.admin('PUT', '/assurance-floors', { organisation: 'R69', minimumLevel: 3 });
    await stack.settled();
  });

  it('leaves tokens, secrets, codes and names in no log and no record', async () => {
    const browser = newBrowser();
    const callback = await identify(browser, await begin(), CLINICIAN);
    const landed = await browser.go(callback);
    const code = new URL(landed.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const handle = (JSON.parse((await redeem(code)).text) as { handle: string }).handle;
    await call(handle);
    const { rows } = await stack.sql.query<{ text: string }>(
      'SELECT to_jsonb(row)::text AS text FROM audit.event AS row',
    );
    const written = stack.gateway.logs() + rows.map(({ text }) => text).join('\n');
    const apimCode = new URL(callback).searchParams.get('code') ?? '';
    const secret = `secret-${application.asid}`;
    for (const canary of [code, apimCode, handle, secret, browser.cookieNames()[0] ?? ''])
      expect([canary.length > 10, written.includes(canary)]).toEqual([true, false]);
  });
});

describe('a login', () => {
  it.each<[string, object, { status: number; code: string }]>([
    ['without an organisation', { organisation: undefined }, { status: 400, code: 'GW_BODY_SYNTAX' }],
    ['for one that is not granted', { organisation: 'Y99999' }, { status: 403, code: 'GW_GRANT' }],
    ['by an unknown pattern', { pattern: 'other' }, { status: 400, code: 'GW_BODY_SYNTAX' }],
    ['to another address', { returnTarget: `${RETURN_TARGET}/` }, { status: 400, code: 'GW_REDIRECT' }],
  ])('%s is refused', async (_name, change, verdict) => {
    expect(verdictOf(await send('/user-logins', { ...LOGIN, ...change }))).toEqual(verdict);
  });

  it('without an organisation is refused, since it needs one', async () => {
    const answer = await send('/user-logins', { ...LOGIN, organisation: undefined });
    expect(answer.text).toContain('combined authentication signs a user in for one');
  });
});

describe('a callback', () => {
  it('in another browser, or with another state, leads to a page', async () => {
    const owner = newBrowser();
    const callback = await identify(owner, await begin(), CLINICIAN);
    await expectPage(await newBrowser().go(callback), 401);
    const forged = new URL(callback);
    forged.searchParams.set('state', randomBytes(32).toString('base64url'));
    await expectPage(await owner.go(forged.href), 401);
    expect(await lastRejection()).toBe('state');
    expect((await owner.go(callback)).status).toBe(303);
  });

  it('with the code of another sign-in gives that browser nothing of it', async () => {
    const attacker = newBrowser();
    const theirs = new URL(await identify(attacker, await begin(), OTHER));
    const victim = newBrowser();
    const callback = new URL(await identify(victim, await begin(), CLINICIAN));
    callback.searchParams.set('state', theirs.searchParams.get('state') ?? '');
    await expectPage(await victim.go(callback.href), 401);
  });

  it('that arrives a second time leads to a page', async () => {
    const browser = newBrowser();
    const callback = await identify(browser, await begin(), CLINICIAN);
    expect((await browser.go(callback)).status).toBe(303);
    await expectPage(await browser.go(callback), 401);
    expect(await lastRejection()).toBe('state');
  });

  it('of API Management does not finish at CIS2’s address', async () => {
    const browser = newBrowser();
    const callback = await identify(browser, await begin(), CLINICIAN);
    await expectPage(await browser.go(callback.replace('/auth/apim/', '/auth/cis2/')), 401);
    expect(await lastRejection()).toBe('state');
    expect((await browser.go(callback)).status).toBe(303);
  });

  it('with no code, an empty one or two is refused', async () => {
    for (const change of [
      (query: URLSearchParams) => query.delete('code'),
      (query: URLSearchParams) => query.set('code', ''),
      (query: URLSearchParams) => query.append('code', 'another'),
    ]) {
      const browser = newBrowser();
      const callback = new URL(await identify(browser, await begin(), CLINICIAN));
      change(callback.searchParams);
      await expectPage(await browser.go(callback.href), 401);
      expect(await lastRejection()).toBe('malformed');
    }
  });

  it('with a code that API Management does not know is refused', async () => {
    const browser = newBrowser();
    const callback = new URL(await identify(browser, await begin(), CLINICIAN));
    callback.searchParams.set('code', 'made-up');
    await expectPage(await browser.go(callback.href), 401);
    expect(await lastRejection()).toBe('refused');
  });

  it('of a user who cancelled says so, and does not go to the supplier', async () => {
    const browser = newBrowser();
    const callback = await identify(browser, await begin(), '');
    expect(new URL(callback).searchParams.get('error')).toBe('access_denied');
    expect(await expectPage(await browser.go(callback), 401)).toContain('did not confirm who you are');
    expect(await lastRejection()).toBe('refused');
  });

  it.each([
    ['the token endpoint is away', '/oauth2/token', 503, 'unavailable'],
    ['userinfo is away', '/oauth2/userinfo', 503, 'unavailable'],
  ])('while %s is a 503', async (_name, pathPrefix, status, reason) => {
    const browser = newBrowser();
    const callback = await identify(browser, await begin(), CLINICIAN);
    const fault = { target: 'token', match: { pathPrefix }, times: 1, fault: { status: 503 } };
    await stack.simulator.control('POST', '/faults', fault);
    await expectPage(await browser.go(callback), status);
    expect(await lastRejection()).toBe(reason);
  });

  it('while API Management does not accept the API secret says that an operator must act', async () => {
    const browser = newBrowser();
    const callback = await identify(browser, await begin(), CLINICIAN);
    await stack.simulator.control('PUT', `/apps/${application.apiKey}`, { apiSecret: 'another' });
    await expectPage(await browser.go(callback), 500);
    expect(await lastRejection()).toBe('misconfigured');
    await stack.simulator.control('PUT', `/apps/${application.apiKey}`, {
      apiSecret: `secret-${application.asid}`,
    });
  });
});

describe('a code', () => {
  it('is redeemed once, and not by another client', async () => {
    await apply(stack, {
      clients: [
        {
          ...{ name: 'another', environment: 'local' },
          grants: [{ organisation: 'R69', product: 'ReferWell', accessMode: 'user-restricted' }],
        },
      ],
    });
    const another = await stack.admin<{ key: string }>('POST', '/clients/local/another/keys', {});
    await stack.settled();
    const code = await signIn();
    expect(verdictOf(await redeem(code, another.key))).toEqual({ status: 401, code: 'GW_OIDC' });
    expect(verdictOf(await redeem(code))).toEqual({ status: 401, code: 'GW_OIDC' });
    const used = await signIn();
    expect((await redeem(used)).status).toBe(201);
    expect(verdictOf(await redeem(used))).toEqual({ status: 401, code: 'GW_OIDC' });
  });
});

describe('a session', () => {
  const revokeAccessTokens = () =>
    stack.simulator.control('POST', '/tokens/revoke', { apiKey: application.apiKey });

  it('acts for no other organisation, even one of the same application', async () => {
    const handle = await open();
    const arrivals = await watch(stack);
    for (const odsCode of ['RCD', 'X26']) {
      const answer = await call(handle, { 'NHSD-End-User-Organisation-ODS': odsCode });
      expect(verdictOf(answer)).toEqual({ status: 403, code: 'GW_OTHER_ORGANISATION' });
      expect(JSON.stringify(refusalIn(answer))).toContain('combined authentication');
      const chosen = await sendRequest(stack.gateway.partner, '/user-session/role', {
        ...{ key, method: 'PUT' },
        headers: { 'Gatehouse-User-Session': handle, 'Content-Type': 'application/json' },
        body: JSON.stringify({ organisation: odsCode, businessFunction: RC }),
      });
      expect(verdictOf(chosen)).toEqual({ status: 403, code: 'GW_OTHER_ORGANISATION' });
    }
    expect(await arrivals()).toEqual([]);
    expect((await call(handle, { 'NHSD-End-User-Organisation-ODS': 'R69' })).status).toBe(200);
  });

  it('renews its tokens', async () => {
    const handle = await open();
    await revokeAccessTokens();
    expect((await call(handle)).status).toBe(200);
    expect((await factsOf('MINT_OK')).at(-1)).toMatchObject({ grant: 'refresh' });
  });

  it('ends when API Management refuses to renew them: a logout at CIS2 reaches it alone', async () => {
    const handle = await open();
    await stack.simulator.control('POST', '/cis2/logout', { userId: CLINICIAN });
    expect(await newestSession()).toMatchObject({ ended_at: null });
    await revokeAccessTokens();
    const arrivals = await watch(stack);
    expect(verdictOf(await call(handle))).toEqual({ status: 401, code: 'GW_USER_SESSION' });
    expect((await arrivals('token')).map(({ status }) => status)).toEqual([401]);
    const ended = await newestSession();
    expect(ended).toMatchObject({
      ended_by: 'NHS England',
      end_reason: expect.stringContaining('refused to renew the tokens') as string,
      name_sealed: null,
    });
    const { rows } = await stack.sql.query('SELECT 1 FROM user_token WHERE session_id = $1', [ended?.['id']]);
    expect(rows).toEqual([]);
    expect((await factsOf('USER_SESSION_ENDED')).at(-1)).toMatchObject({
      userSessionId: ended?.['id'],
      by: 'NHS England',
    });
    expect(verdictOf(await call(handle))).toEqual({ status: 401, code: 'GW_USER_SESSION' });
  });

  it('goes on while API Management can’t be asked', async () => {
    const handle = await open();
    await revokeAccessTokens();
    const match = { pathPrefix: '/oauth2/token' };
    await stack.simulator.control('POST', '/faults', {
      target: 'token',
      match,
      times: 1,
      fault: { status: 429 },
    });
    expect(verdictOf(await call(handle)).status).toBe(503);
    expect(await newestSession()).toMatchObject({ ended_at: null });
  });

  it('needs a new sign-in when its organisation has got another application', async () => {
    const handle = await open(OTHER, {});
    const { rows } = await stack.sql.query<{ application_id: string }>(
      'SELECT application_id FROM user_token WHERE session_id = $1',
      [(await newestSession())?.['id']],
    );
    expect(rows).toHaveLength(1);
    const arrivals = await watch(stack);
    // As if the tokens had been issued for the application that serves the organisation no longer.
    await stack.sql.query(
      `UPDATE user_token SET application_id = (SELECT id FROM application WHERE id <> $1 LIMIT 1)
        WHERE application_id = $1`,
      [rows[0]?.application_id],
    );
    const fresh = await stack.startGateway();
    const send = () =>
      sendRequest(fresh.partner, REFERRAL, { key, headers: { 'Gatehouse-User-Session': handle } });
    // On a busy machine the first answer may be that the token could not be read in time, which may be tried again.
    await expect
      .poll(async () => verdictOf(await send()), { timeout: 30_000 })
      .toEqual({ status: 401, code: 'GW_SIGN_IN_AGAIN' });
    expect(await arrivals('ers')).toEqual([]);
  });
});
