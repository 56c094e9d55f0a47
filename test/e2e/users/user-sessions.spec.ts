/** A supplier's server opens sessions for its users, chooses their roles and calls e-RS for them. */
import { randomUUID } from 'node:crypto';
import { createClient, GatehouseError, newSignIn } from '@gatehouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  apply,
  refusalIn,
  sendRequest,
  trailOf,
  verdictOf,
  watch,
} from '../../support/answers.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import {
  addPerson,
  logOutAtCis2,
  onboardUsers,
  openSession,
  signedInAtCis2,
  signIn,
  USER_CLIENT,
  type UserApplication,
} from '../../support/users/onboard-users.ts';

const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const RC = 'REFERRING_CLINICIAN';
const SPC = 'SERVICE_PROVIDER_CLINICIAN';
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const SPA = 'SERVICE_PROVIDER_ADMIN';
const CLINICIAN = '700000000001';
const MANY = '700000000002';
const SECRETARY = '700000000003';
const NOBODY = '700000000004';
const ELSEWHERE = '700000000005';
const AT_LEVEL_2 = '700000000006';
const LOCUM = '700000000007';

let stack: Stack;
let key: string;
let applications: readonly UserApplication[];

beforeAll(async () => {
  stack = await startStack();
  ({ clientKey: key, applications } = await onboardUsers(stack, [['R69', 'RCD'], ['X26'], ['Y12']]));
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  const people = [
    { userId: CLINICIAN, roles: { R69: [RC] } },
    { userId: MANY, roles: { R69: [RC, SPC], RCD: [SPC], X26: [RC] } },
    { userId: SECRETARY, roles: { R69: [SPCA] }, onBehalfOf: [MANY] },
    { userId: NOBODY, roles: {} },
    { userId: ELSEWHERE, roles: { Y99999: [SPC] } },
    { userId: LOCUM, roles: { R69: [RC], X26: [RC], Y12: [RC] } },
    { userId: AT_LEVEL_2, roles: { R69: [RC] }, aals: [2] },
  ];
  for (const person of people) await addPerson(stack, person);
}, 120_000);
afterAll(() => stack.stop());

interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}
const call = (
  path: string,
  handle: string | null,
  { method = 'GET', headers = {}, body }: Call = {},
): Promise<Answer> =>
  sendRequest(stack.gateway.partner, path, {
    key,
    method,
    headers: {
      ...(handle === null ? {} : { 'Gatehouse-User-Session': handle }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const json = (answer: Answer): Record<string, unknown> =>
  JSON.parse(String(answer.body)) as Record<string, unknown>;
const rowOf = async (userId: string) =>
  (
    await stack.sql.query<Record<string, unknown>>(
      'SELECT * FROM user_session WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1',
      [userId],
    )
  ).rows[0];
const eventsOf = async (event: string, userId: string) =>
  (
    await stack.sql.query<{ record: { facts: Record<string, unknown> } }>(
      `SELECT record FROM audit.event WHERE record ->> 'event' = $1 AND record #>> '{facts,userId}' = $2 ORDER BY seq`,
      [event, userId],
    )
  ).rows.map(({ record }) => record.facts);

/** A client that is granted the same organisation. */
async function registerAnother(): Promise<void> {
  const grant = { organisation: 'R69', product: 'ReferWell', accessMode: 'user-restricted' };
  await apply(stack, { clients: [{ name: 'another', environment: 'local', grants: [grant] }] });
  await stack.settled();
}

describe('opening a session', () => {
  it('answers with the handle, who the user is, and the one role that they have', async () => {
    const opened = await signIn(stack, key, CLINICIAN);
    expect(opened).toMatchObject({
      handle: expect.stringMatching(/^ghu_local_/) as string,
      user: { userId: CLINICIAN },
      assurance: { authentication: 3, identity: 3 },
      roles: [
        {
          organisation: 'R69',
          organisationName: 'Synthetic Trust R69',
          businessFunction: RC,
          inWords: 'Referring clinician at Synthetic Trust R69 (R69)',
        },
      ],
      role: { organisation: 'R69', businessFunction: RC, onBehalfOf: null },
    });
    expect(await eventsOf('USER_SESSION_OPENED', CLINICIAN)).toHaveLength(1);
  });

  it('reads the roles through the data plane: with INTENT and OUTCOME that name the user', async () => {
    const arrivals = await watch(stack);
    await signIn(stack, key, CLINICIAN);
    const [read, ...more] = await arrivals('ers');
    expect(read).toMatchObject({ interaction: 'A030', status: 200 });
    expect(more).toEqual([]);
    const { rows } = await stack.sql.query<{ kind: string; record: Record<string, unknown> }>(
      'SELECT kind, record FROM audit.event WHERE attempt_id = $1 ORDER BY seq',
      [read?.correlationId],
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['INTENT', 'OUTCOME']);
    expect(rows[0]?.record).toMatchObject({
      userId: CLINICIAN,
      clientName: USER_CLIENT,
      interaction: 'A030',
    });
  });

  it.each([
    ['no role in e-RS', NOBODY, /e-RS names no role/],
    ['roles at organisations that are not granted', ELSEWHERE, /at no organisation for which this client/],
  ])('is refused for a user with %s, and no session stays', async (_name, userId, text) => {
    const answer = await openSession(stack.gateway, key, await signedInAtCis2(stack, userId));
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(text);
    expect(await rowOf(userId)).toMatchObject({
      ended_by: 'Gatehouse',
      id_token_sealed: null,
      name_sealed: null,
    });
  });

  it.each<[string, object]>([
    ['of another issuer', { claims: { iss: 'https://somebody.example' } }],
    ['for another client', { claims: { aud: 'another-client' } }],
    ['that has expired', { claims: { exp: 1_700_000_000 } }],
    ['of an identity that was not verified', { claims: { id_assurance_level: 2 } }],
    ['whose signature is not CIS2’s', { signature: 'other-key' }],
  ])('is refused with a token %s', async (_name, change) => {
    const arrivals = await watch(stack);
    const answer = await openSession(stack.gateway, key, await signedInAtCis2(stack, CLINICIAN, change));
    expect({ status: answer.status, code: answer.headers.get('gatehouse-error-code') }).toEqual({
      status: 401,
      code: 'GW_OIDC',
    });
    expect(await arrivals('token')).toEqual([]);
  });
});

it('tokens of further applications come ahead, that of the latest used first', async () => {
  const headers = { 'NHSD-End-User-Organisation-ODS': 'Y12', 'NHSD-eRS-Business-Function': RC };
  const before = await watch(stack);
  const { handle } = await signIn(stack, key, LOCUM);
  expect((await call(REFERRAL, handle, { headers })).status).toBe(200);
  await expect.poll(async () => (await before('token')).length, { timeout: 20_000 }).toBe(3);
  const arrivals = await watch(stack);
  await signIn(stack, key, LOCUM);
  await expect.poll(async () => (await arrivals('token')).length, { timeout: 20_000 }).toBe(3);
  const [atR69, atX26, atY12] = applications.map(({ apiKey }) => apiKey);
  expect((await arrivals('token')).map(({ apiKey }) => apiKey)).toEqual([atR69, atY12, atX26]);
});

describe('a login', () => {
  const body = {
    product: 'ReferWell',
    returnTarget: 'https://app.supplier.example/signed-in',
    state: 'state-of-the-supplier',
    codeChallenge: 'a'.repeat(43),
  };
  const begin = (change: object) =>
    call('/user-logins', null, { method: 'POST', body: { ...body, ...change } });

  it.each<[string, object, { status: number; code: string }]>([
    ['for a product whose users the supplier signs in', {}, { status: 403, code: 'GW_CIS2_CLIENT' }],
    ['for a product that is not granted', { product: 'Other' }, { status: 403, code: 'GW_GRANT' }],
    [
      'for an organisation that is not granted',
      { organisation: 'Y99999' },
      { status: 403, code: 'GW_GRANT' },
    ],
    [
      'by combined authentication for no organisation',
      { pattern: 'combined' },
      { status: 400, code: 'GW_BODY_SYNTAX' },
    ],
    ['without a challenge', { codeChallenge: undefined }, { status: 400, code: 'GW_BODY_SYNTAX' }],
    ['with a member that nobody knows', { returnTo: '/' }, { status: 400, code: 'GW_BODY_SYNTAX' }],
  ])('%s is refused', async (_name, change, verdict) => {
    expect(verdictOf(await begin(change))).toEqual(verdict);
  });

  it('is begun by POST alone', async () => {
    const answer = await call('/user-logins', null);
    expect(verdictOf(answer)).toEqual({ status: 405, code: 'GW_METHOD' });
  });
});

describe('a call for a user', () => {
  it('goes out with the headers, the token and the application of that user', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    const arrivals = await watch(stack);
    const answer = await call(REFERRAL, handle);
    expect(answer.status).toBe(200);
    const [hit] = await arrivals('ers');
    expect(
      Object.fromEntries((hit?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value])),
    ).toMatchObject({
      'nhsd-end-user-organisation-ods': 'R69',
      'nhsd-ers-business-function': RC,
    });
    const [intent, outcome] = await trailOf(stack, answer);
    expect(intent).toMatchObject({ userId: CLINICIAN, aal: 3, ial: 3, businessFunction: RC, odsCode: 'R69' });
    expect(outcome).toMatchObject({ outcome: 'COMPLETED' });
  });

  it('costs no further token request while the token lives', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    const arrivals = await watch(stack);
    for (let count = 0; count < 5; count += 1) expect((await call(REFERRAL, handle)).status).toBe(200);
    expect(await arrivals('token')).toEqual([]);
    expect(await arrivals('kms')).toEqual([]);
  });

  it('of an unknown handle, of none, and of another client’s are refused alike', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    await registerAnother();
    const another = await stack.admin<{ key: string }>('POST', '/clients/local/another/keys', {});
    await stack.settled();
    const foreign = await sendRequest(stack.gateway.partner, REFERRAL, {
      key: another.key,
      headers: { 'Gatehouse-User-Session': handle },
    });
    const unknown = await call(REFERRAL, `${handle.slice(0, -7)}AAAAAAA`);
    const none = await call(REFERRAL, null);
    for (const answer of [foreign, unknown, none])
      expect(verdictOf(answer)).toEqual({ status: 401, code: 'GW_USER_SESSION' });
    expect(refusalIn(foreign)).toEqual(refusalIn(unknown));
  });

  it('that leaves a choice open is a 400 that lists the roles in words', async () => {
    const { handle, role } = await signIn(stack, key, MANY);
    expect(role).toBeNull();
    const answer = await call(REFERRAL, handle);
    expect(verdictOf(answer)).toEqual({ status: 400, code: 'GW_ROLE_CHOICE' });
    expect(String(answer.body)).toContain('Service provider clinician at Synthetic Trust RCD (RCD)');
  });

  it('chooses by its own headers, for itself alone', async () => {
    const { handle } = await signIn(stack, key, MANY);
    const headers = { 'NHSD-End-User-Organisation-ODS': 'X26', 'NHSD-eRS-Business-Function': RC };
    const answer = await call(REFERRAL, handle, { headers });
    expect(answer.status).toBe(200);
    expect((await trailOf(stack, answer))[0]).toMatchObject({ odsCode: 'X26', businessFunction: RC });
    expect(verdictOf(await call(REFERRAL, handle))).toMatchObject({ code: 'GW_ROLE_CHOICE' });
  });

  it('at an organisation with a higher floor is refused, and the text says what to do', async () => {
    const answer = await openSession(
      stack.gateway,
      key,
      await signedInAtCis2(stack, AT_LEVEL_2, { acr: 'AAL2_OR_AAL3_ANY' }),
    );
    expect(answer.status).toBe(403);
    expect(answer.headers.get('gatehouse-error-code')).toBe('GW_ASSURANCE');
  });
});

