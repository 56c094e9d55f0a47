/** Sign-in of staff over HTTP, with an identity provider whose answers the test controls. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FINISH_MS } from '../../../apps/gateway/src/adapters/people/pending-sign-ins.ts';
import { type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { HttpBrowser } from '../../support/http-browser.ts';
import { type IdentityProvider, startIdentityProvider } from '../../support/servers/identity-provider.ts';

const SESSION = '__Host-gatehouse-session';
const SECRET = 's3cret-of-the-client';
const ROLES = {
  'Gatehouse Platform Engineers': 'platform-engineer',
  'CN=Audit <all>,DC=example': 'auditor',
};

let admin: AdminApi;
let provider: IdentityProvider;
const clock = { ms: Date.now() };

beforeAll(async () => {
  provider = await startIdentityProvider(() => clock.ms);
  admin = await startAdmin(
    { now: () => clock.ms },
    {
      GATEHOUSE_STAFF_ISSUER: provider.issuer,
      GATEHOUSE_STAFF_CLIENT_SECRET: SECRET,
      GATEHOUSE_STAFF_ROLES: JSON.stringify(ROLES),
      GATEHOUSE_STAFF_ROLES_CLAIM: 'realm_access.roles',
      GATEHOUSE_LOG_LEVEL: 'info',
    },
  );
});
afterAll(async () => {
  await admin.close();
  await provider.close();
});
beforeEach(() => {
  const claims = { name: 'Priya', realm_access: { roles: ['Gatehouse Platform Engineers'] } };
  Object.assign(provider, { claims, tokenRefusal: null });
  admin.logged.length = 0;
});

/** @returns the URL of the callback, which is not opened yet */
async function begin(browser: HttpBrowser, returnTo = '/#/clients'): Promise<string> {
  const url = `${admin.url}/auth/sign-in?returnTo=${encodeURIComponent(returnTo)}`;
  const authorization = (await browser.go(url)).headers.get('location') ?? '';
  const redirect = await fetch(authorization, { redirect: 'manual' });
  const { pathname, search } = new URL(redirect.headers.get('location') ?? '');
  return admin.url + pathname + search;
}

const newBrowser = () => new HttpBrowser(admin.url);

it('signs a person in by a nested group whose name has spaces', async () => {
  const browser = newBrowser();
  const finished = await browser.go(await begin(browser));
  expect([finished.status, finished.headers.get('location')]).toEqual([303, '/#/clients']);
  const session = await (await browser.go(`${admin.url}/api/v1/session`)).json();
  expect(session).toMatchObject({ person: { name: 'Priya' }, roles: [{ role: 'platform-engineer' }] });
});

describe('a callback', () => {
  it('signs in once, even if the provider accepts its code again', async () => {
    const browser = newBrowser();
    const callback = await begin(browser);
    const sessions = await admin.db.staffSession.count();
    expect((await browser.go(callback)).status).toBe(303);
    const tokenRequests = provider.tokenRequests.length;
    browser.forget(SESSION);
    expect((await browser.go(callback)).status).toBe(400);
    expect(browser.cookie(SESSION)).toBeUndefined();
    expect(await admin.db.staffSession.count()).toBe(sessions + 1);
    expect(provider.tokenRequests).toHaveLength(tokenRequests);
  });

  it('that arrives several times at the same time signs in once', async () => {
    const browser = newBrowser();
    const callback = await begin(browser);
    const sessions = await admin.db.staffSession.count();
    await Promise.all([browser.go(callback), browser.go(callback), browser.go(callback)]);
    expect(await admin.db.staffSession.count()).toBe(sessions + 1);
  });

  it('is refused in a browser that did not begin the sign-in', async () => {
    const callback = await begin(newBrowser());
    const otherBrowser = newBrowser();
    await begin(otherBrowser);
    expect((await otherBrowser.go(callback)).status).toBe(400);
  });

  it('is refused after ten minutes, unless the browser has signed in meanwhile', async () => {
    const browser = newBrowser();
    const [late, later] = [await begin(browser, '/#/late'), await begin(browser)];
    expect((await browser.go(later)).status).toBe(303);
    clock.ms += FINISH_MS + 1_000;
    const again = await browser.go(late);
    expect([again.status, again.headers.get('location')]).toEqual([303, '/#/late']);
    browser.forget(SESSION);
    const refused = await browser.go(late);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain(`returnTo=${encodeURIComponent('/#/late')}`);
  });

  it.each<[string, Record<string, unknown>]>([
    ['another nonce', { nonce: 'other' }],
    ['another audience', { aud: 'other' }],
    ['another authorized party', { azp: 'other' }],
    ['another issuer', { iss: 'https://evil.example' }],
  ])('with an ID token of %s signs nobody in', async (_name, changes) => {
    Object.assign(provider.claims, changes);
    const browser = newBrowser();
    const refused = await browser.go(await begin(browser));
    expect(refused.status).toBe(403);
    expect(browser.cookie(SESSION)).toBeUndefined();
  });
});

describe('a fault that only an operator can correct', () => {
  it('is shown as such, and logged with the provider’s words but without the secret', async () => {
    const body = { error: 'invalid_client', error_description: `unknown client or bad secret ${SECRET}` };
    provider.tokenRefusal = { status: 401, body };
    const browser = newBrowser();
    const refused = await browser.go(await begin(browser));
    const page = await refused.text();
    expect([refused.status, page]).toEqual([
      500,
      expect.stringContaining('An operator must look at the log'),
    ]);
    expect(page).not.toContain('/auth/sign-in');
    const line = admin.logged.find((logLine) => logLine.includes('sign-in failed')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      kind: 'misconfigured',
      reason: 'the token endpoint answered 401',
      providerError: 'invalid_client',
      providerErrorDescription: 'unknown client or bad secret [withheld]',
    });
    expect(admin.logged.join()).not.toContain(SECRET);
  });

  it('is not confused with a provider that can’t answer now', async () => {
    provider.tokenRefusal = { status: 503, body: {} };
    const browser = newBrowser();
    const refused = await browser.go(await begin(browser));
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('Try again')]);
  });
});

describe('a person without a role', () => {
  it('sees their identity at the provider, the groups that give a role, and whom to ask', async () => {
    provider.claims = {
      name: 'Nils <Berg>',
      email: 'nils@staff.example',
      realm_access: { roles: ['other'] },
    };
    const browser = newBrowser();
    const finished = await browser.go(await begin(browser));
    expect([finished.status, finished.headers.get('location')]).toEqual([303, '/auth/no-role']);
    const refused = await browser.go(`${admin.url}/auth/no-role`);
    const page = await refused.text();
    expect(refused.status).toBe(403);
    for (const words of [
      'You have no role in Gatehouse',
      `signed in at ${provider.issuer} as Nils &lt;Berg&gt; (nils@staff.example)`,
      '<li>Gatehouse Platform Engineers</li>',
      '<li>CN=Audit &lt;all&gt;,DC=example</li>',
      'ask a Gatehouse administrator',
    ])
      expect(page).toContain(words);
    const line = admin.logged.find((logLine) => logLine.includes('without a role')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ claim: 'realm_access.roles', groups: 'other' });
  });

  it('is the only one who sees that page', async () => {
    const browser = newBrowser();
    expect((await browser.go(`${admin.url}/auth/no-role`)).headers.get('location')).toBe('/');
    await browser.go(await begin(browser));
    expect((await browser.go(`${admin.url}/auth/no-role`)).headers.get('location')).toBe('/');
  });
});
