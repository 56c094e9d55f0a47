/**
 * Access tokens of users: one for each user session and application, kept in memory while they are in use. They are
 * replaced before they expire, by one request at a time, and after a failure there is a pause (faults F21, F30d). The
 * signing key is not part of what they are kept by, so a rotation signs nobody out (ADR 38).
 */
import { MIN_CACHED_LIFE_S } from '@gatehouse/domain/apim/token-answer';
import { GatewayError } from '@gatehouse/domain/errors';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import { type AccessToken, EXPIRY_MARGIN_MS, replaceAfterMs, tokenIdHash } from '../../nhs/access-token.js';
import { noteRejection, pauseAfterMs } from '../../nhs/token-failure.js';
import { type IssuedPair, storeIssuedPair } from './issued-pair.js';
import { createTokenEntries, type UserTokenEntry } from './user-token-entries.js';
import { obtainUserToken, type UserToken, type UserTokenRequestOptions } from './user-token-requests.js';

export interface UserTokens {
  /**
   * The user's token for the application of the plan. The first call for a session exchanges its ID token.
   * @throws GW_USER_SESSION, GW_SIGN_IN_AGAIN, GW_ASSURANCE, GW_TOKEN_REFUSED, GW_TOKEN_UNAVAILABLE, GW_KEY_MISSING,
   *   GW_KEY_UNUSABLE, GW_SIGNING_UNAVAILABLE
   */
  get(plan: RoutePlan): Promise<AccessToken>;
  /** Keeps the tokens with which a session of combined authentication begins. @throws GW_USER_SESSION, GW_SIGNING_UNAVAILABLE */
  adopt(session: UserSession, pair: IssuedPair): Promise<void>;
  /** Whether a call may be sent with this token now. */
  isUsable(token: AccessToken): boolean;
  /**
   * Discards a token that e-RS rejected, unless a newer one has replaced it already.
   * @returns whether a newer token may be accepted; false when one that was requested after the last rejection was
   * rejected as well
   */
  discard(plan: RoutePlan, token: AccessToken): boolean;
  /** Discards everything of a session that has ended. */
  forget(sessionId: string): void;
}

/** When to look again while another replica requests the next pair, or none can be obtained. */
const LOOK_AGAIN_MS = 5_000;

export function createUserTokens(options: UserTokenRequestOptions): UserTokens {
  const { monotonicNow } = options;
  const entries = createTokenEntries(monotonicNow);

  const entryFor = (plan: RoutePlan): UserTokenEntry => {
    const { environment, id } = plan.binding.application;
    return entries.of(environment, sessionOf(plan), id);
  };

  const keep = (plan: RoutePlan, entry: UserTokenEntry, issued: UserToken): AccessToken => {
    const nowMs = monotonicNow();
    const lifeMs = issued.expiresAtMs - issued.issuedAtMs;
    const issuedMs = nowMs - (options.now() - issued.issuedAtMs);
    const isShort = lifeMs < MIN_CACHED_LIFE_S * 1000;
    const token: AccessToken = {
      value: issued.value,
      bindingId: plan.binding.id,
      applicationId: plan.binding.application.id,
      sessionId: sessionOf(plan),
      kid: null,
      idHash: tokenIdHash(issued.value),
      requestedAtMs: issuedMs,
      usableUntilMs: issuedMs + lifeMs - (isShort ? 0 : EXPIRY_MARGIN_MS),
    };
    const isStillDue = issued.generation <= entry.dueGeneration;
    entry.token = token;
    entry.generation = issued.generation;
    entry.replaceAtMs = isStillDue ? nowMs + LOOK_AGAIN_MS : issuedMs + replaceAfterMs(lifeMs);
    entry.failure = null;
    entry.failures = 0;
    return token;
  };

  const startFlight = (plan: RoutePlan, entry: UserTokenEntry): Promise<AccessToken> => {
    const key = { sessionId: sessionOf(plan), applicationId: plan.binding.application.id };
    const { rejectedGeneration, dueGeneration } = entry;
    const flight = obtainUserToken(options, plan, key, { rejectedGeneration, dueGeneration })
      .then((issued) => keep(plan, entry, issued))
      .catch((cause: unknown) => {
        const error =
          cause instanceof GatewayError ? cause : new GatewayError('GW_TOKEN_UNAVAILABLE', { cause });
        entry.failure = { error, untilMs: monotonicNow() + pauseAfterMs(error, entry.failures) };
        entry.failures += 1;
        throw error;
      })
      .finally(() => {
        entry.flight = null;
      });
    entry.flight = flight;
    return flight;
  };

  const serving = (plan: RoutePlan, entry: UserTokenEntry): AccessToken | null => {
    const nowMs = monotonicNow();
    const { token, failure } = entry;
    if (token === null || nowMs >= token.usableUntilMs) return null;
    const isPaused = failure !== null && failure.untilMs > nowMs;
    if (nowMs >= entry.replaceAtMs && entry.flight === null && !isPaused) {
      entry.dueGeneration = entry.generation;
      // The old token is still good, and the event has reported the failure.
      startFlight(plan, entry).catch(() => undefined);
    }
    return token;
  };

  return {
    async get(plan) {
      const entry = entryFor(plan);
      const token = serving(plan, entry);
      if (token !== null) return ofBinding(token, plan);
      const { failure } = entry;
      if (entry.flight === null && failure !== null && failure.untilMs > monotonicNow()) throw failure.error;
      return ofBinding(await (entry.flight ?? startFlight(plan, entry)), plan);
    },

    adopt: (session, pair) => storeIssuedPair(options, session, pair),

    isUsable: ({ usableUntilMs }) => monotonicNow() < usableUntilMs,

    discard(plan, token) {
      const entry = entryFor(plan);
      if (entry.token?.value === token.value) {
        entry.rejectedGeneration = entry.generation;
        entry.token = null;
      }
      return noteRejection(entry, token, monotonicNow());
    },

    forget(sessionId) {
      entries.forget(sessionId);
    },
  };
}

function sessionOf({ user }: RoutePlan): string {
  if (user === null) throw new GatewayError('GW_INTERNAL', { detail: 'a user’s token for no user', law: 6 });
  return user.sessionId;
}

/** An application may serve several organisations, and then has one token for all its bindings; see `applicationId`. */
function ofBinding(token: AccessToken, { binding }: RoutePlan): AccessToken {
  return token.bindingId === binding.id ? token : { ...token, bindingId: binding.id };
}
