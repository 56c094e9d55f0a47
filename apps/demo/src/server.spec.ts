import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CLIENT_KEY,
  HANDLE,
  openBrowser,
  rejection,
  rolesOf,
  startDemo,
  USER_SESSION,
} from './testing/stand-in.js';

let demo: Awaited<ReturnType<typeof startDemo>>;
let usual: typeof demo.answers;
beforeAll(async () => {
  demo = await startDemo();
  usual = new Map(demo.answers);
});
afterAll(() => {
  demo.stop();
});
afterEach(() => {
  demo.received.length = 0;
  demo.answers.clear();
  for (const [call, answer] of usual) demo.answers.set(call, answer);
});

const bodyOf = (call: string) =>
  JSON.parse(String(demo.received.findLast((each) => each.call === call)?.body)) as Record<string, string>;

/** Begins a sign-in and returns the `state` that Gatehouse was given. */
async function beginSignIn(browser: ReturnType<typeof openBrowser>): Promise<string> {
  await browser.get('/sign-in');
  return bodyOf('POST /user-logins')['state'] ?? '';
}

async function signedInBrowser() {
  const browser = openBrowser(demo.url);
  const state = await beginSignIn(browser);
  await browser.get(`/signed-in?code=c&state=${state}`);
  return browser;
}

describe('signing in', () => {
  it('sends a state and an S256 challenge, whose verifier comes with the code', async () => {
    const browser = openBrowser(demo.url);
    const { location } = await browser.get('/sign-in?organisation=R69');
    expect(location).toBe('https://gatehouse.example/login?ticket=t');
    const login = bodyOf('POST /user-logins');
    expect(login).toMatchObject({
      product: 'ReferWell',
      returnTarget: `${demo.url}/signed-in`,
      organisation: 'R69',
    });
    const before = browser.cookie;
    const { location: next } = await browser.get(`/signed-in?code=the-code&state=${login['state']}`);
    expect(next).toBe('/worklist');
    const { code, codeVerifier = '' } = bodyOf('POST /user-sessions');
    expect(code).toBe('the-code');
    expect(createHash('sha256').update(codeVerifier).digest('base64url')).toBe(login['codeChallenge']);
    // Somebody who knew the session's former id is not signed in.
    expect(browser.cookie).not.toBe(before);
    const { location: page } = await openBrowser(demo.url).get('/worklist');
    expect(page).toBe('/');
  });

  it.each([
    ['another state', () => openBrowser(demo.url), (state: string) => `${state.slice(1)}x`, true],
    ['another browser', () => openBrowser(demo.url), (state: string) => state, false],
  ])('is refused with %s', async (_, open, change, isSameBrowser) => {
    const browser = open();
    const state = await beginSignIn(browser);
    const visitor = isSameBrowser ? browser : openBrowser(demo.url);
    const { status, text } = await visitor.get(`/signed-in?code=c&state=${change(state)}`);
    expect(status).toBe(400);
    expect(text).toContain('not begun in this browser');
    expect(demo.received.map(({ call }) => call)).not.toContain('POST /user-sessions');
  });

  it('is finished once', async () => {
    const browser = openBrowser(demo.url);
    const state = await beginSignIn(browser);
    expect((await browser.get(`/signed-in?code=c&state=${state}`)).status).toBe(303);
    expect((await browser.get(`/signed-in?code=c&state=${state}`)).status).toBe(400);
  });

  it('shows neither handle, verifier nor key to the browser', async () => {
    const browser = await signedInBrowser();
    const { codeVerifier = '' } = bodyOf('POST /user-sessions');
    for (const path of ['/', '/role', '/me', '/worklist', '/nowhere']) {
      const { headers, text } = await browser.get(path);
      const seen = JSON.stringify([...headers]) + text;
      for (const secret of [HANDLE, codeVerifier, CLIENT_KEY]) expect(seen).not.toContain(secret);
    }
    expect(demo.received.at(-1)?.headers['gatehouse-user-session']).toBe(HANDLE);
  });

  it('ends with DELETE /user-session', async () => {
    const browser = await signedInBrowser();
    expect((await browser.post('/sign-out')).location).toBe('/signed-out');
    expect(demo.received.at(-1)?.call).toBe('DELETE /user-session');
    expect((await browser.get('/worklist')).location).toBe('/');
  });
});

