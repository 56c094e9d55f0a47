import { refreshUntilMs } from '@gatehouse/domain/users/token-step';
import type { TokenAnswer } from '@gatehouse/domain/apim/token-answer';
import { GatewayError } from '@gatehouse/domain/errors';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { SealedPlace, TokenBox } from '../token-box.js';
import type { TokenRows } from './token-rows.js';

/** The tokens with which combined authentication begins, and the application that they were issued for. */
export interface IssuedPair extends Pick<
  TokenAnswer & { readonly ok: true },
  'accessToken' | 'lifeS' | 'refresh'
> {
  readonly applicationId: string;
  /** Epoch ms. */
  readonly issuedAtMs: number;
}

/**
 * Stores the first pair of a session, sealed.
 * @throws GW_USER_SESSION if the session has ended; GW_SIGNING_UNAVAILABLE
 */
export async function storeIssuedPair(
  { box, rows }: { readonly box: TokenBox; readonly rows: Pick<TokenRows, 'store'> },
  { id: sessionId, environment, authenticatedAtMs }: UserSession,
  { applicationId, issuedAtMs, accessToken, lifeS, refresh }: IssuedPair,
): Promise<void> {
  const generation = 1;
  const place = (kind: SealedPlace['kind']): SealedPlace => ({
    ...{ environment, ownerId: sessionId, applicationId, kind, generation },
  });
  const isStored = await rows.store(
    { sessionId, applicationId },
    {
      ...{ generation, issuedAtMs, accessExpiresAtMs: issuedAtMs + lifeS * 1000 },
      access: await box.seal(accessToken, place('access')),
      refresh: refresh && {
        sealed: await box.seal(refresh.token, place('refresh')),
        expiresAtMs: refreshUntilMs(issuedAtMs, refresh.lifeS, authenticatedAtMs),
      },
    },
  );
  if (!isStored) throw new GatewayError('GW_USER_SESSION');
}
