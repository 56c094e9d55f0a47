/** What a user sees when Gatehouse or e-RS rejects a call: their words, and what can be done about it. */
import type { Rejection } from './gatehouse.js';
import { html } from './html.js';
import { errorSummary, heading, linkButton } from './page.js';
import type { Answer, Visit } from './visit.js';

export function rejectedPage(visit: Visit, rejection: Rejection): Answer {
  const { session } = visit;
  const { code, message, status } = rejection;
  switch (code) {
    case 'GW_ROLE_CHOICE':
      return { redirectTo: '/role' };
    case 'GW_USER_SESSION':
    case 'GW_SIGN_IN_AGAIN':
      session.user = null;
      visit.renewSession();
      return {
        title: 'You have been signed out',
        status: 401,
        body: html`${errorSummary(message)} ${heading('You have been signed out')}
        ${linkButton('/sign-in', 'Sign in again')}`,
      };
    case 'GW_ASSURANCE':
      return {
        title: 'A higher level of authentication is needed',
        status,
        body: html`${errorSummary(message)} ${heading('Sign in with a higher level of authentication')}
          <p>Have your smartcard or security key ready.</p>
          ${organisationsFor(visit).map(({ odsCode, name }) =>
            linkButton(`/sign-in?organisation=${odsCode}`, `Sign in again for ${name}`),
          )}`,
      };
    default:
      return {
        title: 'That was not possible',
        status,
        body: html`${errorSummary(message)} ${heading('That was not possible')}
          ${
            rejection.mayHaveBeenSent
              ? html`<p>The change may have been made all the same. Look before you repeat it.</p>`
              : null
          }
          <p>
            ${code === null ? 'e-RS rejected the request.' : html`Gatehouse rejected the request: ${code}.`}
          </p>
          <p><a href="${session.user === null ? '/' : '/worklist'}">Continue</a></p>`,
      };
  }
}

/** The organisation that the user works for, or all of them if it isn't known yet. */
function organisationsFor({ session, settings: { organisations } }: Visit) {
  const odsCode = session.user?.role?.organisation;
  return odsCode === undefined ? organisations : organisations.filter((each) => each.odsCode === odsCode);
}
