/** The pages of sign-in, in plain HTML: they are seen where the console can't be. */
import { SIGN_IN_REFUSALS, type SignInRefusal } from './sign-in-refused.js';

export function refusalPage(kind: SignInRefusal, returnTo: string): string {
  const { text, canRetry } = SIGN_IN_REFUSALS[kind];
  const link = `<p><a href="/auth/sign-in?returnTo=${encodeURIComponent(returnTo)}">Sign in</a></p>`;
  return page('You are not signed in', `<p>${text}</p>${canRetry ? link : ''}`);
}

export function noRolePage(name: string): string {
  return page(
    'You have no role in Gatehouse',
    `<p>You are signed in as ${escape(name)}, but nothing says what you may do here.</p>
<p>Roles come from your groups at your organisation’s identity provider, or from a Gatehouse administrator. Ask whoever
looks after Gatehouse in your organisation to put you into the right group, or to give you a role.</p>
<p>Then <a href="/auth/sign-in">sign in again</a>.</p>`,
  );
}

function page(heading: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading} – Gatehouse</title></head>
<body><main><h1>${heading}</h1>${body}</main></body></html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
