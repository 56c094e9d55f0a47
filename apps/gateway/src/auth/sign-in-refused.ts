/** Why a sign-in came to nothing, in words for the person; what exactly was wrong is for the log alone. */
export const SIGN_IN_REFUSALS = {
  stale: {
    status: 400,
    text: 'This sign-in was begun in another browser, is too old, or was used already. Begin again.',
  },
  refused: { status: 403, text: 'Your identity provider did not confirm who you are. Begin again.' },
  unavailable: { status: 503, text: 'Your identity provider can’t be reached. Try again in a minute.' },
  suspended: { status: 403, text: 'Your access to Gatehouse is suspended. An administrator can resume it.' },
} as const;

export type SignInRefusal = keyof typeof SIGN_IN_REFUSALS;

export class SignInRefused extends Error {
  readonly kind: SignInRefusal;
  constructor(kind: SignInRefusal, because?: unknown) {
    super(`sign-in ${kind}`, { cause: because });
    this.kind = kind;
  }
}
