/** An access token of API Management as calls use it, and what happened at the token endpoint. */
import { createHash } from 'node:crypto';
import type { TokenFault } from '@gatehouse/domain/apim/token-answer';
import type { TokenRefusalCode } from '@gatehouse/domain/apim/token-refusal';
import type { TokenGrant } from '@gatehouse/domain/apim/token-request';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';

export interface AccessToken {
  readonly value: string;
  /** The binding for which it was issued. The audit trail asserts that it is the binding of the request (law 6). */
  readonly bindingId: string;
  /** The application for which it was issued. Each call asserts that it is its own (law 6). */
  readonly applicationId: string;
  /** The user session for which it was issued, and which the audit trail asserts likewise; null for an application. */
  readonly sessionId: string | null;
  /** The key that signed the request for it; null for a user's token, which may come from a refresh. */
  readonly kid: string | null;
  /** First 32 hex digits of its SHA-256, for audit. */
  readonly idHash: string;
  /** When it was requested, and until when a call may be sent with it; monotonic ms. */
  readonly requestedAtMs: number;
  readonly usableUntilMs: number;
}

/** What happened at the token endpoint, for audit and metrics. */
export type TokenEvent =
  | (TokenRequestFacts & { readonly kind: 'MINT_OK'; readonly lifeS: number; readonly idHash: string })
  | (TokenRequestFacts & {
      readonly kind: 'MINT_FAILED';
      readonly fault: TokenFault;
      readonly diagnosis: TokenRefusalCode;
      readonly messageId: string | null;
      readonly description: string | null;
    })
  | {
      readonly kind: 'KEY_STATE';
      readonly plan: TokenRoute;
      readonly kid: string;
      /** The name of KMS's error, or KEY_MISMATCH. */
      readonly state: string;
    };

/** For which binding a token is requested. */
export type TokenRoute = Pick<RoutePlan, 'binding' | 'registryVersion'>;

export interface TokenRequestFacts {
  readonly plan: TokenRoute;
  readonly grant: TokenGrant;
  /** Null for a request that no key signed. */
  readonly kid: string | null;
  /** Null for an application's token, and while a user who signs in has no session yet. */
  readonly userSessionId: string | null;
}

/** A token is not used in its last seconds, since the call must arrive before it expires. */
export const EXPIRY_MARGIN_MS = 5_000;
const REFRESH_FROM = 0.6;
const REFRESH_SPREAD = 0.2;

/** When to replace a token: spread over 60–80 % of its life, so that tokens issued together aren't replaced together. */
export function replaceAfterMs(lifeMs: number): number {
  return lifeMs * (REFRESH_FROM + Math.random() * REFRESH_SPREAD);
}

export function tokenIdHash(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 32);
}
