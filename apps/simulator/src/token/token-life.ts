import { ACCESS_TOKEN_LIFE_MS } from '../access-tokens.js';

/** The life in milliseconds that a form requests. It can only shorten `longestMs` (calculate-access-token-override.js). */
function requestedLife(form: URLSearchParams, field: string, longestMs: number): number {
  const lifeMs = Number(form.get(field) ?? Number.NaN);
  return Number.isFinite(lifeMs) && lifeMs > 0 && lifeMs < longestMs ? lifeMs : longestMs;
}

/** From the first issue on, tokens can be refreshed for 12 h, and no refresh token lives longer. */
export const REFRESH_PERIOD_MS = 12 * 3_600_000;

export const refreshTokenLife = (form: URLSearchParams): number =>
  requestedLife(form, '_refresh_token_expiry_ms', REFRESH_PERIOD_MS);

export const accessTokenLife = (form: URLSearchParams): number =>
  requestedLife(form, '_access_token_expiry_ms', ACCESS_TOKEN_LIFE_MS);

/** A string, and one second less than the life (fact U12). */
export const expiresIn = (lifeMs: number): string => String(Math.max(0, Math.floor(lifeMs / 1000) - 1));