describe('choosing a role', () => {
  const many = rolesOf('R69 SERVICE_PROVIDER_CLINICIAN_ADMIN', 'X26 REFERRING_CLINICIAN');
  const choosing = { ...USER_SESSION, roles: many, role: null };

  it('is asked of a user who has several', async () => {
    demo.answers.set('POST /user-sessions', { status: 201, json: { handle: HANDLE, ...choosing } });
    const browser = openBrowser(demo.url);
    const state = await beginSignIn(browser);
    expect((await browser.get(`/signed-in?code=c&state=${state}`)).location).toBe('/role');
    expect((await browser.get('/role')).text).toContain('SERVICE_PROVIDER_CLINICIAN_ADMIN (R69)');
    const { status, text } = await browser.post('/role');
    expect([status, text.includes('<a href="#role">Select a role</a>')]).toEqual([400, true]);

    const admin = { organisation: 'R69', businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN' };
    demo.answers.set('PUT /user-session/role', {
      status: 200,
      json: { ...choosing, role: { ...admin, onBehalfOf: null } },
    });
    expect((await browser.post('/role', { role: Object.values(admin).join(' ') })).location).toBe(
      '/on-behalf-of',
    );
    expect(bodyOf('PUT /user-session/role')).toEqual(admin);
    demo.answers.set('GET /user-session/on-behalf-of', {
      status: 200,
      json: { people: [{ userId: '656005750107', name: null }] },
    });
    expect((await browser.get('/on-behalf-of')).text).toContain('656005750107');
    expect((await browser.post('/on-behalf-of', { person: '656005750107' })).location).toBe('/worklist');
    expect(bodyOf('PUT /user-session/role')).toEqual({ ...admin, onBehalfOf: '656005750107' });
  });

  it('is asked again when a call leaves it open', async () => {
    const browser = await signedInBrowser();
    const call = 'POST /FHIR/STU3/ReferralRequest/$ers.fetchworklist';
    demo.answers.set(call, rejection(400, 'GW_ROLE_CHOICE', 'Choose.'));
    expect((await browser.get('/worklist')).location).toBe('/role');
  });
});

describe('a page', () => {
  it.each([
    ['GW_USER_SESSION', 401, 'You have been signed out', '/sign-in'],
    ['GW_SIGN_IN_AGAIN', 401, 'You have been signed out', '/sign-in'],
    ['GW_ASSURANCE', 403, 'Sign in with a higher level', '/sign-in?organisation=R69'],
    ['GW_BUSINESS_FUNCTION', 403, 'Gatehouse rejected the request', '/worklist'],
  ])('after %s says what happened and where to go', async (code, status, words, link) => {
    demo.answers.set('POST /user-sessions', {
      status: 201,
      json: {
        handle: HANDLE,
        ...USER_SESSION,
        role: { organisation: 'R69', businessFunction: 'SERVICE_PROVIDER_CLINICIAN', onBehalfOf: null },
      },
    });
    const browser = await signedInBrowser();
    demo.answers.set('GET /user-session', rejection(status, code, 'In its own <words>.'));
    const page = await browser.get('/me');
    expect(page.status).toBe(status);
    expect(page.text).toContain(words);
    expect(page.text).toContain('In its own &lt;words&gt;.');
    expect(page.text).toContain(`href="${link}"`);
    const isSignedOut = (await browser.get('/role')).status === 303;
    expect(isSignedOut).toBe(status === 401);
  });

  it('lists the calls that it made, once, with links to the audit trail', async () => {
    const browser = await signedInBrowser();
    const { text } = await browser.get('/worklist');
    for (const id of ['attempt-1', 'attempt-2', 'attempt-3'])
      expect(text).toContain(`https://console.example/requests/${id}`);
    expect(text).toContain('Rosa &lt;Field&gt;');
    expect((await browser.get('/role')).text).not.toContain('attempt-');
  });

  it('takes forms from its own pages only', async () => {
    const browser = await signedInBrowser();
    const { status } = await browser.post('/sign-out', {}, 'http://127.0.0.1:1');
    expect(status).toBe(403);
    expect(demo.received.at(-1)?.call).toBe('POST /user-sessions');
  });

  it('has no script, and is never kept', async () => {
    const { headers } = await openBrowser(demo.url).get('/');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self'/);
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('a letter', () => {
  const referral = '/FHIR/STU3/ReferralRequest/000000070000';
  const withFile = (bytes: number, name = 'letter.pdf') => {
    const form = new FormData();
    form.set('version', 'W/"6"');
    form.set('file', new Blob([Buffer.alloc(bytes, 'a')]), name);
    return form;
  };

  it('of 5 MiB is stored and added to the version that the user has seen', async () => {
    const browser = await signedInBrowser();
    demo.answers.set('POST /FHIR/STU3/Binary', {
      status: 201,
      headers: { Location: 'https://ers.example/STU3/Binary/att-1' },
    });
    demo.answers.set(`POST ${referral}/$ers.maintainReferralLetter`, { status: 200, json: {} });
    const { location } = await browser.post('/referrals/000000070000/letter', withFile(5 * 1024 * 1024));
    expect(location).toBe('/referrals/000000070000');
    const [upload, change] = demo.received.slice(-2);
    expect(upload?.body.length).toBe(5 * 1024 * 1024);
    expect(upload?.headers).toMatchObject({
      'content-type': 'application/pdf',
      'nhsd-ers-file-name': 'letter.pdf',
      'nhsd-ers-referral-id': '000000070000',
    });
    expect(change?.headers['if-match']).toBe('W/"6"');
    expect(String(change?.body)).toContain('"url":"Binary/att-1"');
  });

  it.each([
    ['larger than 5 MiB', withFile(5 * 1024 * 1024 + 1), 'up to 5 MiB'],
    ['of another type', withFile(1, 'letter.exe'), 'one of the types'],
    ['without bytes', withFile(0), 'not empty'],
  ])('%s is not sent', async (_, form, words) => {
    const browser = await signedInBrowser();
    demo.answers.set(`GET ${referral}`, { status: 200, json: {}, headers: { ETag: 'W/"6"' } });
    const { status, text } = await browser.post('/referrals/000000070000/letter', form);
    expect([status, text.includes(words)]).toEqual([400, true]);
    expect(demo.received.map(({ call }) => call)).not.toContain('POST /FHIR/STU3/Binary');
  });
});
