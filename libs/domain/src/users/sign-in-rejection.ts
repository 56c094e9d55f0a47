import type { BrokenRule } from '../errors.js';
import { ID_TOKEN_FAULTS } from './id-token.js';

/** Why a user's sign-in failed, as the audit trail names it. The browser sees only words of its own. */
export const USER_SIGN_IN_REJECTIONS = [
  ...ID_TOKEN_FAULTS,
  /** The ID token, beside its claims. */
  ...(['malformed', 'algorithm', 'signature', 'cis1', 'logged_out', 'other_client'] as const),
  /** A session that the ID token opened has ended. */
  'session_ended',
  /** The URL with which the supplier's web application sent the browser. */
  ...(['ticket_unknown', 'ticket_used', 'ticket_expired'] as const),
  /** The code that the supplier's server presents: unknown, used, too late, or not for it. */
  'code',
  /** The callback: of another browser, too old, or used. */
  'state',
  /** NHS CIS2 said no, or the user cancelled there. */
  'refused',
  /** The user authenticated at a lower level than was requested. */
  'level',
  ...(['unavailable', 'misconfigured', 'failed'] as const),
] as const;

export type UserSignInRejection = (typeof USER_SIGN_IN_REJECTIONS)[number];
export type IdTokenRejection = Extract<
  UserSignInRejection,
  (typeof ID_TOKEN_FAULTS)[number] | 'malformed' | 'algorithm' | 'signature' | 'cis1' | 'logged_out'
>;

/** The words for a supplier that brings the ID token of a session that has ended. */
export const SESSION_OF_TOKEN_ENDED: BrokenRule = {
  text: 'The user session that this ID token opened has ended, and the token opens no other.',
  whatToDo: 'Let the user sign in again through NHS CIS2, and open a session with the new ID token.',
  whoActs: 'caller',
};