describe('the role of a session', () => {
  it('is chosen among those that e-RS named, and holds for the calls that follow', async () => {
    const { handle } = await signIn(stack, key, MANY);
    const chosen = await call('/user-session/role', handle, {
      method: 'PUT',
      body: { organisation: 'RCD', businessFunction: SPC },
    });
    expect(chosen.status).toBe(200);
    expect(json(chosen)['role']).toEqual({ organisation: 'RCD', businessFunction: SPC, onBehalfOf: null });
    const answer = await call(REFERRAL, handle);
    expect((await trailOf(stack, answer))[0]).toMatchObject({ odsCode: 'RCD', businessFunction: SPC });
    expect((await eventsOf('USER_ROLE_CHANGED', MANY)).at(-1)).toMatchObject({ odsCode: 'RCD' });
  });

  it('may be one that the user was given meanwhile, for which e-RS is asked again', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    const choose = () =>
      call('/user-session/role', handle, {
        method: 'PUT',
        body: { organisation: 'R69', businessFunction: SPA },
      });
    await stack.sql.query(
      `UPDATE user_session SET roles_read_at = now() - interval '2 minutes' WHERE user_id = $1`,
      [CLINICIAN],
    );
    expect(verdictOf(await choose())).toEqual({ status: 403, code: 'GW_USER_ROLE' });
    await addPerson(stack, { userId: CLINICIAN, roles: { R69: [RC, SPA] } });
    // Roles are read at most once a minute.
    expect(verdictOf(await choose())).toEqual({ status: 403, code: 'GW_USER_ROLE' });
    await stack.sql.query(
      `UPDATE user_session SET roles_read_at = now() - interval '2 minutes' WHERE user_id = $1`,
      [CLINICIAN],
    );
    expect((await choose()).status).toBe(200);
    await addPerson(stack, { userId: CLINICIAN, roles: { R69: [RC] } });
  });

  it('gained meanwhile serves a call that names it', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    await addPerson(stack, { userId: CLINICIAN, roles: { R69: [RC], RCD: [SPC] } });
    const headers = { 'NHSD-End-User-Organisation-ODS': 'RCD', 'NHSD-eRS-Business-Function': SPC };
    expect(verdictOf(await call(REFERRAL, handle, { headers }))).toEqual({
      status: 403,
      code: 'GW_USER_ROLE',
    });
    await stack.sql.query(
      `UPDATE user_session SET roles_read_at = now() - interval '2 minutes' WHERE user_id = $1`,
      [CLINICIAN],
    );
    expect((await call(REFERRAL, handle, { headers })).status).toBe(200);
    await addPerson(stack, { userId: CLINICIAN, roles: { R69: [RC] } });
  });

  it('is refused at an organisation that is not granted, and with somebody to act for in a role that acts for nobody', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    const choose = (body: object) => call('/user-session/role', handle, { method: 'PUT', body });
    expect(verdictOf(await choose({ organisation: 'Y99999', businessFunction: RC }))).toMatchObject({
      code: 'GW_GRANT',
    });
    expect(
      verdictOf(await choose({ organisation: 'R69', businessFunction: RC, onBehalfOf: MANY })),
    ).toMatchObject({ code: 'GW_HEADER_FORBIDDEN' });
    expect(verdictOf(await choose({ organisation: 'R69' }))).toEqual({ status: 400, code: 'GW_BODY_SYNTAX' });
  });

  it('of a secretary acts for one of the people whom e-RS names', async () => {
    const { handle } = await signIn(stack, key, SECRETARY);
    const listed = await call('/user-session/on-behalf-of', handle);
    expect(json(listed)).toEqual({ people: [{ userId: MANY, name: null }] });
    const body = { organisation: 'R69', businessFunction: SPCA, onBehalfOf: MANY };
    expect((await call('/user-session/role', handle, { method: 'PUT', body })).status).toBe(200);
    const answer = await call(REFERRAL, handle);
    expect(answer.status).toBe(200);
    expect((await trailOf(stack, answer))[0]).toMatchObject({ onBehalfOfUserId: MANY, userId: SECRETARY });
  });
});

