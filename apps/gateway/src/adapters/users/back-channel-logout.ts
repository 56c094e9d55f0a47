/** Ends the sessions of users who log out at CIS2, or take their smartcard out (OpenID Connect Back-Channel Logout). */
import type { Database } from '@gatehouse/db/client';
import { isAudience } from '@gatehouse/domain/users/id-token';
import type { Cis2Client, Snapshot } from '@gatehouse/domain/registry/registry';
import { judgeLogoutToken } from '@gatehouse/domain/users/logout-token';
import { decodeJwt } from 'jose';
import { type Ending, endSessions } from './end-sessions.js';
import type { IdTokens } from './id-tokens.js';
import { noteLoggedOut, useLogoutToken } from './used-tokens.js';

export interface BackChannelLogout {
  /**
   * Ends every session of the environment that began with the session at CIS2, and voids codes that were not used yet.
   * @returns the ids of those that it has ended; null if the token is not accepted, for whatever reason
   * @throws GW_CIS2_UNAVAILABLE
   */
  accept(logoutToken: string): Promise<readonly string[] | null>;
}

export interface BackChannelLogoutOptions {
  readonly db: Database;
  readonly idTokens: Pick<IdTokens, 'signedBy'>;
  readonly snapshot: () => Snapshot | null;
  readonly issuerOf: (environment: string) => string | undefined;
  readonly now: () => number;
}

const BY_LOGOUT: Ending = { by: 'NHS CIS2', reason: 'logged out at NHS CIS2' };

export function createBackChannelLogout(options: BackChannelLogoutOptions): BackChannelLogout {
  const { db, idTokens, issuerOf, now } = options;

  /** Clients of any state: a session may be older than the end of its client. */
  function clientsNamedBy(logoutToken: string): { readonly issuer: string; readonly clients: Cis2Client[] } {
    const { iss, aud } = unverifiedClaims(logoutToken);
    const clients = [...(options.snapshot()?.cis2Clients.values() ?? [])].filter(
      ({ environment, clientId }) => issuerOf(environment) === iss && isAudience(aud, clientId),
    );
    return { issuer: String(iss), clients };
  }

  async function end(environments: readonly string[], cis2SessionId: string, token: UsedToken) {
    const nowMs = now();
    // Committed first: a session that is being opened meanwhile is either ended below, or finds this note.
    for (const environment of environments) await noteLoggedOut(db, { environment, cis2SessionId }, nowMs);
    return db.$transaction(async (transaction) => {
      if (!(await useLogoutToken(transaction, token, nowMs))) return null;
      await transaction.userLogin.deleteMany({
        where: { environment: { in: [...environments] }, cis2SessionId, codeUsedAt: null },
      });
      const live = await transaction.userSession.findMany({
        where: { environment: { in: [...environments] }, cis2SessionId, endedAt: null },
        select: { id: true },
      });
      const ids = live.map(({ id }) => id);
      return endSessions(transaction, ids, BY_LOGOUT, nowMs);
    });
  }

  return {
    async accept(logoutToken) {
      const { issuer, clients } = clientsNamedBy(logoutToken);
      const [client] = clients;
      if (client === undefined) return null;
      const claims = await idTokens.signedBy(logoutToken, issuer);
      if (typeof claims === 'string') return null;
      const judged = judgeLogoutToken(claims, { issuer, clientId: client.clientId, nowMs: now() });
      if (judged === null) return null;
      const environments = [...new Set(clients.map(({ environment }) => environment))];
      return end(environments, judged.cis2SessionId, { issuer, jti: judged.jti });
    },
  };
}

interface UsedToken {
  readonly issuer: string;
  readonly jti: string;
}

function unverifiedClaims(token: string): { readonly iss?: unknown; readonly aud?: unknown } {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}
