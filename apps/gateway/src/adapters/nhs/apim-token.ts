/**
 * Access tokens of APIM: one cache entry for each identity of a binding, one request at a time, refreshed before they
 * expire. Every attempt has a new jti and signature (APIM uses up a jti even if the attempt fails), no library retries,
 * and after a failure there is a pause, so that many callers can't cause many requests (faults F14, F15, F21).
 */
import { createHash, randomUUID } from 'node:crypto';
import { clientAssertion } from '@gatehouse/domain/apim/client-assertion';
import { TOKEN_REFUSALS, type TokenRefusalCode } from '@gatehouse/domain/apim/token-refusal';
import { ERRORS, GatewayError } from '@gatehouse/domain/errors';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { SigningKey } from '@gatehouse/domain/registry/registry';
import {
  MIN_CACHED_LIFE_S,
  readTokenAnswer,
  type TokenAnswer,
  type TokenFault,
} from '@gatehouse/domain/apim/token-answer';
import type { Kms } from '../kms/kms.js';
import type { TokenTransport } from './token-transport.js';

export interface AccessToken {
  readonly value: string;
  /** The binding for which it was issued. The audit trail asserts that it is the binding of the request (law 6). */
  readonly bindingId: string;
  readonly kid: string;
  /** First 32 hex digits of its SHA-256, for audit. */
  readonly idHash: string;
  /** When it was requested, and until when a call may be sent with it; monotonic ms. */
  readonly requestedAtMs: number;
  readonly usableUntilMs: number;
}

/** What happened at the token endpoint, for audit and metrics. */
export type TokenEvent =
  | {
      readonly kind: 'MINT_OK';
      readonly plan: RoutePlan;
      readonly kid: string;
      readonly lifeS: number;
      readonly idHash: string;
    }
  | {
      readonly kind: 'MINT_FAILED';
      readonly plan: RoutePlan;
      readonly kid: string;
      readonly fault: TokenFault;
      readonly diagnosis: TokenRefusalCode;
      readonly messageId: string | null;
      readonly description: string | null;
    }
  | {
      readonly kind: 'KEY_STATE';
      readonly plan: RoutePlan;
      readonly kid: string;
      /** The name of KMS's error, or KEY_MISMATCH. */
      readonly state: string;
    };

export interface TokenSourceOptions {
  readonly kms: Kms;
  readonly transport: TokenTransport;
  readonly tokenUrlOf: (environment: string) => string;
  readonly now: () => number;
  /** Monotonic milliseconds, so that expiry does not move with the wall clock. */
  readonly monotonicNow: () => number;
  readonly onEvent: (event: TokenEvent) => void;
  readonly killPoint: (name: 'in-mint') => void;
}

export interface TokenSource {
  /** @throws GW_TOKEN_REFUSED, GW_TOKEN_UNAVAILABLE, GW_KEY_UNUSABLE, GW_SIGNING_UNAVAILABLE */
  get(plan: RoutePlan): Promise<AccessToken>;
  /**
   * Requests a new token, whatever is cached or remembered, so that the answer is that of now. It takes the place of
   * the cached one. An identity waits two seconds between two of them.
   * @throws as `get` does
   */
  renew(plan: RoutePlan): Promise<AccessToken>;
  /** Whether a call may be sent with this token now: it has not expired, and its key was not stopped since. */
  isUsable(token: AccessToken): boolean;
  /**
   * Discards a token that e-RS rejected, unless a newer one has replaced it already.
   * @returns whether a newer token may be accepted; false when one that was requested after the last rejection was
   * rejected as well
   */
  discard(plan: RoutePlan, token: AccessToken): boolean;
  /** Discards all tokens whose requests a key signed that may no longer sign. */
  discardKey(kid: string): void;
  /** Keys that signed the request for a token that is still cached. */
  activeKeys(): SigningKey[];
}

interface Entry {
  token: AccessToken | null;
  key: SigningKey | null;
  rejectedAtMs: number;
  refreshAtMs: number;
  expiresAtMs: number;
  flight: Promise<AccessToken> | null;
  failure: { readonly error: GatewayError; readonly untilMs: number } | null;
  failures: number;
  notBeforeMs: number;
}

/** A token is not used in its last seconds, since the call must arrive before it expires. */
const EXPIRY_MARGIN_MS = 5_000;
const REFRESH_FROM = 0.6;
const REFRESH_SPREAD = 0.2;
/** The pause after a fault that a person has to correct. */
const CONFIGURATION_PAUSE_MS = 30_000;
/** Between two requests for a new token that an operator asks for. */
const RENEWAL_PAUSE_MS = 2_000;
const BACK_OFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
const LEAST_RETRY_AFTER_S = 2;
/** One wrong Retry-After must not close a binding for days. */
const MOST_RETRY_AFTER_S = 120;
const MAX_ENTRIES = 200_000;
const MAY_HAVE_SIGNED: ReadonlySet<string> = new Set(['ACTIVE', 'RETIRING']);

