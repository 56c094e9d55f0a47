/**
 * Healthcare workers sign in at the public listener with the simulator's CIS2. The OIDC and REDIR entries of the corpus
 * run here for real: what each says is wrong is put wrong in a sign-in that would otherwise succeed.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Entry, readEntries } from '../corpus/entries.ts';
import { converse } from '../corpus/wire.ts';
import type { HttpBrowser } from '../support/http-browser.ts';
import { nothingLeaked } from '../support/proofs.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import {
  CIS2_CLIENT,
  RETURN_TARGET,
  startUserSignIns,
  STATE,
  type UserSignIns,
  VERIFIER,
} from '../support/servers/user-sign-ins.ts';

const ROSA = '656005750104';
const AAL2_ONLY = '656005750109';
const IAL2 = '656005750115';
const NUMERIC_LEVELS = '656005750116';
const OF_CIS1 = '656005750118';
const COOKIES = '__Host-gatehouse-user-sign-in-';
const ENTRIES = readEntries(new URL('../corpus/hostile.jsonl', import.meta.url));
const corpus = (id: string): Entry => {
  const entry = ENTRIES.find((each) => each.id === id);
  if (entry === undefined) throw new Error(`no entry ${id}`);
  return entry;
};

let stack: Stack;
let users: UserSignIns;
beforeAll(async () => {
  stack = await startStack({ worker: false });
  users = await startUserSignIns(stack);
});
afterAll(async () => {
  await users.close();
  await stack.stop();
});
afterEach(async () => {
  await stack.simulator.control('DELETE', '/cis2/changes');
});

const nowS = () => Math.floor(Date.now() / 1000);
const put = (change: object) => stack.simulator.control('POST', '/cis2/changes', change);

async function signIn(person = ROSA, browser = users.browser()) {
  const callback = await users.identify(browser, await users.begin(), person);
  return { callback, answer: await browser.go(callback) };
}

async function rejections(): Promise<string[]> {
  const { rows } = await stack.sql.query<{ reason: string }>(
    `SELECT record -> 'facts' ->> 'reason' AS reason FROM audit.event
      WHERE event = 'USER_SIGN_IN_REJECTED' ORDER BY writer, seq`,
  );
  return rows.map(({ reason }) => reason);
}

/** A page for a person that leads nowhere, least of all to the supplier. */
async function expectPage(answer: Response, status: number): Promise<string> {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('location')).toBeNull();
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  const html = await answer.text();
  expect(html).toContain('You are not signed in');
  expect(html).not.toContain('supplier.example');
  return html;
}