describe('an explanation', () => {
  interface Explained {
    readonly allowed: boolean;
    readonly steps: readonly { readonly step: string; readonly ok: boolean }[];
    readonly refusal: { readonly code: string } | null;
  }
  const USER_STEPS = [
    ...['user session', 'grant', 'organisation', 'application state', 'asid', 'assurance', 'role'],
    ...['business function', 'on behalf of', 'message set', 'signing key'],
  ];
  const explain = (who: object, headers: Record<string, string> = {}, client = USER_CLIENT) =>
    stack.admin<Explained>('POST', '/explain', {
      ...{ client, environment: 'local', method: 'GET', path: REFERRAL, headers, ...who },
    });
  const sessionOf = async (userId: string) => {
    const { handle } = await signIn(stack, key, userId);
    const { id } = (await rowOf(userId)) as { id: string };
    return { handle, session: id };
  };

  it('to an operator, who names the session by its id, is the supplier’s own, with every step', async () => {
    const { handle, session } = await sessionOf(MANY);
    for (const headers of [{}, { 'NHSD-End-User-Organisation-ODS': 'X26' }] as Record<string, string>[]) {
      const own = await call('/explain', handle, {
        method: 'POST',
        body: { method: 'GET', path: REFERRAL },
        headers,
      });
      expect(await explain({ session }, headers)).toEqual(json(own));
    }
    const chosen = await explain({ session }, { 'NHSD-End-User-Organisation-ODS': 'X26' });
    expect(chosen).toMatchObject({
      ...{ allowed: true, binding: { organisation: 'X26', accessMode: 'user-restricted' } },
      actingAs: { businessFunction: RC, onBehalfOfUserId: null },
    });
    expect(chosen.steps.map(({ step }) => step)).toEqual(USER_STEPS);
    // The operator's are in another chain than the supplier's.
    const byOperator = (await eventsOf('EXPLANATION', MANY)).filter((facts) => 'actor' in facts);
    expect(byOperator.at(-1)).toMatchObject({ userSessionId: session, code: null });
  });

  it('of a session that has ended, or is another client’s, fails at the session', async () => {
    await registerAnother();
    const { handle, session } = await sessionOf(CLINICIAN);
    const refused = {
      allowed: false,
      refusal: { code: 'GW_USER_SESSION' },
      steps: [{ step: 'user session', ok: false }],
    };
    expect(await explain({ session }, {}, 'another')).toMatchObject(refused);
    await call('/user-session', handle, { method: 'DELETE' });
    expect(await explain({ session })).toMatchObject(refused);
    expect(await explain({ session: randomUUID() })).toMatchObject(refused);
  });

  it.each<[string, { level: 2 | 3; roles: string[] }, string | null, string]>([
    ['the right role', { level: 3, roles: [`R69:${RC}`] }, null, 'signing key'],
    ['too low a level', { level: 2, roles: [`R69:${RC}`] }, 'GW_ASSURANCE', 'assurance'],
    ['a role elsewhere', { level: 3, roles: [`Y99999:${RC}`] }, 'GW_USER_ROLE', 'role'],
    ['two roles', { level: 3, roles: [`R69:${RC}`, `R69:${SPC}`] }, 'GW_ROLE_CHOICE', 'role'],
    ['nobody to act for', { level: 3, roles: [`R69:${SPCA}`] }, 'GW_HEADER_SYNTAX', 'on behalf of'],
  ])(
    'about a user with %s, whom nobody signed in, records nobody',
    async (_, { level, roles }, code, last) => {
      const user = { product: 'ReferWell', authenticationLevel: level, roles };
      const { allowed, refusal, steps } = await explain({ user });
      expect({ allowed, code: refusal?.code ?? null, last: steps.at(-1)?.step }).toEqual({
        ...{ allowed: code === null, code, last },
      });
      const { rows } = await stack.sql.query<{ facts: object }>(
        `SELECT record -> 'facts' AS facts FROM audit.event WHERE event = 'EXPLANATION' ORDER BY started_at DESC LIMIT 1`,
      );
      expect(rows[0]?.facts).toMatchObject({ userId: null, userSessionId: null, code });
    },
  );

  it.each<[string, object, Record<string, string>]>([
    ['a handle', {}, { 'Gatehouse-User-Session': 'ghu_local_x' }],
    [
      'a session and facts',
      { session: randomUUID(), user: { product: 'ReferWell', authenticationLevel: 3, roles: [] } },
      {},
    ],
    [
      'a function that e-RS does not have',
      { user: { product: 'ReferWell', authenticationLevel: 3, roles: ['R69:KING'] } },
      {},
    ],
  ])('with %s is not given', async (_, who, headers) => {
    await expect(explain(who, headers)).rejects.toThrow(/400/);
  });

  it('of a request that was made decides as it was recorded, and again as things are now', async () => {
    const { handle, session } = await sessionOf(CLINICIAN);
    const answer = await call(REFERRAL, handle);
    await stack.admin('POST', `/user-sessions/${session}/end`, { reason: 'a lost smartcard' });
    const { items } = await stack.admin<{ items: { attemptId: string }[] }>(
      'GET',
      `/audit?correlationId=${answer.correlationId}`,
    );
    const past = await stack.admin<{ then: Explained }>(
      'GET',
      `/audit/requests/${items[0]?.attemptId ?? ''}/explanation`,
    );
    expect(past).toMatchObject({ same: true, then: { allowed: true }, now: { allowed: true } });
    expect(past.then.steps.map(({ step }) => step)).toEqual(USER_STEPS);
  });
});