export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { monotonicNow } = options;
  const entries = new Map<string, Entry>();
  /** When a key was stopped, by kid. A token that was requested before must not be kept. */
  const stoppedKeys = new Map<string, number>();

  const entryFor = (plan: RoutePlan): Entry => {
    let entry = entries.get(plan.identity);
    if (entry === undefined) {
      if (entries.size >= MAX_ENTRIES) evictExpired(entries, monotonicNow());
      entry = {
        token: null,
        key: null,
        rejectedAtMs: -Infinity,
        refreshAtMs: 0,
        expiresAtMs: 0,
        flight: null,
        failure: null,
        failures: 0,
        notBeforeMs: 0,
      };
      entries.set(plan.identity, entry);
    }
    return entry;
  };

  /** One attempt at the token endpoint with one key. */
  const attempt = async (plan: RoutePlan, key: SigningKey): Promise<TokenAnswer> => {
    const { application } = plan.binding;
    const tokenUrl = options.tokenUrlOf(application.environment);
    const assertion = clientAssertion({
      kid: key.kid,
      apiKey: application.apiKey ?? '',
      tokenUrl,
      jti: randomUUID(),
      nowMs: options.now(),
    });
    const jws = await options.kms.signAssertion(key, assertion);
    options.killPoint('in-mint');
    const answer = await options.transport.post(tokenUrl, jws);
    return readTokenAnswer(answer.status, answer.body, answer.retryAfter);
  };

  /** At most two attempts, each with its own jti and signature. */
  const mint = async (plan: RoutePlan, entry: Entry): Promise<AccessToken> => {
    if (plan.signingKey === null) throw new GatewayError('GW_KEY_MISSING');
    let key: SigningKey = plan.signingKey;
    const wait = entry.notBeforeMs - monotonicNow();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    for (let retriesLeft = 1; ; retriesLeft -= 1) {
      const startedMs = monotonicNow();
      const answer = await attempt(plan, key);
      if (answer.ok) return keep(plan, entry, key, answer, startedMs);
      options.onEvent({
        kind: 'MINT_FAILED',
        plan,
        kid: key.kid,
        fault: answer.fault,
        diagnosis: answer.diagnosis,
        messageId: answer.messageId,
        description: answer.description,
      });
      const next = retriesLeft > 0 ? keyForRetry(plan, key, answer) : null;
      if (next === null) throw refusal(answer);
      key = next;
    }
  };

  const keep = (
    plan: RoutePlan,
    entry: Entry,
    key: SigningKey,
    answer: TokenAnswer & { ok: true },
    startedMs: number,
  ): AccessToken => {
    const lifeMs = answer.lifeS * 1000;
    const token: AccessToken = {
      value: answer.accessToken,
      bindingId: plan.binding.id,
      kid: key.kid,
      idHash: createHash('sha256').update(answer.accessToken).digest('hex').slice(0, 32),
      requestedAtMs: startedMs,
      // A token whose life is too short to be kept is used by its own call, until it expires.
      usableUntilMs: startedMs + lifeMs - (answer.lifeS >= MIN_CACHED_LIFE_S ? EXPIRY_MARGIN_MS : 0),
    };
    const stopped = (stoppedKeys.get(key.kid) ?? -Infinity) >= startedMs;
    if (answer.lifeS >= MIN_CACHED_LIFE_S && !stopped) {
      entry.token = token;
      entry.key = key;
      entry.expiresAtMs = startedMs + lifeMs - EXPIRY_MARGIN_MS;
      // Spread over 60–80 % of the life, so that tokens issued together aren't refreshed together.
      entry.refreshAtMs = startedMs + lifeMs * (REFRESH_FROM + Math.random() * REFRESH_SPREAD);
    } else {
      entry.notBeforeMs = startedMs + 1_000;
    }
    entry.failure = null;
    entry.failures = 0;
    options.onEvent({ kind: 'MINT_OK', plan, kid: key.kid, lifeS: answer.lifeS, idHash: token.idHash });
    return token;
  };

  const startFlight = (plan: RoutePlan, entry: Entry): Promise<AccessToken> => {
    const flight = mint(plan, entry)
      .catch((cause: unknown) => {
        const error =
          cause instanceof GatewayError ? cause : new GatewayError('GW_TOKEN_UNAVAILABLE', { cause });
        entry.failure = { error, untilMs: monotonicNow() + pauseAfter(error, entry.failures) };
        entry.failures += 1;
        // A token must not be used longer than its key.
        if (error.code === 'GW_KEY_UNUSABLE') {
          entry.token = null;
          const { kid = '' } = plan.signingKey ?? {};
          options.onEvent({ kind: 'KEY_STATE', plan, kid, state: error.options.detail ?? 'unusable' });
        }
        throw error;
      })
      .finally(() => {
        entry.flight = null;
      });
    entry.flight = flight;
    return flight;
  };

  return {
    async get(plan) {
      const entry = entryFor(plan);
      const nowMs = monotonicNow();
      // A token is discarded with the key that signed its request.
      if (
        !plan.binding.application.signingKeys.some(
          ({ kid, state }) => kid === entry.key?.kid && MAY_HAVE_SIGNED.has(state),
        )
      ) {
        entry.token = null;
      }
      const paused = entry.failure !== null && entry.failure.untilMs > nowMs;
      if (entry.token !== null && nowMs < entry.expiresAtMs) {
        if (nowMs >= entry.refreshAtMs && entry.flight === null && !paused) {
          // The old token is still good, and the event has reported the failure.
          startFlight(plan, entry).catch(() => undefined);
        }
        return entry.token;
      }
      if (entry.flight !== null) return entry.flight;
      if (paused && entry.failure !== null) throw entry.failure.error;
      return startFlight(plan, entry);
    },

    async renew(plan) {
      const entry = entryFor(plan);
      if (entry.flight !== null) return entry.flight;
      const flight = startFlight(plan, entry);
      entry.notBeforeMs = Math.max(entry.notBeforeMs, monotonicNow() + RENEWAL_PAUSE_MS);
      return flight;
    },

    isUsable: ({ kid, requestedAtMs, usableUntilMs }) =>
      monotonicNow() < usableUntilMs && (stoppedKeys.get(kid) ?? -Infinity) < requestedAtMs,

    discard(plan, token) {
      const entry = entries.get(plan.identity);
      if (entry === undefined) return true;
      if (entry.token?.value === token.value) entry.token = null;
      // A token that was requested before the last rejection may have been revoked together with the rejected one.
      if (token.requestedAtMs <= entry.rejectedAtMs) return true;
      const nowMs = monotonicNow();
      const isSecond = nowMs - entry.rejectedAtMs < CONFIGURATION_PAUSE_MS;
      entry.rejectedAtMs = nowMs;
      if (!isSecond) return true;
      // The next token would be rejected too, and each costs a signature.
      const error = new GatewayError('GW_UPSTREAM_TOKEN', { detail: 'new tokens are rejected too' });
      entry.failure = { error, untilMs: nowMs + CONFIGURATION_PAUSE_MS };
      return false;
    },

    discardKey(kid) {
      stoppedKeys.set(kid, monotonicNow());
      for (const entry of entries.values()) if (entry.token?.kid === kid) entry.token = null;
    },

    activeKeys() {
      const nowMs = monotonicNow();
      const keys = new Map<string, SigningKey>();
      for (const { token, key, expiresAtMs } of entries.values()) {
        if (token !== null && key !== null && expiresAtMs > nowMs) keys.set(key.kid, key);
      }
      return [...keys.values()];
    },
  };
}

