import type { IncomingMessage } from 'node:http';
import type { OpenIdProviders } from '../adapters/people/openid/openid-provider.js';
import type { PendingSignIns } from '../adapters/people/pending-sign-ins.js';
import type { RelyingParty } from '../adapters/people/openid/relying-party.js';
import type { Identity } from '../adapters/people/staff-identity.js';
import type { CallerAddress } from '../listener/caller-address.js';
import type { StaffMember } from '../adapters/people/staff-sessions.js';

/** What the strategy needs, for staff and for users. */
export interface SignInDeps {
  readonly pending: PendingSignIns;
}

/** What sign-in of staff needs from the rest of the process. */
export interface AuthDeps extends SignInDeps {
  readonly providers: OpenIdProviders;
  /** At the identity provider of staff. */
  readonly party: RelyingParty;
  /** The claim of staff's ID tokens that holds groups or roles, or the path to it. */
  readonly rolesClaim: string;
  /** The values of that claim that give a role. */
  readonly recognisedGroups: readonly string[];
  readonly callerAddress: CallerAddress;
  /** Opens a session, unless the person is suspended. @throws if it can't be recorded: then nobody is signed in */
  signIn(identity: Identity, browser: Browser): Promise<OpenedSession | SuspendedPerson>;
  /** Who is signed in with this value of the session cookie; null if nobody is. */
  signedIn(secret: string): Promise<StaffMember | null>;
  /** Records that a sign-in failed. @param staffId who signed in; null: it is not known */
  rejected(request: IncomingMessage, reason: string, staffId: string | null): Promise<void>;
  readonly log: {
    warn(facts: object, message: string): void;
    error(facts: object, message: string): void;
  };
}

export interface OpenedSession {
  readonly secret: string;
  readonly hasRole: boolean;
}

export interface SuspendedPerson {
  readonly suspendedStaffId: string;
}

export interface Browser {
  readonly address: string;
  readonly userAgent: string;
  readonly formerSecret: string | null;
}

export const SIGN_IN_DEPS = Symbol('SignInDeps');
export const AUTH_DEPS = Symbol('AuthDeps');
