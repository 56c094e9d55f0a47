/**
 * ID tokens that a supplier's server brings because it signed the user in itself. A token has no nonce of ours, so it
 * belongs to the first client that brings it; another client that has it too must have come by it elsewhere.
 */
import type { Database } from '@gatehouse/db/client';
import type { AuthenticatedUser } from '@gatehouse/domain/users/id-token';
import type { UserSignInRejection } from '@gatehouse/domain/users/sign-in-rejection';
import { None } from 'openid-client';
import type { OpenIdProviders } from '../people/openid/openid-provider.js';
import type { RelyingParty } from '../people/openid/relying-party.js';
import type { Cis2Parties, Cis2Product } from './cis2-parties.js';
import { CIS2_ALGORITHMS, type IdTokens } from './id-tokens.js';
import { belongsToClient, endOfSignIn } from './used-tokens.js';

export interface BroughtToken extends Cis2Product {
  /** Of the client's row. */
  readonly clientId: string;
  readonly idToken: string;
  /** Must be there if the ID token has `at_hash`. */
  readonly accessToken: string | null;
}

export type BroughtTokenAnswer =
  | { readonly ok: true; readonly user: AuthenticatedUser; readonly name: string | null }
  | { readonly ok: false; readonly reason: UserSignInRejection };

export interface BroughtTokens {
  /**
   * `other_client` is a security event: two clients have the same user's token.
   * @throws GW_CIS2_CLIENT, GW_CIS2_UNAVAILABLE
   */
  accept(token: BroughtToken): Promise<BroughtTokenAnswer>;
}

export interface BroughtTokenOptions {
  readonly db: Database;
  readonly idTokens: IdTokens;
  readonly parties: Pick<Cis2Parties, 'expected'>;
  readonly providers: Pick<OpenIdProviders, 'nameOf'>;
  readonly now: () => number;
  readonly log: { warn(facts: object, message: string): void };
}

export function createBroughtTokens(options: BroughtTokenOptions): BroughtTokens {
  const { db, idTokens, providers, now, log } = options;

  return {
    async accept({ idToken, accessToken, clientId, ...product }) {
      const expected = options.parties.expected(product);
      const answer = await idTokens.verify(idToken, { ...expected, nonce: null, maxAgeS: null, accessToken });
      if (!answer.ok) return answer;
      const { user } = answer;
      const isTheirs = await belongsToClient(db, { idToken, clientId, expiresAtMs: user.expiresAtMs }, now());
      if (!isTheirs) {
        log.warn({ clientId, ...product }, 'a client brought the ID token of another client');
        return { ok: false, reason: 'other_client' };
      }
      const { cis2SessionId } = user;
      const end = await endOfSignIn(db, { environment: product.environment, cis2SessionId, idToken });
      if (end !== null) return { ok: false, reason: end };
      if (accessToken === null) return { ok: true, user, name: null };
      const party = partyForUserinfo(expected);
      return { ok: true, user, name: await nameOrNull({ providers, log }, party, accessToken, user.userId) };
    },
  };
}

/** The name is for people to read: a sign-in goes on without it. */
export async function nameOrNull(
  { providers, log }: Pick<BroughtTokenOptions, 'providers' | 'log'>,
  party: RelyingParty,
  accessToken: string,
  userId: string,
): Promise<string | null> {
  return providers.nameOf(party, accessToken, userId).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : 'unknown';
    log.warn({ issuer: party.issuer, reason }, 'userinfo did not give the name of a user');
    return null;
  });
}

function partyForUserinfo({ issuer, clientId }: { issuer: string; clientId: string }): RelyingParty {
  return {
    ...{ name: 'userinfo', issuer, clientId, authenticateClient: None(), clientSecret: null },
    ...{
      redirectUri: '',
      scopes: [],
      acrValues: [],
      requiredAcr: [],
      maxAgeS: null,
      algorithms: CIS2_ALGORITHMS,
    },
  };
}