/** The key to try again with, or null if another attempt can't help. */
function keyForRetry(
  plan: RoutePlan,
  key: SigningKey,
  answer: TokenAnswer & { ok: false },
): SigningKey | null {
  switch (answer.fault) {
    case 'ours':
      return key;
    case 'key-not-seen':
      // APIM's cached copy of the JWKS is older than this key. The key before it is still published.
      return plan.binding.application.signingKeys.find(({ state }) => state === 'RETIRING') ?? null;
    case 'transient':
      return answer.retryAfterS === null ? key : null;
    case 'configuration':
    case 'malformed':
      return null;
  }
}

function refusal(answer: TokenAnswer & { ok: false }): GatewayError {
  const detail = `${answer.fault} ${answer.messageId ?? ''}`.trim();
  if (answer.fault === 'transient') {
    return new GatewayError('GW_TOKEN_UNAVAILABLE', {
      detail,
      retryAfterS: Math.min(Math.max(answer.retryAfterS ?? 0, LEAST_RETRY_AFTER_S), MOST_RETRY_AFTER_S),
    });
  }
  const { whatIsWrong, whatToDo, whoActs } = TOKEN_REFUSALS[answer.diagnosis];
  const text = `${ERRORS.GW_TOKEN_REFUSED.publicText} ${whatIsWrong}`;
  return new GatewayError('GW_TOKEN_REFUSED', {
    detail,
    diagnosis: answer.diagnosis,
    rule: { text, whatToDo, whoActs },
  });
}

/** Spread upwards only, never shorter than Retry-After. */
function pauseAfter(error: GatewayError, failures: number): number {
  if (error.code === 'GW_TOKEN_REFUSED' || error.code === 'GW_KEY_UNUSABLE') return CONFIGURATION_PAUSE_MS;
  const backOff = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 0;
  return Math.max(backOff, (error.options.retryAfterS ?? 0) * 1000) * (1 + Math.random() * 0.4);
}

function evictExpired(entries: Map<string, Entry>, nowMs: number): void {
  for (const [identity, entry] of entries) {
    if (entry.flight === null && entry.expiresAtMs < nowMs) entries.delete(identity);
  }
}
