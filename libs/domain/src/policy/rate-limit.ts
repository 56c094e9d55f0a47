/**
 * Keeps each APIM application under e-RS's limits: 600 a minute, and 720 a minute smoothed to one every 83 ms
 * (docs/reference/protocol-facts.md §1.6, §11). The requests of one application leave in slots, at 600 a minute 102 ms
 * apart. Arithmetic only; storage and waiting are the caller's.
 */
import { BELIEVED_MS, LONGEST_AHEAD_MS } from './rate-sharing.js';

export interface RateLimit {
  /** Least time between two slots, ms. */
  readonly intervalMs: number;
  /** How long after its beginning a slot may still be used, ms. A request that is later needs another one. */
  readonly toleranceMs: number;
}

/**
 * Slots are a little further apart than the quota asks, and each may be used a little late. So even a late request is
 * 86.7 ms ahead of the next, eleven requests take more than a second, and 98 % of the quota can be used.
 */
const STRETCH = 1.02;
const TOLERANCE = 0.15;

/** @param requestsPerMinute the quota of one application; 600 in production, much lower on the path to live */
export function rateLimitOf(requestsPerMinute: number): RateLimit {
  const intervalMs = (60_000 * STRETCH) / requestsPerMinute;
  return { intervalMs, toleranceMs: intervalMs * TOLERANCE };
}

/** How many requests fit into a calendar minute at most: 588 of a quota of 600. */
export const mostInMinute = ({ intervalMs }: RateLimit): number => Math.floor(60_000 / intervalMs);

/** The earliest time at which the next request may leave, ms on the clock of the store. Initially 0. */
export type RateState = number;

export interface RateDecision {
  /** How long the request must wait before it may leave, ms. */
  readonly waitMs: number;
  /** The state once the request has left after that wait. */
  readonly next: RateState;
}

/** The rule of the shared store, which applies it in SQL; a test compares the two. */
export function nextSlot(limit: RateLimit, state: RateState, nowMs: number): RateDecision {
  const leavesMs = Math.max(nowMs, state);
  return { waitMs: leavesMs - nowMs, next: leavesMs + limit.intervalMs };
}

/** One of the equal parts into which the replicas divide a rate while they can't agree on each slot. */
export interface RateShare {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/**
 * The next slot of a share. Time is cut into slots from 1970 on, and each share owns every `count`-th of them: all
 * shares together never exceed the rate, and no two of their slots are closer than the interval.
 * @param nowMs epoch ms on the clock of the store, as the next
 * @param lastAtMs when the last slot of the share began; null if there was none
 * @returns when the slot begins, on the same clock
 */
export function dividedSlot(
  { intervalMs }: RateLimit,
  share: RateShare,
  nowMs: number,
  lastAtMs: number | null = null,
): number {
  const isOfThisClock = lastAtMs !== null && lastAtMs <= nowMs + LONGEST_AHEAD_MS + BELIEVED_MS;
  const earliestMs = isOfThisClock ? Math.max(nowMs, lastAtMs + intervalMs / 2) : nowMs;
  const first = Math.ceil(earliestMs / intervalMs);
  const behind = (share.index - (first % share.count) + share.count) % share.count;
  return (first + behind) * intervalMs;
}

/** Pauses before a read that e-RS answered with 429 is sent again, s (fault F27). */
const THROTTLED_PAUSES_S = [1, 2, 4];
/** The shortest and longest Retry-After that a caller gets with a 429, s. */
const RETRY_AFTER_S = { least: 1, most: 120 };

/**
 * How long to wait before a throttled read is sent again.
 * @param attempts how often e-RS has answered 429 so far, 1 at first
 * @param retryAfter the header's value as e-RS sent it
 * @returns milliseconds, or null if it should not be sent again
 */
export function throttledPauseMs(attempts: number, retryAfter: string | null): number | null {
  const pauseS = THROTTLED_PAUSES_S[attempts - 1];
  if (pauseS === undefined) return null;
  const saidS = secondsIn(retryAfter);
  if (saidS !== null && saidS > RETRY_AFTER_S.most) return null;
  return Math.max(pauseS, saidS ?? 0) * 1000;
}

/** The Retry-After, in whole seconds, of a 429 that reaches the caller. */
export function retryAfterS(retryAfter: string | null): number {
  return Math.min(Math.max(secondsIn(retryAfter) ?? 0, RETRY_AFTER_S.least), RETRY_AFTER_S.most);
}

/** Null for anything but whole seconds: a date would be measured by another clock. */
function secondsIn(retryAfter: string | null): number | null {
  return retryAfter !== null && /^[0-9]{1,9}$/.test(retryAfter) ? Number(retryAfter) : null;
}
