/** Staff sign in with the simulator's identity provider, over HTTP as a browser does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBrowser } from '../support/http-browser.ts';
import { type Stack, startStaffStack } from '../support/servers/stack.ts';

const ROLES = 'gatehouse-platform=platform-engineer,gatehouse-governance-r69=governance-officer@R69';

let stack: Stack;
let origin: string;
beforeAll(async () => {
  ({ stack, origin } = await startStaffStack(ROLES, { worker: false }));
});
afterAll(() => stack.stop());

async function signedIn(person: string): Promise<HttpBrowser> {
  const browser = new HttpBrowser(origin);
  expect((await browser.go(await browser.identify(person))).status).toBe(303);
  return browser;
}

describe('sign-in', () => {
  it('goes through the provider, with PKCE, state and nonce, to the page that was requested', async () => {
    const browser = new HttpBrowser(origin);
    const begun = await browser.go(`${origin}/auth/sign-in?returnTo=/organisations`);
    expect(begun.status).toBe(302);
    const providerUrl = new URL(begun.headers.get('location') ?? '');
    expect(providerUrl.origin).toBe(stack.simulator.staffIssuer);
    expect(Object.fromEntries(providerUrl.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'gatehouse',
      redirect_uri: `${origin}/auth/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
    const done = await browser.go(await browser.identify('priya', '/organisations'));
    expect([done.status, done.headers.get('location')]).toEqual([303, '/organisations']);
    const cookie = done.headers.getSetCookie().find((line) => line.startsWith('__Host-gatehouse-session='));
    expect(cookie).toMatch(/^__Host-gatehouse-session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    const session = await (await browser.go(`${origin}/api/v1/session`)).json();
    expect(session).toMatchObject({
      person: { name: 'Priya Nair', email: 'priya@staff.example' },
      roles: [{ role: 'platform-engineer', odsCodes: null }],
    });
    const { rows } = await stack.sql.query(
      `SELECT record -> 'facts' AS facts FROM audit.event WHERE event = 'STAFF_SIGNED_IN'`,
    );
    expect(rows).toEqual([
      {
        facts: {
          actor: 'Priya Nair (priya@staff.example)',
          actorIssuer: stack.simulator.staffIssuer,
          actorSubject: 'priya',
          origin: 'sign-in from 127.0.0.1',
          hasRole: true,
        },
      },
    ]);
  });

  it('gives the roles of the claim for the mapped organisations, and nobody else gets any', async () => {
    const gwen = await signedIn('gwen');
    expect(await (await gwen.go(`${origin}/api/v1/session`)).json()).toMatchObject({
      roles: [{ role: 'governance-officer', odsCodes: ['R69'] }],
    });
    const nils = await signedIn('nils');
    expect((await nils.go(`${origin}/api/v1/organisations`)).status).toBe(403);
  });

  it('accepts a callback once, only from the browser that began it, and only with its state', async () => {
    const browser = new HttpBrowser(origin);
    const callback = await browser.identify('priya');
    expect((await new HttpBrowser(origin).go(callback)).status).toBe(400);
    const forged = new URL(callback);
    forged.searchParams.set('state', 'A'.repeat(43));
    expect((await browser.go(forged.href)).status).toBe(400);
    const again = new HttpBrowser(origin);
    const good = await again.identify('priya');
    expect((await again.go(good)).status).toBe(303);
    const session = again.cookie('__Host-gatehouse-session');
    again.forget('__Host-gatehouse-session');
    const replay = await again.go(good);
    expect(replay.status).toBe(400);
    expect(await replay.text()).toContain('Start again');
    expect([session, again.cookie('__Host-gatehouse-session')]).toEqual([expect.any(String), undefined]);
  });

  it.each([
    ['in the order in which they began', [0, 1]],
    ['in the opposite order', [1, 0]],
  ] as const)('can be finished in two tabs of one browser, %s', async (_name, order) => {
    const browser = new HttpBrowser(origin);
    const paths = ['/#/organisations', '/#/clients'];
    const callbacks = [await browser.identify('priya', paths[0]), await browser.identify('priya', paths[1])];
    for (const tab of order) {
      const finished = await browser.go(callbacks[tab] ?? '');
      expect([finished.status, finished.headers.get('location')]).toEqual([303, paths[tab]]);
    }
    expect((await browser.go(`${origin}/api/v1/session`)).status).toBe(200);
  });

  it('sends a browser that is already signed in to the page that its other tab requested', async () => {
    const browser = new HttpBrowser(origin);
    const callback = await browser.identify('priya', '/#/clients');
    expect((await browser.go(callback)).status).toBe(303);
    const session = browser.cookie('__Host-gatehouse-session');
    const again = await browser.go(callback);
    expect([again.status, again.headers.get('location')]).toEqual([303, '/#/clients']);
    expect(browser.cookie('__Host-gatehouse-session')).toBe(session);
  });

  it('writes nothing to the database until somebody has signed in', async () => {
    const counted = async (): Promise<unknown> =>
      (
        await stack.sql.query(
          `SELECT (SELECT count(*) FROM sign_in_spent) AS spent, (SELECT count(*) FROM sign_in_key) AS keys,
            (SELECT count(*) FROM staff_session) AS sessions`,
        )
      ).rows[0];
    const browser = new HttpBrowser(origin);
    await browser.go(`${origin}/auth/sign-in`);
    const before = await counted();
    for (let count = 0; count < 30; count += 1) await browser.go(`${origin}/auth/sign-in`);
    await browser.go(`${origin}/auth/callback?code=c&state=${'A'.repeat(43)}`);
    expect(await counted()).toEqual(before);
    expect(browser.cookieNames()).toHaveLength(4);
  });

  it('creates a new session each time, and ends the previous one', async () => {
    const browser = await signedIn('priya');
    const first = browser.cookie('__Host-gatehouse-session');
    expect((await browser.go(await browser.identify('priya'))).status).toBe(303);
    expect(browser.cookie('__Host-gatehouse-session')).not.toBe(first);
    const stale = await fetch(`${origin}/api/v1/session`, {
      headers: { Cookie: `__Host-gatehouse-session=${first}` },
    });
    expect(stale.status).toBe(401);
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example'])(
    'never redirects to %s',
    async (returnTo) => {
      const browser = new HttpBrowser(origin);
      const done = await browser.go(await browser.identify('priya', returnTo));
      expect(done.headers.get('location')).toBe('/');
    },
  );

  it('is refused when the provider refuses, without quoting the provider', async () => {
    const refused = await new HttpBrowser(origin).go(
      `${origin}/auth/callback?error=access_denied&error_description=%3Cb%3Ebad`,
    );
    expect(refused.status).toBe(403);
    expect(await refused.text()).not.toContain('bad');
  });

  it('is refused for a suspended person, whose sessions end', async () => {
    const browser = await signedIn('pawel');
    await stack.sql.query(`UPDATE staff SET state = 'suspended' WHERE name = 'Pawel Nowak'`);
    expect((await browser.go(`${origin}/api/v1/session`)).status).toBe(401);
    const refused = await browser.go(await browser.identify('pawel'));
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('suspended')]);
    const { rows } = await stack.sql.query(
      `SELECT e.record -> 'facts' ->> 'reason' AS reason, s.name FROM audit.event e
         LEFT JOIN staff s ON s.id::text = e.record -> 'facts' ->> 'staffId'
        WHERE e.event = 'SIGN_IN_REJECTED' ORDER BY e.started_at DESC LIMIT 1`,
    );
    expect(rows).toEqual([{ reason: 'suspended', name: 'Pawel Nowak' }]);
  });
});