describe('an ID token whose session has ended', () => {
  const ENDED = { status: 401, code: 'GW_OIDC' };
  const verdict = ({ status, headers }: Response) => ({ status, code: headers.get('gatehouse-error-code') });
  const ends: Record<string, (session: { handle: string; id: string }) => Promise<unknown>> = {
    'the supplier': ({ handle }) => call('/user-session', handle, { method: 'DELETE' }),
    staff: ({ id }) => stack.admin('POST', `/user-sessions/${id}/end`, { reason: 'a lost smartcard' }),
    'a sixth session': async () => {
      for (let count = 0; count < 5; count += 1) await signIn(stack, key, CLINICIAN);
    },
  };

  it.each(Object.entries(ends))('by %s opens no other', async (_who, end) => {
    const tokens = await signedInAtCis2(stack, CLINICIAN);
    const opened = await openSession(stack.gateway, key, tokens);
    const { handle } = (await opened.json()) as { handle: string };
    const { id } = (await rowOf(CLINICIAN)) as { id: string };
    await end({ handle, id });
    const arrivals = await watch(stack);
    const again = await openSession(stack.gateway, key, tokens);
    expect(verdict(again)).toEqual(ENDED);
    expect(await again.text()).toContain('The user session that this ID token opened has ended');
    expect(await arrivals('token')).toEqual([]);
    const { rows } = await stack.sql.query<{ reason: string }>(
      `SELECT record #>> '{facts,reason}' AS reason FROM audit.event
        WHERE event = 'USER_SIGN_IN_REJECTED' ORDER BY started_at DESC LIMIT 1`,
    );
    expect(rows).toEqual([{ reason: 'session_ended' }]);
    expect((await openSession(stack.gateway, key, await signedInAtCis2(stack, CLINICIAN))).status).toBe(201);
  });

  it('by a logout at CIS2 opens no other, and the caller is not told of the logout', async () => {
    const tokens = await signedInAtCis2(stack, CLINICIAN);
    expect((await openSession(stack.gateway, key, tokens)).status).toBe(201);
    await logOutAtCis2(stack, tokens.sid);
    expect(await rowOf(CLINICIAN)).toMatchObject({ ended_by: 'NHS CIS2' });
    const again = await openSession(stack.gateway, key, tokens);
    expect(verdict(again)).toEqual(ENDED);
    expect(await again.text()).not.toContain('ended');
  });

  it('because it could not be opened opens one later', async () => {
    const tokens = await signedInAtCis2(stack, NOBODY);
    expect((await openSession(stack.gateway, key, tokens)).status).toBe(403);
    await addPerson(stack, { userId: NOBODY, roles: { R69: [RC] } });
    expect((await openSession(stack.gateway, key, tokens)).status).toBe(201);
    await addPerson(stack, { userId: NOBODY, roles: {} });
  });
});

