/** Signing in and out. Gatehouse takes the user to CIS2 and sends them back here with a code. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { UserSession } from '../gatehouse.js';
import { html } from '../html.js';
import { errorSummary, heading, linkButton } from '../page.js';
import { returnTarget } from '../settings.js';
import type { Answer, Route, Visit } from '../visit.js';

export const signInRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/$/, isPublic: true, answer: startPage },
  { method: 'GET', path: /^\/sign-in$/, isPublic: true, answer: beginSignIn },
  { method: 'GET', path: /^\/signed-in$/, isPublic: true, answer: finishSignIn },
  { method: 'POST', path: /^\/sign-out$/, answer: signOut },
  { method: 'GET', path: /^\/signed-out$/, isPublic: true, answer: () => signedOutPage() },
];

function startPage({ session, settings }: Visit): Answer {
  if (session.user !== null) return { redirectTo: '/worklist' };
  return {
    title: 'Sign in',
    body: html`${heading('Refer patients with ReferWell')}
      <p>Sign in with your smartcard or another NHS Care Identity authenticator.</p>
      ${linkButton('/sign-in', 'Sign in with Care Identity')}
      <h2>Sign in for one organisation</h2>
      <p>The organisation decides which level of authentication you need.</p>
      <ul>
        ${settings.organisations.map(
          ({ odsCode, name }) =>
            html`<li><a href="/sign-in?organisation=${odsCode}">${name} (${odsCode})</a></li>`,
        )}
      </ul>`,
  };
}

/**
 * `state` ties the answer to this browser, the code verifier ties it to this server. Both stay here, so a link that
 * somebody else began a sign-in with is of no use in this browser, nor is a code that somebody else has got hold of.
 */
async function beginSignIn({ session, settings, query, send }: Visit): Promise<Answer> {
  const state = randomBytes(32).toString('base64url');
  const codeVerifier = randomBytes(32).toString('base64url');
  const organisation = query.get('organisation');
  const { json } = await send({
    method: 'POST',
    path: '/user-logins',
    json: {
      product: settings.product,
      returnTarget: returnTarget(settings),
      state,
      codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      ...(organisation === null ? {} : { organisation }),
    },
  });
  session.login = { state, codeVerifier };
  return { redirectTo: (json as { url: string }).url };
}

async function finishSignIn(visit: Visit): Promise<Answer> {
  const { session, query, send } = visit;
  const { login } = session;
  const code = query.get('code');
  if (login === null || !isSame(query.get('state') ?? '', login.state))
    return notSignedIn('This sign-in was not begun in this browser, or it has already been finished.');
  session.login = null;
  if (code === null) return notSignedIn('Care Identity did not sign you in.');
  const { json } = await send({
    method: 'POST',
    path: '/user-sessions',
    json: { code, codeVerifier: login.codeVerifier },
  });
  session.user = json as UserSession & { handle: string };
  visit.renewSession();
  return { redirectTo: session.user.role === null ? '/role' : '/worklist' };
}

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const notSignedIn = (message: string): Answer => ({
  title: 'You are not signed in',
  status: 400,
  body: html`${errorSummary(message)} ${heading('You are not signed in')} ${linkButton('/sign-in', 'Sign in')}`,
});

async function signOut(visit: Visit): Promise<Answer> {
  await visit.send({ method: 'DELETE', path: '/user-session' });
  visit.session.user = null;
  visit.renewSession();
  return { redirectTo: '/signed-out' };
}

const signedOutPage = (): Answer => ({
  title: 'You have signed out',
  body: html`${heading('You have signed out')}
    <p>Remove your smartcard if you are leaving the computer.</p>
    ${linkButton('/sign-in', 'Sign in again')}`,
});
