import type { IncomingMessage } from 'node:http';
import type { SignedInUser } from '@gatehouse/domain/users/id-token';
import type { UserSignInRejection } from '@gatehouse/domain/users/sign-in-rejection';
import type { BackChannelLogout } from '../../adapters/users/back-channel-logout.js';
import type { OpenIdProviders } from '../../adapters/people/openid/openid-provider.js';
import type { Cis2Parties } from '../../adapters/users/cis2-parties.js';
import type { CombinedSignIns } from '../../adapters/users/combined/combined-sign-ins.js';
import type { IdTokens } from '../../adapters/users/id-tokens.js';
import type { UserLogin, UserLogins } from '../../adapters/users/user-logins.js';
import type { AuthDeps, SignInDeps } from '../deps.js';

/** What sign-in of users needs from the rest of the process. */
export interface UserAuthDeps extends SignInDeps {
  readonly logins: UserLogins;
  readonly providers: OpenIdProviders;
  readonly parties: Cis2Parties;
  readonly combined: Pick<CombinedSignIns, 'providerFor'>;
  readonly idTokens: IdTokens;
  readonly logout: BackChannelLogout;
  /** Whether CIS2 has said that its session ended. */
  hasLoggedOut(environment: string, cis2SessionId: string | null): Promise<boolean>;
  /** Records that a user signed in. @throws if it can't be recorded: then nobody is signed in */
  signedIn(login: UserLogin, user: SignedInUser): Promise<void>;
  /** Records that a sign-in failed. @param login null if it isn't known */
  rejected(request: IncomingMessage, reason: UserSignInRejection, login: UserLogin | null): Promise<void>;
  /** Records that these sessions have ended. Never rejects, as `EndRecords.record`. */
  recordEnds(ids: readonly string[]): Promise<void>;
  readonly log: AuthDeps['log'];
}

export const USER_AUTH_DEPS = Symbol('UserAuthDeps');
