/** Why a sign-in failed at the provider: who must act, and the provider's own words for the log. */
import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import { z } from 'zod';
import { GatewayError } from '@gatehouse/domain/errors';
import { AnswerTooLarge } from './bounded-fetch.js';

/**
 * `misconfigured`: nobody can sign in until an operator changes the settings here or at the provider;
 * `unavailable`: the same sign-in may work later; `refused`: the provider did not confirm this person.
 */
export type ProviderFaultKind = 'misconfigured' | 'unavailable' | 'refused';

export class ProviderFault extends Error {
  override readonly name = 'ProviderFault';
  readonly kind: ProviderFaultKind;
  /** `error` and `error_description` of the provider. */
  readonly said: ProviderError | null;
  /** The claim that made the ID token unacceptable, with all of the token's claims; null if it was something else. */
  readonly claim: RejectedClaim | null;
  constructor(kind: ProviderFaultKind, message: string, said: ProviderError | null, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.said = said;
    this.claim = claimIn(cause);
  }

  /** The same fault, with each of these secrets removed from what the provider said. */
  without(secrets: readonly (string | null)[]): ProviderFault {
    if (this.said === null) return this;
    let { description } = this.said;
    for (const secret of secrets)
      if (secret !== null && secret !== '') description = description.replaceAll(secret, '[withheld]');
    return new ProviderFault(this.kind, this.message, { ...this.said, description }, this.cause);
  }
}

interface ProviderError {
  readonly error: string;
  readonly description: string;
}

export interface RejectedClaim {
  readonly name: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

const rejectionSchema = z.object({ claim: z.string(), claims: z.record(z.string(), z.unknown()) });

/** openid-client says in the last cause which claim it rejected. */
function claimIn(error: unknown): RejectedClaim | null {
  let last = error;
  while (last instanceof Error) last = last.cause;
  const { data } = rejectionSchema.safeParse(last);
  return data === undefined ? null : { name: data.claim, claims: data.claims };
}

/** Cut to one line for the log. */
function providerError(error: string, description: string | undefined): ProviderError {
  const line = (text: string) => text.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 300);
  return { error: line(error), description: line(description ?? '') };
}

/** What a provider reports at the callback (RFC 6749 §4.1.2.1). */
export function reportedFault(error: string, description: string | null): ProviderFault {
  const said = providerError(error, description ?? undefined);
  return new ProviderFault(kindOf(said, 400), 'the provider answered the sign-in with an error', said);
}

export const misconfigured = (message: string): ProviderFault =>
  new ProviderFault('misconfigured', message, null);

/** Errors about the person or what they did (RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core 1.0 §3.1.2.6). */
const ABOUT_THE_PERSON = new Set([
  ...['access_denied', 'login_required', 'interaction_required', 'consent_required'],
  ...['account_selection_required', 'invalid_grant'],
]);
const FOR_NOW = new Set(['server_error', 'temporarily_unavailable']);

/** Codes of openid-client for a fault in the discovery document or in the endpoints it names. */
const SETUP_CODES = new Set([
  'OAUTH_HTTP_REQUEST_FORBIDDEN',
  'OAUTH_REQUEST_PROTOCOL_FORBIDDEN',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_MISSING_SERVER_METADATA',
  'OAUTH_INVALID_SERVER_METADATA',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);
/** Codes of Node for faults that waiting doesn't cure: no such host, or a certificate that doesn't match it. */
const UNREACHABLE_FOR_GOOD =
  /^(ENOTFOUND|EPROTO|CERT_|ERR_SSL_|ERR_TLS_CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

const bodySchema = z.object({ error: z.string(), error_description: z.string().optional() });

/** @param otherwise the kind of an error that doesn't show its kind */
export async function providerFault(error: unknown, otherwise: ProviderFaultKind): Promise<ProviderFault> {
  const own = ownErrorIn(error);
  if (own instanceof ProviderFault) return own;
  const fault = (kind: ProviderFaultKind, message: string, said: ProviderError | null = null) =>
    new ProviderFault(kind, message, said, error);
  if (error instanceof AuthorizationResponseError) {
    const said = providerError(error.error, error.error_description);
    return fault(kindOf(said, 400), 'the provider answered the sign-in with an error', said);
  }
  if (error instanceof ResponseBodyError) {
    const said = providerError(error.error, error.error_description);
    return fault(kindOf(said, error.status), `the token endpoint answered ${error.status}`, said);
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const body = bodySchema.safeParse(await error.response.json().catch(() => null)).data;
    const said = providerError(body?.error ?? 'invalid_client', body?.error_description);
    return fault(kindOf(said, error.status), `the token endpoint answered ${error.status}`, said);
  }
  if (own instanceof GatewayError) {
    const kind = own.code === 'GW_KEY_UNUSABLE' ? 'misconfigured' : 'unavailable';
    return fault(kind, `the client's assertion could not be signed: ${own.code}`);
  }
  if (own !== null) return fault('misconfigured', own.message);
  return fault(kindOfFailure(error, otherwise), wordsOf(error));
}

/** What our own code threw while openid-client was calling it; openid-client wraps that in an error of its own. */
function ownErrorIn(error: unknown): ProviderFault | GatewayError | AnswerTooLarge | null {
  for (let each = error; each instanceof Error; each = each.cause)
    if (each instanceof ProviderFault || each instanceof GatewayError || each instanceof AnswerTooLarge)
      return each;
  return null;
}

function kindOf({ error }: ProviderError, status: number): ProviderFaultKind {
  if (ABOUT_THE_PERSON.has(error)) return 'refused';
  return FOR_NOW.has(error) || status >= 500 || status === 429 ? 'unavailable' : 'misconfigured';
}

/** For a request that failed, an answer that isn't one, or a failed check of an ID token. */
function kindOfFailure(error: unknown, otherwise: ProviderFaultKind): ProviderFaultKind {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && SETUP_CODES.has(code)) return 'misconfigured';
  if (code === 'OAUTH_TIMEOUT') return 'unavailable';
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' && cause instanceof Response)
    return cause.status >= 500 || cause.status === 429 ? 'unavailable' : 'misconfigured';
  // fetch hides the reason in the cause of a TypeError.
  if (error instanceof TypeError && cause instanceof Error) {
    const { code: reason } = cause as { code?: unknown };
    return UNREACHABLE_FOR_GOOD.test(String(reason)) ? 'misconfigured' : 'unavailable';
  }
  return otherwise;
}

/** The messages of the errors from the first to the last; openid-client and Node quote no token or secret in them. */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause) words.push(each.message);
  return words.join(': ').slice(0, 500);
}
