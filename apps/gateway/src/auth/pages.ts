/** The pages of sign-in, in plain HTML, for people whom the console can't serve. */
import { SIGN_IN_REFUSALS, type SignInRefusal } from './sign-in-refused.js';

export function refusalPage(kind: SignInRefusal, returnTo: string): string {
  const { text, canRetry } = SIGN_IN_REFUSALS[kind];
  const link = `<p><a href="/auth/sign-in?returnTo=${encodeURIComponent(returnTo)}">Sign in</a></p>`;
  return page('You are not signed in', `<p>${text}</p>${canRetry ? link : ''}`);
}

/**
 * @param person who has signed in
 * @param issuer of the identity provider that identified them
 * @param recognisedGroups the groups that give a role, by the names that the provider uses
 */
export function noRolePage(
  person: { readonly name: string; readonly email: string | null },
  issuer: string,
  recognisedGroups: readonly string[],
): string {
  const account = person.email === null ? person.name : `${person.name} (${person.email})`;
  const items = recognisedGroups.map((group) => `<li>${escape(group)}</li>`).join('');
  const groups =
    items === ''
      ? '<p>No group of your identity provider gives a role here.</p>'
      : `<p>These groups of your identity provider give a role here, and you are in none of them:</p><ul>${items}</ul>`;
  return page(
    'You have no role in Gatehouse',
    `<p>You are signed in at ${escape(issuer)} as ${escape(account)}. That account has no role in Gatehouse.</p>
${groups}
<p>Ask whoever manages the groups of your organisation to add you to the right one, or ask a Gatehouse administrator to
give you a role. Then <a href="/auth/sign-in">sign in again</a>.</p>`,
  );
}

/** @param body in HTML */
export function page(heading: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading} – Gatehouse</title></head>
<body><main><h1>${heading}</h1>${body}</main></body></html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