describe('the end of a session', () => {
  it('by the supplier: the next request is a 401, whatever it asks', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    expect((await call('/user-session', handle)).status).toBe(200);
    expect((await call('/user-session', handle, { method: 'DELETE' })).status).toBe(204);
    for (const path of [REFERRAL, '/user-session', '/user-session/on-behalf-of'])
      expect(verdictOf(await call(path, handle))).toEqual({ status: 401, code: 'GW_USER_SESSION' });
    expect(await rowOf(CLINICIAN)).toMatchObject({ ended_by: 'client', end_reason: 'signed out' });
    expect((await eventsOf('USER_SESSION_ENDED', CLINICIAN)).at(-1)).toMatchObject({ by: 'client' });
  });

  it('between the decision and INTENT: nothing is sent', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    // So that the gateway has a copy, which says that the session lives.
    expect((await call(REFERRAL, handle)).status).toBe(200);
    const { id } = (await rowOf(CLINICIAN)) as { id: string };
    await stack.sql.query(`SELECT end_user_sessions(ARRAY[$1]::uuid[], 'test', 'ended', now())`, [id]);
    const arrivals = await watch(stack);
    expect(verdictOf(await call(REFERRAL, handle))).toEqual({ status: 401, code: 'GW_USER_SESSION' });
    expect(await arrivals('ers')).toEqual([]);
    // What ended it is gone without a record, so that a worker writes it.
    const records = async () =>
      (await eventsOf('USER_SESSION_ENDED', CLINICIAN)).filter(({ userSessionId }) => userSessionId === id);
    await expect.poll(records, { timeout: 60_000 }).toMatchObject([{ by: 'test', reason: 'ended' }]);
  }, 90_000);
});