describe('a sign-in', () => {
  it('asks CIS2 for a recent authentication of the level, with PKCE, state and nonce', async () => {
    const begun = await users.browser().go(await users.begin());
    expect(begun.status).toBe(302);
    const url = new URL(begun.headers.get('location') ?? '');
    expect(url.href.startsWith(`${stack.simulator.cis2Issuer}/authorize?`)).toBe(true);
    const asked = Object.fromEntries(url.searchParams);
    const random = expect.stringMatching(/^[\w-]{43}$/);
    expect({ ...asked, scope: asked['scope']?.split(' ').sort() }).toEqual({
      response_type: 'code',
      client_id: CIS2_CLIENT,
      redirect_uri: 'http://127.0.0.1:1/auth/cis2/callback',
      scope: ['associatedorgs', 'nationalrbacaccess', 'nhsperson', 'openid', 'profile'],
      max_age: '300',
      acr_values: 'AAL3_ANY',
      code_challenge_method: 'S256',
      code_challenge: random,
      nonce: random,
      state: random,
    });
    const lower = await users.browser().go(await users.begin({ minimumLevel: 2 }));
    expect(new URL(lower.headers.get('location') ?? '').searchParams.get('acr_values')).toBe(
      'AAL2_OR_AAL3_ANY',
    );
  });

  it('ends at the return target with a code that says who signed in, and is in the trail', async () => {
    const { answer } = await signIn();
    expect(answer.status).toBe(303);
    const location = answer.headers.get('location') ?? '';
    expect(location.startsWith(`${RETURN_TARGET}&code=`)).toBe(true);
    const { searchParams } = new URL(location);
    expect([...searchParams.keys()]).toEqual(['from', 'code', 'state']);
    expect(searchParams.get('state')).toBe(STATE);
    const { rows } = await stack.sql.query<{ user_id: string; name: string | null }>(
      'SELECT user_id, authentication_level, cis2_session_id FROM user_login WHERE code_hash IS NOT NULL',
    );
    expect(rows).toEqual([
      { user_id: ROSA, authentication_level: 3, cis2_session_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    const events = await stack.sql.query<{ facts: object }>(
      `SELECT record -> 'facts' AS facts FROM audit.event WHERE event = 'USER_SIGNED_IN'`,
    );
    expect(events.rows).toEqual([
      { facts: expect.objectContaining({ userId: ROSA, aal: 3, ial: 3, product: 'ReferWell' }) },
    ]);
    expect(JSON.stringify(events.rows)).not.toMatch(/Rosa|Field/);
  });

  it('leaves no ticket, code, state or name in a log or table, whether it succeeds or is rejected', async () => {
    const browser = users.browser();
    const url = await users.begin();
    const callback = await users.identify(browser, url, ROSA);
    const answers = [await browser.go(callback), await browser.go(callback), await browser.go(url)];
    expect(answers.map(({ status }) => status)).toEqual([303, 401, 410]);
    const returned = new URL(answers[0]?.headers.get('location') ?? '');
    const secrets = [
      new URL(url).searchParams.get('ticket'),
      new URL(callback).searchParams.get('code'),
      new URL(callback).searchParams.get('state'),
      returned.searchParams.get('code'),
      VERIFIER,
      'Rosa',
    ].map((secret) => secret ?? '');
    expect(secrets.filter((secret) => secret.length < 4)).toEqual([]);
    expect(await nothingLeaked(stack, secrets)).toEqual([]);
  });

  it('in two tabs at once finishes in each', async () => {
    const browser = users.browser();
    const first = await users.identify(browser, await users.begin(), ROSA);
    const second = await users.identify(browser, await users.begin(), '656005750107');
    expect((await browser.go(first)).status).toBe(303);
    expect((await browser.go(second)).status).toBe(303);
    expect(browser.cookieNames().every((name) => name.startsWith(COOKIES))).toBe(true);
  });

  it('of somebody of CIS1 says that the same smartcard works through CIS2', async () => {
    const { answer } = await signIn(OF_CIS1);
    expect(await expectPage(answer, 403)).toContain('The same smartcard works through NHS CIS2');
    expect((await rejections()).at(-1)).toBe('cis1');
  });

  it('at a lower level than was requested is rejected, and accepted where the level is enough', async () => {
    const { answer } = await signIn(AAL2_ONLY);
    expect(await expectPage(answer, 403)).toContain('not strong enough');
    expect((await rejections()).at(-1)).toBe('level');
    const browser = users.browser();
    const login = await users.begin({ minimumLevel: 2 });
    expect((await browser.go(await users.identify(browser, login, AAL2_ONLY))).status).toBe(303);
  });

  it('while CIS2 is away is a 503, and says so', async () => {
    const browser = users.browser();
    const own = await users.identify(browser, await users.begin(), ROSA);
    const match = { pathPrefix: '/access_token' };
    await stack.simulator.control('POST', '/faults', {
      target: 'cis2',
      match,
      times: 1,
      fault: { status: 503 },
    });
    const answer = await browser.go(own);
    expect(await expectPage(answer, 503)).toContain('can’t be reached');
    expect((await rejections()).at(-1)).toBe('unavailable');
  });
});

describe('a login URL', () => {
  it('that is opened a second time, in any browser, leads to a page that says so', async () => {
    const url = await users.begin();
    const owner = users.browser();
    expect((await owner.go(url)).status).toBe(302);
    for (const browser of [users.browser(), owner]) {
      expect(await expectPage(await browser.go(url), 410)).toContain('has been used already');
      expect((await rejections()).at(-1)).toBe('ticket_used');
    }
  });

  it('that has expired says so', async () => {
    const url = await users.begin();
    await stack.sql.query(
      `UPDATE user_login SET created_at = created_at - interval '6 minutes', expires_at = now() WHERE opened_at IS NULL`,
    );
    expect(await expectPage(await users.browser().go(url), 410)).toContain('has expired');
  });

  it('is not used up by a look ahead of it', async () => {
    const url = await users.begin();
    const browser = users.browser();
    expect((await browser.go(url, { method: 'HEAD' })).status).toBe(405);
    expect((await browser.go(url, { headers: { 'Sec-Purpose': 'prefetch;prerender' } })).status).toBe(503);
    expect((await browser.go(url)).status).toBe(302);
  });

  it('takes no other method, and no other spelling of its path', async () => {
    const url = await users.begin();
    const post = await users.browser().go(url, { method: 'POST' });
    expect([post.status, post.headers.get('allow'), await post.text()]).toEqual([405, 'GET', '']);
    for (const path of ['/auth/cis2/LOGIN', '/auth/cis2/login/', '/auth/cis2/', '/auth/cis2/x']) {
      const answer = await users.browser().go(stack.gateway.public + path + new URL(url).search);
      expect([answer.status, await answer.text()]).toEqual([404, '']);
    }
    expect((await users.browser().go(url)).status).toBe(302);
  });

  it.each(['', '?ticket=', '?ticket=x', '?ticket=a&ticket=b', '?TICKET=x'])(
    '%j is not one of ours',
    async (query) => {
      const answer = await users.browser().go(`${stack.gateway.public}/auth/cis2/login${query}`);
      await expectPage(answer, 400);
    },
  );

  it('takes no second parameter, and is not used up by one', async () => {
    const url = await users.begin();
    await expectPage(await users.browser().go(`${url}&returnTo=https://evil.example`), 400);
    expect((await users.browser().go(url)).status).toBe(302);
  });
});

describe('a callback', () => {
  it('works only in the browser that opened the login', async () => {
    const owner = users.browser();
    const callback = await users.identify(owner, await users.begin(), ROSA);
    await expectPage(await users.browser().go(callback), 401);
    expect((await owner.go(callback)).status).toBe(303);
  });

  it('with a cookie that was stolen under another name is of no use', async () => {
    const owner = users.browser();
    const callback = await users.identify(owner, await users.begin(), ROSA);
    const [name = ''] = owner.cookieNames();
    const thief = users.browser();
    const theirs = await users.identify(thief, await users.begin(), ROSA);
    const [ownName = ''] = thief.cookieNames();
    const headers = { Cookie: `${ownName}=${owner.cookie(name) ?? ''}` };
    await expectPage(await fetch(theirs, { headers, redirect: 'manual' }), 401);
    expect((await owner.go(callback)).status).toBe(303);
  });

  it('that arrives several times at once is accepted once', async () => {
    const browser = users.browser();
    const callback = await users.identify(browser, await users.begin(), ROSA);
    const answers = await Promise.all([browser.go(callback), browser.go(callback), browser.go(callback)]);
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });
});

/** What each entry says is wrong with the ID token, as the simulator puts it wrong. */
const BROKEN: readonly (readonly [id: string, reason: string, change: () => object])[] = [
  ['OIDC-001', 'malformed', () => ({ signature: 'broken' })],
  ['OIDC-006', 'kid', () => ({ header: { kid: null } })],
  ['OIDC-010', 'iss', () => ({ claims: { iss: `${stack.simulator.cis2Issuer}/` } })],
  [
    'OIDC-011',
    'iss',
    () => ({ claims: { iss: 'https://am.nhsint.auth-ptl.cis2.spineservices.nhs.uk:443/x' } }),
  ],
  ['OIDC-012', 'aud', () => ({ claims: { aud: 'another-client' } })],
  ['OIDC-013', 'aud', () => ({ claims: { aud: [CIS2_CLIENT, 'another-client'], azp: null } })],
  ['OIDC-014', 'azp', () => ({ claims: { azp: 'another-client' } })],
  ['OIDC-015', 'exp', () => ({ claims: { exp: nowS() - 60 } })],
  ['OIDC-016', 'iat', () => ({ claims: { iat: nowS() + 600 } })],
  ['OIDC-018', 'nonce', () => ({ claims: { nonce: 'another-nonce' } })],
  ['OIDC-020', 'malformed', () => ({ claims: { sub: null } })],
  ['OIDC-028', 'id_assurance_level', () => ({ claims: { id_assurance_level: '2' } })],
  ['OIDC-030', 'auth_time', () => ({ claims: { auth_time: nowS() - 600 } })],
  ['OIDC-032', 'at_hash', () => ({ claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } })],
];

describe('the corpus: an ID token', () => {
  it.each(BROKEN)('%s is rejected: %s', async (id, reason, change) => {
    const { expected } = corpus(id);
    await put(change());
    const { answer } = await signIn();
    expect(expected.status).toContain(answer.status);
    await expectPage(answer, answer.status);
    expect((await rejections()).at(-1)).toBe(reason);
  });

  it.each([
    ['HS256 keyed with the public key', { header: { alg: 'HS256' } }],
    ['without a signature', { signature: 'none', header: { alg: 'none' } }],
    ['signed by another key under this kid', { signature: 'other-key' }],
    ['a user id of 11 digits', { claims: { sub: '65600575010' } }],
    ['AAL 1', { claims: { authentication_assurance_level: '1' } }],
    ['of another type', { header: { typ: 'at+jwt' } }],
  ])('%s is rejected as well', async (_, change) => {
    await put(change);
    const { answer } = await signIn();
    expect([401, 403]).toContain(answer.status);
    await expectPage(answer, answer.status);
  });

  it('OIDC-024 with its level as a number is accepted, and IAL2 of a person is not (OIDC-028)', async () => {
    // 303 instead of the corpus's 302: the browser goes on with GET, whatever it did before.
    expect((await signIn(NUMERIC_LEVELS)).answer.status).toBe(303);
    expect((await signIn(IAL2)).answer.status).toBe(403);
  });
});

describe('the corpus: a callback', () => {
  const callbackOf = async (browser: HttpBrowser) =>
    new URL(await users.identify(browser, await users.begin(), ROSA));

  it('OIDC-035 without state', async () => {
    const browser = users.browser();
    const url = await callbackOf(browser);
    url.searchParams.delete('state');
    await expectPage(await browser.go(url.href), 401);
  });

  it('OIDC-037 with a state that was used', async () => {
    const browser = users.browser();
    const url = await callbackOf(browser);
    expect((await browser.go(url.href)).status).toBe(303);
    await expectPage(await browser.go(url.href), 401);
    expect((await rejections()).at(-1)).toBe('state');
  });

  it('OIDC-040 with markup in the error description shows none of it', async () => {
    const browser = users.browser();
    const url = await callbackOf(browser);
    url.searchParams.delete('code');
    url.searchParams.set('error', 'access_denied');
    url.searchParams.set('error_description', '<script>alert(1)</script>');
    expect(await expectPage(await browser.go(url.href), 401)).not.toMatch(/script|alert/);
    expect((await rejections()).at(-1)).toBe('refused');
  });

  it('OIDC-042 whose code belongs to another verifier', async () => {
    const [one, other] = [users.browser(), users.browser()];
    const [url, foreign] = [await callbackOf(one), await callbackOf(other)];
    url.searchParams.set('code', foreign.searchParams.get('code') ?? '');
    await expectPage(await one.go(url.href), 401);
  });
});

describe('the corpus: a login', () => {
  it.each(ENTRIES.filter(({ raw_path: path }) => path.startsWith('/auth/cis2/login')).map(({ id }) => id))(
    '%s leads nowhere',
    async (id) => {
      const entry = corpus(id);
      const conversation = await converse(stack.gateway.public, entry.raw_latin1, { methods: ['GET'] });
      expect(conversation.answers[0]?.status).toBe(400);
      expect(JSON.stringify(conversation.answers[0])).not.toContain('evil.example');
      expect((await rejections()).at(-1)).toBe('ticket_unknown');
    },
  );
});

describe('a logout at CIS2', () => {
  async function openSession(sid: string): Promise<string> {
    const { rows } = await stack.sql.query<{ id: string }>(
      `INSERT INTO user_session (handle_hash, environment, client_id, product, pattern, user_id, cis2_session_id,
         authentication_level, identity_level, authenticated_at, created_at, last_active_at, id_token_sealed)
       VALUES (md5(random()::text) || md5(random()::text), 'local', $1, 'ReferWell', 'separate', $2, $3, 3, 3, now(), now(), now(), '\\x01')
       RETURNING id`,
      [users.clientId, ROSA, sid],
    );
    return rows[0]?.id ?? '';
  }
  const sessionOf = async (id: string) =>
    (
      await stack.sql.query<{ ended_by: string | null; id_token_sealed: Buffer | null }>(
        'SELECT ended_by, end_reason, id_token_sealed FROM user_session WHERE id = $1',
        [id],
      )
    ).rows[0];
  const send = (body: string, type = 'application/x-www-form-urlencoded') =>
    fetch(`${stack.gateway.public}/auth/cis2/back-channel-logout`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body,
    });
  const tokenFor = async (change: object, header: object = {}, signature = 'valid'): Promise<string> => {
    const claims = {
      iss: stack.simulator.cis2Issuer,
      aud: CIS2_CLIENT,
      iat: nowS(),
      exp: nowS() + 120,
      jti: randomUUID(),
      sid: 'sid-of-nobody',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      ...change,
    };
    const body = { claims, header, signature };
    return (await stack.simulator.control<{ token: string }>('POST', '/cis2/tokens', body)).token;
  };

  it('ends the sessions that began with it, erases their tokens, and is in the trail', async () => {
    await signIn();
    const { rows } = await stack.sql.query<{ sid: string }>(
      'SELECT cis2_session_id AS sid FROM user_login WHERE code_hash IS NOT NULL ORDER BY created_at DESC LIMIT 1',
    );
    const sid = rows[0]?.sid ?? '';
    const [ended, other] = [await openSession(sid), await openSession('another-sid')];
    const reports = await stack.simulator.control<{ status: number }[]>('POST', '/cis2/logout', { sid });
    expect(reports.map(({ status }) => status)).toEqual([200]);
    expect(await sessionOf(ended)).toEqual({
      ended_by: 'NHS CIS2',
      end_reason: 'logged out at NHS CIS2',
      id_token_sealed: null,
    });
    expect((await sessionOf(other))?.ended_by).toBeNull();
    const events = await stack.sql.query(
      `SELECT 1 FROM audit.event WHERE event = 'USER_SESSION_ENDED' AND record -> 'facts' ->> 'userSessionId' = $1`,
      [ended],
    );
    expect(events.rowCount).toBe(1);
  });

  it('voids a code that was not used yet', async () => {
    const { answer } = await signIn();
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const { rows } = await stack.sql.query<{ sid: string }>(
      'SELECT cis2_session_id AS sid FROM user_login WHERE code_hash IS NOT NULL ORDER BY created_at DESC LIMIT 1',
    );
    await stack.simulator.control('POST', '/cis2/logout', { sid: rows[0]?.sid });
    expect(await users.logins.redeem(code, VERIFIER, users.clientId)).toBeNull();
  });

  it('is accepted once', async () => {
    const body = `logout_token=${await tokenFor({})}`;
    expect([(await send(body)).status, (await send(body)).status]).toEqual([200, 400]);
  });

  it.each<[string, object, object?, string?]>([
    ['for another client', { aud: 'another-client' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['without a session', { sid: undefined }],
    ['without a jti', { jti: null }],
    ['with a nonce', { nonce: 'n' }],
    ['without the event', { events: {} }],
    ['that is too old', { iat: 1 }],
    ['with a broken signature', {}, {}, 'broken'],
    ['signed by another key', {}, {}, 'other-key'],
    ['without a signature', {}, { alg: 'none' }, 'none'],
  ])('with a token %s is 400, and says nothing', async (_, change, header = {}, signature = 'valid') => {
    const sid = randomUUID();
    const session = await openSession(sid);
    const answer = await send(`logout_token=${await tokenFor({ sid, ...change }, header, signature)}`);
    expect([answer.status, await answer.text()]).toEqual([400, '']);
    expect((await sessionOf(session))?.ended_by).toBeNull();
  });

  it.each([
    ['no token', ''],
    ['two tokens', 'logout_token=a&logout_token=b'],
    ['text', 'logout_token=x'],
    ['too much', `logout_token=${'a'.repeat(30_000)}`],
  ])('with %s is 400', async (_, body) => {
    expect((await send(body)).status).toBe(400);
  });
});

// The last one, since this CIS2 signs with another key from then on.
it('OIDC-004: a gateway that has not seen the new key of CIS2 fetches it', async () => {
  await stack.simulator.control('POST', '/cis2/keys/rotate', { keepOld: false });
  const fresh = await stack.startGateway();
  const browser = users.browser();
  const url = (await users.begin()).replace(stack.gateway.public, fresh.public);
  const callback = (await users.identify(browser, url, ROSA)).replace(stack.gateway.public, fresh.public);
  expect((await browser.go(callback)).status).toBe(303);
});
