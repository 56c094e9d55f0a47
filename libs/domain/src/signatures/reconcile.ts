/**
 * Signatures in KMS's own log against those of the audit trail (ADR 52). A signature without a record is the alarm: somebody
 * else had a key sign. A record without a signature says that log files are missing, so that the log proves nothing.
 */
import type { LoggedSignature } from './cloudtrail.js';
import type { RecordedSignatures } from './recorded-signatures.js';

/** KMS and Gatehouse have clocks of their own, and CloudTrail gives whole seconds. */
export const CLOCK_TOLERANCE_MS = 10_000;

export interface Window {
  /** Epoch ms; signatures outside are not decided on. */
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
}

/** A record, and when it was written, at most a minute after its signatures. */
export interface Recorded extends RecordedSignatures {
  readonly atMs: number;
}

export interface Reconciled {
  /** In the log within the window, each event once. */
  readonly signatures: number;
  /** With a record of the same key. */
  readonly recorded: number;
  /** Without a record, at the time of a request of the same key that was never answered. */
  readonly excused: number;
  /** Without a record, oldest first: the alarm. */
  readonly unrecorded: readonly LoggedSignature[];
  /** Records of the window whose signature the log does not have. */
  readonly notLogged: number;
  /** In the log, outside the window. */
  readonly outside: number;
  /** In the log, of keys that were not asked about. */
  readonly otherKeys: number;
}

/**
 * @param keys ARNs to look at; null: every key in the log
 */
export function reconcile(
  logged: Iterable<LoggedSignature>,
  recorded: readonly Recorded[],
  window: Window,
  keys: ReadonlySet<string> | null,
): Reconciled {
  const keyOfId = new Map(
    recorded.flatMap(({ key, requestIds }) => requestIds.map((id) => [id, key] as const)),
  );
  const excuses = excusesOf(recorded);
  const seen = new Set<string>();
  const loggedIds = new Set<string>();
  const missing: LoggedSignature[] = [];
  let [matched, outside, otherKeys] = [0, 0, 0];
  for (const signature of logged) {
    if (seen.has(signature.eventId)) continue;
    seen.add(signature.eventId);
    loggedIds.add(signature.requestId);
    if (keys !== null && !keys.has(signature.key)) otherKeys += 1;
    else if (signature.atMs < window.fromMs || signature.atMs >= window.toMs) outside += 1;
    else if (keyOfId.get(signature.requestId) === signature.key) matched += 1;
    else missing.push(signature);
  }
  missing.sort((one, other) => one.atMs - other.atMs);
  const unrecorded = missing.filter((signature) => !excuses.take(signature));
  return {
    signatures: matched + missing.length,
    recorded: matched,
    excused: missing.length - unrecorded.length,
    unrecorded,
    notLogged: notLoggedOf(recorded, loggedIds, window, keys),
    outside,
    otherKeys,
  };
}

/** Each request without an answer excuses one signature, of its key and its time. */
function excusesOf(recorded: readonly Recorded[]) {
  const left = recorded.flatMap(({ key, unanswered }) => unanswered.map((span) => ({ key, ...span })));
  return {
    take: ({ key, atMs }: LoggedSignature): boolean => {
      const at = left.findIndex(
        (span) =>
          span.key === key &&
          atMs >= span.fromMs - CLOCK_TOLERANCE_MS &&
          atMs <= span.toMs + CLOCK_TOLERANCE_MS,
      );
      if (at === -1) return false;
      left.splice(at, 1);
      return true;
    },
  };
}

/** A record is written up to a minute after its signatures, so only those count whose signatures surely lie within. */
function notLoggedOf(
  recorded: readonly Recorded[],
  loggedIds: ReadonlySet<string>,
  { fromMs, toMs }: Window,
  keys: ReadonlySet<string> | null,
): number {
  return recorded
    .filter(
      ({ key, atMs }) =>
        (keys === null || keys.has(key)) && atMs >= fromMs + RECORD_EVERY_MS * 2 && atMs < toMs,
    )
    .flatMap(({ requestIds }) => requestIds)
    .filter((id) => !loggedIds.has(id)).length;
}

/** How often a process writes what it had signed. */
export const RECORD_EVERY_MS = 60_000;
/** The newest signatures may have no record yet: a process that is slow, or waits for the database. */
export const SETTLED_AFTER_MS = 5 * 60_000;
