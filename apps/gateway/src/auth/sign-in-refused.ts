/** Why a sign-in failed, in words for the person. Only the log says exactly what was wrong. */
export const SIGN_IN_REFUSALS = {
  stale: {
    status: 400,
    text: 'This sign-in was started in another browser, is too old, or has been used already. Start again.',
    canRetry: true,
  },
  refused: {
    status: 403,
    text: 'Your identity provider did not confirm who you are. Start again.',
    canRetry: true,
  },
  unavailable: {
    status: 503,
    text: 'Your identity provider can’t be reached. Try again in a minute.',
    canRetry: true,
  },
  failed: {
    status: 503,
    text: 'Something went wrong in Gatehouse. Try again in a minute.',
    canRetry: true,
  },
  misconfigured: {
    status: 500,
    text: 'Sign-in is not set up correctly, so nobody can sign in. An operator must look at the log.',
    canRetry: false,
  },
  suspended: {
    status: 403,
    text: 'Your access to Gatehouse is suspended. An administrator can resume it.',
    canRetry: false,
  },
} as const;

export type SignInRefusal = keyof typeof SIGN_IN_REFUSALS;

export class SignInRefused extends Error {
  readonly kind: SignInRefusal;
  /** Where the person wanted to go. */
  readonly returnTo: string;
  /** Who signed in; null: it is not known. */
  readonly staffId: string | null;
  constructor(kind: SignInRefusal, returnTo = '/', staffId: string | null = null) {
    super(`sign-in ${kind}`);
    this.kind = kind;
    this.returnTo = returnTo;
    this.staffId = staffId;
  }
}
