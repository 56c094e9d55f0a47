/**
 * The job that compares KMS's own log with the audit trail (ADR 51): which days of the log it reads, when a signature without
 * a record is an alarm, and when signatures that the log lacks are reported.
 */
import { CLOCK_TOLERANCE_MS, RECORD_EVERY_MS, SETTLED_AFTER_MS } from './reconcile.js';
import type { Unanswered } from './recorded-signatures.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A record is written within a minute, or once the trail takes records again. */
export const DECIDED_AFTER_MS = 30 * MINUTE_MS;
/** After an outage of the database the processes need so long to write what they have kept. */
export const LOOKED_AGAIN_AFTER_MS = 2 * SETTLED_AFTER_MS;
/** CloudTrail delivers within about 15 minutes, and promises nothing. */
export const LOG_LATE_MS = 3 * HOUR_MS;
/** How much of the trail is looked for in the log at once. */
export const LOOK_MS = HOUR_MS;
/** How long an alarm, a gap or a file that can't be read is shown. */
export const SHOWN_MS = 7 * DAY_MS;
/** How long it is known which files were read, and what was in them. */
export const KEPT_MS = SHOWN_MS + 2 * DAY_MS;

/** A signature in the log that had no record when its file was read. */
export interface UnmatchedSignature {
  readonly eventId: string;
  readonly requestId: string;
  /** ARN. */
  readonly key: string;
  /** Epoch ms. */
  readonly atMs: number;
}

/** A request to sign that ended without an answer, as a record has it. */
export interface Excuse extends Unanswered {
  /** Of this request, the same whenever the record is read. */
  readonly id: string;
  readonly key: string;
}

/** What can be decided now was made before `atMs`, and read from the log before `seenMs`; both epoch ms. */
export const decidedBefore = (nowMs: number): { readonly atMs: number; readonly seenMs: number } => ({
  atMs: nowMs - DECIDED_AFTER_MS,
  seenMs: nowMs - LOOKED_AGAIN_AFTER_MS,
});

export interface Decided<T> {
  /** They have their record after all. */
  readonly recorded: readonly T[];
  readonly excused: readonly { readonly signature: T; readonly excuse: string }[];
  /** The alarm. */
  readonly unrecorded: readonly T[];
}

/**
 * @param signatures of which it is time to decide
 * @param keyOfId request id → ARN of the key, of what the trail records
 * @param excuses those that have excused no other signature yet; each excuses one, of its key and its time
 */
export function decideSignatures<T extends UnmatchedSignature>(
  signatures: readonly T[],
  keyOfId: ReadonlyMap<string, string>,
  excuses: readonly Excuse[],
): Decided<T> {
  const [recorded, excused, unrecorded]: [T[], { signature: T; excuse: string }[], T[]] = [[], [], []];
  const left = [...excuses].sort((one, other) => one.toMs - other.toMs);
  for (const signature of [...signatures].sort((one, other) => one.atMs - other.atMs)) {
    if (keyOfId.get(signature.requestId) === signature.key) {
      recorded.push(signature);
      continue;
    }
    const at = left.findIndex((excuse) => isExcused(signature, excuse));
    const [excuse] = at === -1 ? [] : left.splice(at, 1);
    if (excuse === undefined) unrecorded.push(signature);
    else excused.push({ signature, excuse: excuse.id });
  }
  return { recorded, excused, unrecorded };
}

const isExcused = (signature: UnmatchedSignature, { key, fromMs, toMs }: Excuse): boolean =>
  key === signature.key &&
  signature.atMs >= fromMs - CLOCK_TOLERANCE_MS &&
  signature.atMs <= toMs + CLOCK_TOLERANCE_MS;

/**
 * What of the trail is looked for in the log next, in epoch ms; null: the log may still lack it.
 * @param lookedUntilMs where the last look ended
 */
export function nextLook(
  lookedUntilMs: number,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } | null {
  const toMs = Math.min(lookedUntilMs + LOOK_MS, nowMs - LOG_LATE_MS);
  return toMs - lookedUntilMs < SETTLED_AFTER_MS ? null : { fromMs: lookedUntilMs, toMs };
}

/** The first record whose signatures were all made after `sinceMs`. */
export const firstLookMs = (sinceMs: number): number => sinceMs + 2 * RECORD_EVERY_MS;

/** Days (UTC) of the log that may have files which were not read, `2026-03-02`, the oldest first. */
export function daysToRead(firstDay: string, nowMs: number): string[] {
  const days: string[] = [];
  for (let ms = Date.parse(`${firstDay}T00:00:00Z`); ms <= nowMs; ms += DAY_MS) days.push(dayOf(ms));
  return days;
}

/** Whether no more files come for a day: AWS names files by the time of delivery, with a clock of its own. */
export const isOver = (day: string, nowMs: number): boolean => day < dayOf(nowMs - DAY_MS);

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const dayAfter = (day: string): string => dayOf(Date.parse(`${day}T00:00:00Z`) + DAY_MS);