describe('by @gatehouse/client', () => {
  it('a session is opened, shown, used, given a role and ended, and a call is explained', async () => {
    const gatehouse = createClient({ url: stack.gateway.partner, key });
    const { id_token: idToken, access_token: accessToken } = await signedInAtCis2(stack, SECRETARY);
    const opened = await gatehouse.openUserSession({ body: { idToken, accessToken, product: 'ReferWell' } });
    const { handle: userSession, ...session } = await opened.json();
    expect(await (await gatehouse.showUserSession({ userSession })).json()).toMatchObject({
      ...{ user: session.user, roles: [{ organisation: 'R69', businessFunction: SPCA }] },
    });
    const { people } = await (await gatehouse.listActedFor({ userSession })).json();
    expect(people.map(({ userId }) => userId)).toEqual([MANY]);
    const body = { organisation: 'R69', businessFunction: SPCA, onBehalfOf: MANY } as const;
    expect((await (await gatehouse.chooseRole({ userSession, body })).json()).role).toEqual(body);
    const read = { method: 'GET', path: REFERRAL };
    const explanation = await (await gatehouse.explain({ body: read }, { userSession })).json();
    expect(explanation).toMatchObject({
      ...{ allowed: true, actingAs: { businessFunction: SPCA, onBehalfOfUserId: MANY } },
    });
    const referral = await gatehouse.a005RetrieveReferralRequest({ ubrn: '000000070000' }, { userSession });
    expect(await referral.json()).toMatchObject({ resourceType: 'ReferralRequest' });
    expect((await gatehouse.endUserSession({ userSession })).status).toBe(204);
    const failure = await gatehouse.showUserSession({ userSession }).then(
      () => null,
      (error: unknown) => (error instanceof GatehouseError ? error.failure.code : error),
    );
    expect(failure).toBe('GW_USER_SESSION');
  });

  it('a login is begun with what newSignIn makes, and refused by its code', async () => {
    const gatehouse = createClient({ url: stack.gateway.partner, key });
    const { state, codeChallenge } = newSignIn();
    const login = { product: 'ReferWell', returnTarget: 'https://app.example', state, codeChallenge };
    const failure = await gatehouse.beginLogin({ body: login }).then(
      () => null,
      (error: unknown) => (error instanceof GatehouseError ? error.failure.code : error),
    );
    // The supplier signs the users of this product in itself.
    expect(failure).toBe('GW_CIS2_CLIENT');
  });
});
