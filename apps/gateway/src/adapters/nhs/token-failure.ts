/** What a failed request for a token means for the call that needs one, and for how long nothing is asked again. */
import type { TokenAnswer } from '@gatehouse/domain/apim/token-answer';
import { TOKEN_REFUSALS, type TokenRefusalCode } from '@gatehouse/domain/apim/token-refusal';
import { ERRORS, GatewayError } from '@gatehouse/domain/errors';

export type FailedTokenAnswer = TokenAnswer & { readonly ok: false };

/** The pause after a fault that a person has to correct. */
const CONFIGURATION_PAUSE_MS = 30_000;
const BACK_OFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
const LEAST_RETRY_AFTER_S = 2;
/** One wrong Retry-After must not close a binding for days. */
const MOST_RETRY_AFTER_S = 120;
const NEEDS_A_PERSON: ReadonlySet<string> = new Set([
  'GW_TOKEN_REFUSED',
  'GW_KEY_UNUSABLE',
  'GW_ASSURANCE',
  'GW_SIGN_IN_AGAIN',
]);

export function tokenRefusal(answer: FailedTokenAnswer): GatewayError {
  const detail = `${answer.fault} ${answer.messageId ?? ''}`.trim();
  if (answer.fault === 'transient') {
    return new GatewayError('GW_TOKEN_UNAVAILABLE', {
      detail,
      retryAfterS: Math.min(Math.max(answer.retryAfterS ?? 0, LEAST_RETRY_AFTER_S), MOST_RETRY_AFTER_S),
    });
  }
  if (answer.fault === 'sign-in') return new GatewayError('GW_SIGN_IN_AGAIN', { detail });
  const { diagnosis } = answer;
  if (diagnosis === 'ASSURANCE')
    return new GatewayError('GW_ASSURANCE', { detail, rule: ruleOf('GW_ASSURANCE', diagnosis) });
  const rule = ruleOf('GW_TOKEN_REFUSED', diagnosis);
  return new GatewayError('GW_TOKEN_REFUSED', { detail, diagnosis, rule });
}

/** The registry has no API secret of the application, without which users' tokens can't be had. */
export function apiSecretMissing(): GatewayError {
  const rule = ruleOf('GW_TOKEN_REFUSED', 'API_SECRET');
  return new GatewayError('GW_TOKEN_REFUSED', { detail: 'no API secret', diagnosis: 'API_SECRET', rule });
}

function ruleOf(code: 'GW_ASSURANCE' | 'GW_TOKEN_REFUSED', diagnosis: TokenRefusalCode) {
  const { whatIsWrong, whatToDo, whoActs } = TOKEN_REFUSALS[diagnosis];
  const text = code === 'GW_ASSURANCE' ? whatIsWrong : `${ERRORS[code].publicText} ${whatIsWrong}`;
  return { text, whatToDo, whoActs };
}

/** What is remembered of the rejections of a token by e-RS. */
export interface Rejections {
  /** Monotonic ms. */
  rejectedAtMs: number;
  failure: { readonly error: GatewayError; readonly untilMs: number } | null;
}

/**
 * Notes that e-RS rejected a token.
 * @returns whether a newer token may be accepted; false when one that was requested after the last rejection was
 * rejected as well
 */
export function noteRejection(
  remembered: Rejections,
  { requestedAtMs }: { readonly requestedAtMs: number },
  nowMs: number,
): boolean {
  // A token that was requested before the last rejection may have been revoked together with the rejected one.
  if (requestedAtMs <= remembered.rejectedAtMs) return true;
  const isSecond = nowMs - remembered.rejectedAtMs < CONFIGURATION_PAUSE_MS;
  remembered.rejectedAtMs = nowMs;
  if (!isSecond) return true;
  // The next token would be rejected too, and each costs a request.
  const error = new GatewayError('GW_UPSTREAM_TOKEN', { detail: 'new tokens are rejected too' });
  remembered.failure = { error, untilMs: nowMs + CONFIGURATION_PAUSE_MS };
  return false;
}

/** Spread upwards only, never shorter than Retry-After. @param failures before this one, in a row */
export function pauseAfterMs(error: GatewayError, failures: number): number {
  if (NEEDS_A_PERSON.has(error.code)) return CONFIGURATION_PAUSE_MS;
  const backOff = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 0;
  return Math.max(backOff, (error.options.retryAfterS ?? 0) * 1000) * (1 + Math.random() * 0.4);
}
