/**
 * Access tokens of applications: one cache entry for each identity of a binding, one request at a time, replaced before
 * they expire. After a failure there is a pause, so that many callers can't cause many requests (faults F14, F21).
 */
import { clientCredentialsForm } from '@gatehouse/domain/apim/token-request';
import { GatewayError } from '@gatehouse/domain/errors';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { SigningKey } from '@gatehouse/domain/registry/registry';
import { MIN_CACHED_LIFE_S } from '@gatehouse/domain/apim/token-answer';
import { type AccessToken, EXPIRY_MARGIN_MS, replaceAfterMs, tokenIdHash } from './access-token.js';
import { type IssuedToken, requestSigned, type TokenRequestOptions } from './signed-token-request.js';
import {
  type FailedTokenAnswer,
  noteRejection,
  pauseAfterMs,
  type Rejections,
  tokenRefusal,
} from './token-failure.js';

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

interface Entry extends Rejections {
  token: AccessToken | null;
  key: SigningKey | null;
  refreshAtMs: number;
  expiresAtMs: number;
  flight: Promise<AccessToken> | null;
  failures: number;
  notBeforeMs: number;
}

/** Between two requests for a new token that an operator asks for. */
const RENEWAL_PAUSE_MS = 2_000;
const MAX_ENTRIES = 200_000;
const MAY_HAVE_SIGNED: ReadonlySet<string> = new Set(['ACTIVE', 'RETIRING']);

export function createTokenSource(options: TokenRequestOptions): TokenSource {
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

  const mint = async (plan: RoutePlan, entry: Entry): Promise<AccessToken> => {
    const wait = entry.notBeforeMs - monotonicNow();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const issued = await requestSigned(options, {
      plan,
      grant: 'client_credentials',
      userSessionId: null,
      formFor: clientCredentialsForm,
      read: ofApplication,
    });
    if ('fault' in issued) throw tokenRefusal(issued);
    return keep(plan, entry, issued);
  };

  const keep = (plan: RoutePlan, entry: Entry, { answer, key, startedMs }: IssuedToken): AccessToken => {
    const lifeMs = answer.lifeS * 1000;
    const token: AccessToken = {
      value: answer.accessToken,
      bindingId: plan.binding.id,
      applicationId: plan.binding.application.id,
      sessionId: null,
      kid: key.kid,
      idHash: tokenIdHash(answer.accessToken),
      requestedAtMs: startedMs,
      // A token whose life is too short to be kept is used by its own call, until it expires.
      usableUntilMs: startedMs + lifeMs - (answer.lifeS >= MIN_CACHED_LIFE_S ? EXPIRY_MARGIN_MS : 0),
    };
    const stopped = (stoppedKeys.get(key.kid) ?? -Infinity) >= startedMs;
    if (answer.lifeS >= MIN_CACHED_LIFE_S && !stopped) {
      entry.token = token;
      entry.key = key;
      entry.expiresAtMs = startedMs + lifeMs - EXPIRY_MARGIN_MS;
      entry.refreshAtMs = startedMs + replaceAfterMs(lifeMs);
    } else {
      entry.notBeforeMs = startedMs + 1_000;
    }
    entry.failure = null;
    entry.failures = 0;
    options.onEvent({
      kind: 'MINT_OK',
      ...{ plan, grant: 'client_credentials', userSessionId: null, kid: key.kid },
      ...{ lifeS: answer.lifeS, idHash: token.idHash },
    });
    return token;
  };

  const startFlight = (plan: RoutePlan, entry: Entry): Promise<AccessToken> => {
    const flight = mint(plan, entry)
      .catch((cause: unknown) => {
        const error =
          cause instanceof GatewayError ? cause : new GatewayError('GW_TOKEN_UNAVAILABLE', { cause });
        entry.failure = { error, untilMs: monotonicNow() + pauseAfterMs(error, entry.failures) };
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
      monotonicNow() < usableUntilMs && (stoppedKeys.get(kid ?? '') ?? -Infinity) < requestedAtMs,

    discard(plan, token) {
      const entry = entries.get(plan.identity);
      if (entry === undefined) return true;
      if (entry.token?.value === token.value) entry.token = null;
      return noteRejection(entry, token, monotonicNow());
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

function evictExpired(entries: Map<string, Entry>, nowMs: number): void {
  for (const [identity, entry] of entries) {
    if (entry.flight === null && entry.expiresAtMs < nowMs) entries.delete(identity);
  }
}

/** What is said of a user's sign-in means nothing to an application that acts for itself. */
function ofApplication(answer: FailedTokenAnswer): FailedTokenAnswer {
  if (answer.fault !== 'sign-in') return answer;
  return { ...answer, fault: 'configuration', diagnosis: 'UNKNOWN' };
}
