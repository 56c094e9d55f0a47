/**
 * What a logout token of CIS2 must say, once its signature has been verified (OpenID Connect Back-Channel Logout 1.0
 * §2.4, §2.6; docs/reference/protocol-facts.md §7).
 */
import { type IdTokenClaims, isAudience } from './id-token.js';

export interface LogoutToken {
  /** The session at CIS2 that has ended. */
  readonly cis2SessionId: string;
  /** A token is accepted once. */
  readonly jti: string;
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const TYPES = new Set<unknown>(['JWT', 'logout+jwt']);
const LEEWAY_S = 30;
const OLDEST_S = 600;
/** From then on a token is too old, so its `jti` need not be remembered. */
export const LOGOUT_TOKEN_KEPT_MS = 2 * (OLDEST_S + LEEWAY_S) * 1000;

/** Null if it is not a logout token for this client. */
export function judgeLogoutToken(
  { header, payload }: IdTokenClaims,
  expected: { readonly issuer: string; readonly clientId: string; readonly nowMs: number },
): LogoutToken | null {
  const { iss, aud, iat, exp, jti, sid, events } = payload;
  const nowS = expected.nowMs / 1000;
  const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  const isValid =
    TYPES.has(header['typ']) &&
    iss === expected.issuer &&
    isAudience(aud, expected.clientId) &&
    isTime(iat) &&
    iat - LEEWAY_S <= nowS &&
    iat + OLDEST_S > nowS &&
    (exp === undefined || (isTime(exp) && exp + LEEWAY_S > nowS)) &&
    isLogoutEvent(events) &&
    // So that an ID token is never taken for one.
    payload['nonce'] === undefined;
  if (!isValid || typeof sid !== 'string' || sid === '' || typeof jti !== 'string' || jti === '') return null;
  return { cis2SessionId: sid, jti };
}

function isLogoutEvent(events: unknown): boolean {
  if (typeof events !== 'object' || events === null || !Object.hasOwn(events, EVENT)) return false;
  const event = (events as Readonly<Record<string, unknown>>)[EVENT];
  return typeof event === 'object' && event !== null && !Array.isArray(event);
}
