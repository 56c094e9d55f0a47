import type { IdentityProvider, Identity } from '../adapters/people/identity-provider.js';
import type { Attempt } from '../adapters/people/staff-directory.js';

/** All that sign-in needs from outside. */
export interface AuthDeps {
  readonly provider: IdentityProvider;
  readonly issuer: string;
  readonly clientId: string;
  readonly consoleOrigin: string;
  begin(attempt: Attempt & { readonly state: string; readonly handle: string }): Promise<void>;
  take(state: string, handle: string): Promise<Attempt | null>;
  /** The secret of a new session, or null if the person is suspended. */
  signIn(identity: Identity, browser: Browser): Promise<string | null>;
  readonly log: { warn(facts: object, message: string): void };
}

export interface Browser {
  readonly address: string;
  readonly userAgent: string;
  readonly formerSecret: string | null;
}

export const AUTH_DEPS = Symbol('AuthDeps');
