import type { IdTokenRejection, UserSignInRejection } from '@gatehouse/domain/users/sign-in-rejection';

/** A user's sign-in failed for a reason that the audit trail names. */
export class UserSignInRefused extends Error {
  readonly reason: UserSignInRejection;
  constructor(reason: UserSignInRejection) {
    super(`sign-in of a user: ${reason}`);
    this.reason = reason;
  }
}

export interface UserRefusal {
  readonly status: number;
  readonly text: string;
}

/** Of a token that the person can do nothing about. */
const BAD_TOKEN: UserRefusal = {
  status: 401,
  text: 'NHS CIS2 sent something that Gatehouse does not accept, so you are not signed in.',
};
const LEVEL: UserRefusal = {
  status: 403,
  text: 'You signed in by a method that is not strong enough for the organisation you work for. Use your smartcard, or another method of the highest level.',
};

/** What a supplier's server presents is no concern of a page. */
type Worded = Exclude<UserSignInRejection, IdTokenRejection | 'other_client' | 'session_ended' | 'code'>;
const OTHERS: Readonly<Record<Worded, UserRefusal>> = {
  ticket_unknown: { status: 400, text: 'This sign-in link is not valid.' },
  ticket_used: {
    status: 410,
    text: 'This sign-in link has been used already. It works once, in the browser that opens it first.',
  },
  ticket_expired: { status: 410, text: 'This sign-in link has expired. It works for five minutes.' },
  state: {
    status: 401,
    text: 'This sign-in was begun in another browser, is too old, or has been finished already.',
  },
  refused: { status: 401, text: 'NHS CIS2 did not confirm who you are.' },
  level: LEVEL,
  unavailable: { status: 503, text: 'NHS CIS2 can’t be reached now. Try again in a minute.' },
  failed: { status: 503, text: 'Something went wrong in Gatehouse. Try again in a minute.' },
  misconfigured: {
    status: 500,
    text: 'Sign-in is not set up correctly for this application, so nobody can sign in to it. Its operator must act.',
  },
};
const TOKENS: Partial<Record<UserSignInRejection, UserRefusal>> = {
  cis1: {
    status: 403,
    text: 'You signed in with the older Care Identity Service (CIS1), which is not permitted for the NHS e-Referral Service. The same smartcard works through NHS CIS2.',
  },
  id_assurance_level: {
    status: 403,
    text: 'NHS CIS2 has not verified your identity to the level that the NHS e-Referral Service requires. Your Registration Authority can help.',
  },
  authentication_assurance_level: LEVEL,
};

export function userRefusal(reason: UserSignInRejection): UserRefusal {
  return TOKENS[reason] ?? (reason in OTHERS ? OTHERS[reason as Worded] : BAD_TOKEN);
}
