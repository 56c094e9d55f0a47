/**
 * What an ID token of CIS2 must say, once its signature has been verified (docs/reference/protocol-facts.md §5, §7;
 * OpenID Connect Core §3.1.3.7). API Management compares neither the audience nor the authorised party, so a token of
 * another supplier's client would pass there.
 */

export interface ExpectedIdToken {
  /** Compared as it is written, with its `:443`. */
  readonly issuer: string;
  /** Our CIS2 client for the product. */
  readonly clientId: string;
  /** Null for a token that the supplier brings: Gatehouse did not begin that sign-in. */
  readonly nonce: string | null;
  /** The longest time since the user authenticated, in seconds; null if the sign-in asked for none. */
  readonly maxAgeS: number | null;
  /** What `at_hash` must be; null if there is no access token to compare with. */
  readonly accessTokenHash: string | null;
  /** Epoch ms. */
  readonly nowMs: number;
}

export interface IdTokenClaims {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Why a token is rejected: recorded, and never sent to the browser. */
export const ID_TOKEN_FAULTS = [
  'typ',
  'kid',
  'iss',
  'aud',
  'azp',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'at_hash',
  'sub',
  'id_assurance_level',
  'authentication_assurance_level',
] as const;
export type IdTokenFault = (typeof ID_TOKEN_FAULTS)[number];

export type AssuranceLevel = 2 | 3;

/** The `acr_values` by which CIS2 is asked for a level, or a higher one (docs/reference/protocol-facts.md §6, §7). */
export const ACR_VALUES: Readonly<Record<AssuranceLevel, string>> = { 2: 'AAL2_OR_AAL3_ANY', 3: 'AAL3_ANY' };
/** Seconds: a user who signs in is at the keyboard now. API Management asks CIS2 for the same. */
export const MAX_AGE_S = 300;

/** A healthcare worker, as CIS2 has just authenticated them. */
export interface SignedInUser {
  /** 12 digits. */
  readonly userId: string;
  /** CIS2's session, which a back-channel logout names; null where the token has none. */
  readonly cis2SessionId: string | null;
  readonly authenticatedAtMs: number;
  readonly authenticationAssurance: AssuranceLevel;
  /** The ID token can't be exchanged from then on. Null in combined authentication, which has none. */
  readonly expiresAtMs: number | null;
}

/** One whose ID token was judged. */
export interface AuthenticatedUser extends SignedInUser {
  readonly expiresAtMs: number;
}

export type IdTokenVerdict =
  | { readonly ok: true; readonly user: AuthenticatedUser }
  | { readonly ok: false; readonly fault: IdTokenFault };

/** A clock of theirs or ours may be wrong by so much. */
const LEEWAY_S = 30;
/** A token that was issued longer ago belongs to another sign-in. */
const OLDEST_S = 600;
export const USER_ID = /^[0-9]{12}$/;

/** Judges the claims in the order of ID_TOKEN_FAULTS. */
export function judgeIdToken({ header, payload }: IdTokenClaims, expected: ExpectedIdToken): IdTokenVerdict {
  const nowS = expected.nowMs / 1000;
  const { sub, exp, iat, auth_time: authTime, sid } = payload;
  const level = authenticationAssurance(payload['authentication_assurance_level']);
  const checks: Readonly<Record<IdTokenFault, boolean>> = {
    typ: header['typ'] === 'JWT',
    kid: typeof header['kid'] === 'string' && header['kid'] !== '',
    iss: payload['iss'] === expected.issuer,
    aud: isAudience(payload['aud'], expected.clientId),
    azp: isAuthorisedParty(payload, expected.clientId),
    exp: isTime(exp) && exp + LEEWAY_S > nowS,
    iat: isTime(iat) && iat - LEEWAY_S <= nowS && iat + OLDEST_S > nowS,
    auth_time: isTime(authTime) && isRecentEnough(authTime, nowS, expected.maxAgeS),
    nonce: expected.nonce === null || payload['nonce'] === expected.nonce,
    at_hash: isHashOfAccessToken(payload['at_hash'], expected.accessTokenHash),
    sub: typeof sub === 'string' && USER_ID.test(sub),
    id_assurance_level: Number(payload['id_assurance_level']) === 3,
    authentication_assurance_level: level !== null,
  };
  const fault = ID_TOKEN_FAULTS.find((claim) => !checks[claim]);
  if (fault !== undefined) return { ok: false, fault };
  return {
    ok: true,
    user: {
      userId: String(sub),
      cis2SessionId: typeof sid === 'string' ? sid : null,
      authenticatedAtMs: Number(authTime) * 1000,
      authenticationAssurance: level ?? 2,
      expiresAtMs: Number(exp) * 1000,
    },
  };
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export function isAudience(aud: unknown, clientId: string): boolean {
  return Array.isArray(aud) ? aud.includes(clientId) : aud === clientId;
}

/** A token for several audiences says which of them asked for it. */
function isAuthorisedParty({ aud, azp }: IdTokenClaims['payload'], clientId: string): boolean {
  if (azp === undefined) return !Array.isArray(aud) || aud.length === 1;
  return azp === clientId;
}

function isRecentEnough(authTimeS: number, nowS: number, maxAgeS: number | null): boolean {
  if (authTimeS - LEEWAY_S > nowS) return false;
  return maxAgeS === null || authTimeS + maxAgeS + LEEWAY_S >= nowS;
}

/** A token that has the hash must come with the access token that it is of. */
function isHashOfAccessToken(atHash: unknown, expected: string | null): boolean {
  return atHash === undefined ? true : atHash === expected;
}

/** CIS2 writes the level as a number or as text; e-RS accepts 2 and 3. */
function authenticationAssurance(value: unknown): AssuranceLevel | null {
  const level = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return level === 2 || level === 3 ? level : null;
}
