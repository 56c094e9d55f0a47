import { randomBytes, randomUUID } from 'node:crypto';
import type { AccessTokens } from '../access-tokens.js';
import type { Clock } from '../clock.js';
import type { Counters } from '../request-log.js';
import { expiresIn, REFRESH_PERIOD_MS } from './token-life.js';

/** What a user has at an application, from one token exchange or one sign-in at APIM, and its refreshes. */
export interface UserGrant {
  readonly id: string;
  readonly apiKey: string;
  readonly userId: string;
  readonly pattern: 'separate' | 'combined';
  readonly startedAtMs: number;
  readonly scopes: readonly string[];
  readonly aal: number;
  readonly ial: number;
  /** The key that signed the assertion of an exchange. */
  readonly kid?: string;
  /** Combined authentication only: the CIS2 sign-in, by which a logout finds it, and what userinfo returns. */
  readonly sid?: string;
  readonly userinfo?: unknown;
  refreshes: number;
  /** How often a spent refresh token was presented. */
  refreshTokensReused: number;
  isRevoked: boolean;
}

export type NewGrant = Omit<
  UserGrant,
  'id' | 'startedAtMs' | 'refreshes' | 'refreshTokensReused' | 'isRevoked'
>;

export interface UserTokens {
  readonly accessToken: string;
  readonly accessLifeMs: number;
  readonly refreshToken: string;
  readonly refreshLifeMs: number;
  readonly refreshCount: number;
}

interface RefreshToken {
  readonly grant: UserGrant;
  readonly expiresAtMs: number;
  isSpent: boolean;
}

/** Users' tokens: one access token and one refresh token at a time; a refresh token can be used once. */
export class UserGrants {
  readonly #clock: Clock;
  readonly #accessTokens: AccessTokens;
  readonly #counters: () => Counters;
  readonly #endsAccessToken: () => boolean;
  #grants = new Map<string, UserGrant>();
  #refreshTokens = new Map<string, RefreshToken>();

  /** @param endsAccessToken whether a refresh ends the access token before it */
  constructor(
    clock: Clock,
    accessTokens: AccessTokens,
    counters: () => Counters,
    endsAccessToken: () => boolean,
  ) {
    this.#clock = clock;
    this.#accessTokens = accessTokens;
    this.#counters = counters;
    this.#endsAccessToken = endsAccessToken;
  }

  start(input: NewGrant, accessLifeMs: number, refreshLifeMs: number): UserTokens {
    const nowMs = this.#clock.nowMs();
    const grant: UserGrant = {
      ...input,
      id: randomUUID(),
      startedAtMs: nowMs,
      refreshes: 0,
      refreshTokensReused: 0,
      isRevoked: false,
    };
    this.#grants.set(grant.id, grant);
    return this.#issue(grant, accessLifeMs, refreshLifeMs, nowMs);
  }

  /**
   * Spends a refresh token. The old one is spent and a new pair created before the 12 h are checked, so that it is lost
   * even if the answer is `expired` (docs/reference/protocol-facts.md §5).
   */
  refresh(
    apiKey: string,
    value: string,
    accessLifeMs: number,
    refreshLifeMs: number,
  ): UserTokens | 'invalid' | 'expired' {
    const token = this.#refreshTokens.get(value);
    if (token === undefined || token.grant.apiKey !== apiKey || token.grant.isRevoked) return 'invalid';
    const { grant } = token;
    if (token.isSpent) {
      grant.refreshTokensReused += 1;
      this.#counters().refreshTokensReused += 1;
      return 'invalid';
    }
    const nowMs = this.#clock.nowMs();
    const isOver = nowMs >= grant.startedAtMs + REFRESH_PERIOD_MS;
    if (!isOver && nowMs >= token.expiresAtMs) return 'expired';
    token.isSpent = true;
    if (isOver) return 'expired';
    grant.refreshes += 1;
    this.#counters().tokenRefreshes += 1;
    if (this.#endsAccessToken()) this.#accessTokens.revoke((other) => other.grantId === grant.id);
    return this.#issue(grant, accessLifeMs, refreshLifeMs, nowMs);
  }

  #issue(grant: UserGrant, accessLifeMs: number, refreshLifeMs: number, nowMs: number): UserTokens {
    const { id, apiKey, userId, scopes, aal, ial, kid } = grant;
    const accessToken = this.#accessTokens.issue(
      {
        apiKey,
        authType: 'user',
        scopes,
        userId,
        aal,
        ial,
        grantId: id,
        ...(kid === undefined ? {} : { kid }),
      },
      accessLifeMs,
    );
    this.#counters().tokensIssued += 1;
    const expiresAtMs = Math.min(nowMs + refreshLifeMs, grant.startedAtMs + REFRESH_PERIOD_MS);
    const refreshToken = randomBytes(24).toString('base64url');
    this.#refreshTokens.set(refreshToken, { grant, expiresAtMs, isSpent: false });
    return {
      accessToken,
      accessLifeMs,
      refreshToken,
      refreshLifeMs: expiresAtMs - nowMs,
      refreshCount: grant.refreshes,
    };
  }

  get(grantId: string): UserGrant | undefined {
    return this.#grants.get(grantId);
  }

  /** The grant of a refresh token, spent or not. */
  userOf(refreshToken: string): string | undefined {
    return this.#refreshTokens.get(refreshToken)?.grant.userId;
  }

  list(): UserGrant[] {
    return [...this.#grants.values()];
  }

  /** Ends what belongs to a CIS2 sign-in. Access tokens that are in APIM's cache pass for up to 180 s more. */
  revokeSession(sid: string): void {
    for (const grant of this.#grants.values()) if (grant.sid === sid) grant.isRevoked = true;
    this.#accessTokens.revoke((token) => this.#grants.get(token.grantId ?? '')?.sid === sid);
  }

  clear(): void {
    this.#grants = new Map();
    this.#refreshTokens = new Map();
  }
}

/** The members that every answer with a user's tokens has. All are strings. */
export function userTokenMembers(tokens: UserTokens): Record<string, string> {
  return {
    access_token: tokens.accessToken,
    expires_in: expiresIn(tokens.accessLifeMs),
    refresh_token: tokens.refreshToken,
    refresh_token_expires_in: expiresIn(tokens.refreshLifeMs),
    refresh_count: String(tokens.refreshCount),
    token_type: 'Bearer',
  };
}
