import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.js';

/** An access token as APIM stores it; it is opaque to everyone else. */
export interface AccessToken {
  readonly apiKey: string;
  /** `user`, `app`, or anything else to reach the proxy's undefined flow. */
  readonly authType: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
  /** The key that signed the assertion; absent if the control API issued the token. */
  readonly kid?: string;
  /** CIS2 `sub`; user-restricted only. */
  readonly userId?: string;
  /** Authentication and identity assurance levels; user-restricted only. */
  readonly aal?: number;
  readonly ial?: number;
  /** The user's grant that it belongs to; absent if the control API issued the token. */
  readonly grantId?: string;
}

/** Apigee answers from its cache for this long, so that a revoked token still passes (docs/reference/protocol-facts.md §1.1). */
const CACHE_MS = 180_000;

interface Entry {
  readonly token: AccessToken;
  cachedUntilMs: number;
  isRevoked: boolean;
}

/** Lifetime of an access token: ten minutes (docs/reference/protocol-facts.md §3.3 shows 599 s left). */
export const ACCESS_TOKEN_LIFE_MS = 600_000;

/**
 * The scope that e-RS requires of an application's own token, and of a user's token at assurance level `aal`
 * (docs/reference/protocol-facts.md §1.1).
 */
export const APPLICATION_SCOPE = 'urn:nhsd:apim:app:level3:e-referrals-service-api';
export const userScope = (aal: number): string =>
  `urn:nhsd:apim:user-nhs-id:aal${aal}:e-referrals-service-api`;

export class AccessTokens {
  readonly #clock: Clock;
  readonly #tokens = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(token: Omit<AccessToken, 'expiresAtMs'>, lifeMs: number = ACCESS_TOKEN_LIFE_MS): string {
    this.#forgetOld();
    const value = randomBytes(21).toString('base64url');
    const expiresAtMs = this.#clock.nowMs() + lifeMs;
    this.#tokens.set(value, { token: { ...token, expiresAtMs }, cachedUntilMs: 0, isRevoked: false });
    return value;
  }

  find(value: string): AccessToken | undefined {
    return this.#tokens.get(value)?.token;
  }

  /** The token as APIM sees it when it is used: read through the cache, and then kept there. */
  use(value: string): AccessToken | undefined {
    const entry = this.#tokens.get(value);
    if (entry === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    if (entry.cachedUntilMs > nowMs) return entry.token;
    if (entry.isRevoked) return undefined;
    entry.cachedUntilMs = nowMs + CACHE_MS;
    return entry.token;
  }

  /** Revokes tokens as APIM does and returns their number: those in its cache pass for up to 180 s more. */
  revoke(which: (token: AccessToken) => boolean): number {
    let revoked = 0;
    for (const entry of this.#tokens.values()) {
      if (entry.isRevoked || !which(entry.token)) continue;
      entry.isRevoked = true;
      revoked += 1;
    }
    return revoked;
  }

  /** Revokes every token of an application, in the cache as well, and returns their number. */
  revokeOf(apiKey: string): number {
    let revoked = 0;
    for (const [value, { token }] of this.#tokens) {
      if (token.apiKey === apiKey && this.#tokens.delete(value)) revoked += 1;
    }
    return revoked;
  }

  clear(): void {
    this.#tokens.clear();
  }

  /** Expired tokens are kept for a while, since an expired token is rejected in another way than an unknown one. */
  #forgetOld(): void {
    if (this.#tokens.size < 50_000) return;
    const tooOldMs = this.#clock.nowMs() - ACCESS_TOKEN_LIFE_MS;
    for (const [value, { token }] of this.#tokens)
      if (token.expiresAtMs < tooOldMs) this.#tokens.delete(value);
  }
}
