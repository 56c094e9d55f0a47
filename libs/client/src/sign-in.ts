/** The two random values of a sign-in, and what is told of one of them when it begins (RFC 7636). */
import { createHash, randomBytes } from 'node:crypto';

export interface SignIn {
  /** For `beginLogin`. Compare it with what comes back before you exchange the code. */
  readonly state: string;
  /** For `openUserSession`. It is a secret of your server. */
  readonly codeVerifier: string;
  /** For `beginLogin`. */
  readonly codeChallenge: string;
}

/** New for each sign-in. Keep the state and the verifier in your server's session of that browser. */
export function newSignIn(): SignIn {
  const codeVerifier = randomBytes(32).toString('base64url');
  return {
    state: randomBytes(32).toString('base64url'),
    codeVerifier,
    codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  };
}
