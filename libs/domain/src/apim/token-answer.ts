/**
 * Reading what APIM's token endpoint answers (docs/reference/protocol-facts.md §3.3, §3.5; faults F14, F15).
 */
import { tokenRefusalCode, type TokenRefusalCode } from './token-refusal.js';

/** API Management refreshes a user's tokens for 12 hours from their first issue. */
const MAX_REFRESH_LIFE_S = 43_200;
/** A token that lives shorter than this serves its own request only and is not kept. */
export const MIN_CACHED_LIFE_S = 30;
const MAX_LIFE_S = 3_600;
const MAX_TOKEN_LENGTH = 8_192;
const TOKEN = /^[A-Za-z0-9._~+/=-]+$/;

/**
 * What to do about a failed token call.
 * `ours`: our assertion was at fault, one retry with a new one. `key-not-seen`: APIM's copy of our JWKS lacks the
 * kid: fall back to the previous key once. `configuration`: nothing we can mend by retrying. `transient`: retry.
 * `sign-in`: the user's sign-in is over, and only a new one helps. `malformed`: an answer that isn't one.
 */
export type TokenFault = 'ours' | 'key-not-seen' | 'configuration' | 'transient' | 'sign-in' | 'malformed';

export type TokenAnswer =
  | {
      readonly ok: true;
      readonly accessToken: string;
      readonly lifeS: number;
      /** Null for an application's token, which is never refreshed. */
      readonly refresh: { readonly token: string; readonly lifeS: number } | null;
    }
  | {
      readonly ok: false;
      readonly fault: TokenFault;
      /** The same for people: what is wrong and who must act. */
      readonly diagnosis: TokenRefusalCode;
      /** APIM's own id of the failure, for its support. */
      readonly messageId: string | null;
      /** APIM's words, for audit; never sent to a caller. */
      readonly description: string | null;
      readonly retryAfterS: number | null;
    };

/**
 * @param body the body as text, already bounded in length
 * @param retryAfter value of the Retry-After header, null if absent
 */
export function readTokenAnswer(status: number, body: string, retryAfter: string | null): TokenAnswer {
  const parsed = parseObject(body);
  const description = text(parsed?.['error_description']);
  const diagnosis = tokenRefusalCode(status, text(parsed?.['error']), description);
  const fail = (fault: TokenFault): TokenAnswer => ({
    ok: false,
    fault,
    diagnosis,
    messageId: text(parsed?.['message_id']),
    description,
    retryAfterS: readRetryAfter(status, retryAfter),
  });
  if (status === 429 || status >= 500) return fail('transient');
  if (status !== 200) return fail(classify(status, diagnosis));
  if (parsed === null) return fail('malformed');
  const accessToken = parsed['access_token'];
  const tokenType = parsed['token_type'];
  const lifeS = readLife(parsed['expires_in'], MAX_LIFE_S);
  if (!isToken(accessToken)) return fail('malformed');
  if (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer') return fail('malformed');
  if (lifeS === null) return fail('malformed');
  return { ok: true, accessToken, lifeS, refresh: readRefresh(parsed) };
}

/** Without a usable refresh token, the access token serves until it expires. */
function readRefresh(answer: Record<string, unknown>): { token: string; lifeS: number } | null {
  const token = answer['refresh_token'];
  const lifeS = readLife(answer['refresh_token_expires_in'], MAX_REFRESH_LIFE_S);
  return isToken(token) && lifeS !== null ? { token, lifeS } : null;
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TOKEN_LENGTH && TOKEN.test(value);
}

/**
 * Whole seconds. APIM's 429 is not known to carry it (docs/reference/protocol-facts.md §10); then a second is the
 * least to wait.
 */
function readRetryAfter(status: number, retryAfter: string | null): number | null {
  if (retryAfter !== null && /^[0-9]{1,6}$/.test(retryAfter)) return Number(retryAfter);
  return status === 429 ? 1 : null;
}

/** `"599"` and `599` alike (APIM sends the string); not positive or not a number is no life at all. */
function readLife(value: unknown, mostS: number): number | null {
  const seconds = typeof value === 'string' && /^[0-9]{1,12}$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds <= 0) return null;
  return Math.min(seconds, mostS);
}

function classify(status: number, diagnosis: TokenRefusalCode): TokenFault {
  if (diagnosis === 'SIGN_IN_OVER') return 'sign-in';
  // A new assertion would change neither CIS2's token nor the address.
  if (diagnosis === 'ID_TOKEN' || diagnosis === 'CALLBACK') return 'configuration';
  if (status === 400) return 'ours';
  if (status === 401 && diagnosis === 'KEY_NOT_FOUND') return 'key-not-seen';
  return 'configuration';
}

function parseObject(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, 300).toWellFormed() : null;
}
