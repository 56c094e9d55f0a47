/**
 * Whether the replicas take the slots of a rate from the shared store, or divide the rate among them because one of them
 * can't (fault F7). All of them must do the same, so each tells the others how it is, and waits after a change until
 * the others have seen it too. Pure; times are ms.
 */

/**
 * `slow`: can't keep up with the store. `divided`: could, but follows another that can't. `joining`: has just begun, and
 * sends nothing until the others share.
 */
export type ReplicaState = 'joining' | 'shared' | 'divided' | 'slow';

/** What a replica's row in the store says. */
export interface Replica {
  readonly id: string;
  /** Since it sent what its row says. */
  readonly ageMs: number;
  readonly state: ReplicaState;
  /** Since it changed how it takes slots; null if it never did. */
  readonly changedAgoMs: number | null;
}

/** How often a replica writes its row and reads those of the others. */
export const BEAT_MS = 250;
/** A replica that was not heard of for so long may have begun to divide. */
const OUT_OF_TOUCH_MS = 2 * BEAT_MS + 100;
/** An answer of the store that takes longer is slow. */
export const SLOW_MS = 50;
/** A statement without an answer for so long is slow, whatever follows. */
export const SILENT_MS = 250;
/** So many slow answers in a row make a replica slow, and so many good ones make it well. */
const SLOW_IN_A_ROW = 2;
const GOOD_IN_A_ROW = 8;
/** A slot is never given further ahead. */
export const LONGEST_AHEAD_MS = 500;
/** A slot further ahead than this beyond it was given before the store's clock was set back. */
export const BELIEVED_MS = 1_000;
/**
 * Within this time after a change every other replica must have noticed (OUT_OF_TOUCH_MS, BEAT_MS, SLOW_MS), and the
 * slots that it had been given before have begun (LONGEST_AHEAD_MS).
 */
export const HOLD_MS = 1_500;

/** What a replica does, and since when. */
export interface Sharing {
  readonly state: ReplicaState;
  /** The replicas that divide the rate, in order; empty unless they do. */
  readonly members: readonly string[];
  /** When it changed how it takes slots, monotonic ms; null if it never did. A replica that joins waits for it. */
  readonly changedMs: number | null;
  /** The change for which it waits itself, monotonic ms; null if there was none. */
  readonly heldSinceMs: number | null;
}
export const JOINING: Sharing = { state: 'joining', members: [], changedMs: null, heldSinceMs: null };

/**
 * Nothing is sent before: the last slot that was given before the change, by whichever replica, may have begun at the end
 * of HOLD_MS, and the next must be an interval later. A small quota has an interval of many seconds.
 * @param intervalMs between two slots of the application
 * @returns monotonic ms
 */
export function heldUntilMs({ heldSinceMs }: Sharing, intervalMs: number): number {
  return heldSinceMs === null ? -Infinity : heldSinceMs + HOLD_MS + intervalMs;
}

/** @param others the other replicas' rows, as they were read last */
export function nextSharing(
  before: Sharing,
  own: { readonly id: string; readonly isSlow: boolean },
  others: readonly Replica[],
  nowMs: number,
): Sharing {
  const state = nextState(before.state, own.isSlow, others);
  const members = state === 'slow' || state === 'divided' ? membersOf(own.id, others) : [];
  const isDividing = members.length > 0;
  if (isDividing === before.members.length > 0 && sameList(members, before.members))
    if (before.state !== 'joining' || state === 'joining') return { ...before, state };
  if (state === 'joining') return JOINING;
  if (before.state === 'joining' && state === 'shared') {
    const changedMs = latestChangeMs(others, nowMs);
    return { state, members, changedMs, heldSinceMs: changedMs };
  }
  // A replica that is alone need not wait for anybody, but one that joins it must wait for the slots it has had.
  const heldSinceMs = others.length === 0 ? before.heldSinceMs : nowMs;
  return { state, members, changedMs: nowMs, heldSinceMs };
}

function latestChangeMs(others: readonly Replica[], nowMs: number): number | null {
  const changes = others.flatMap(({ changedAgoMs }) => (changedAgoMs === null ? [] : [nowMs - changedAgoMs]));
  return changes.length === 0 ? null : Math.min(nowMs, Math.max(...changes));
}

function nextState(before: ReplicaState, isSlow: boolean, others: readonly Replica[]): ReplicaState {
  const joined = others.filter(({ state }) => state !== 'joining');
  if (before === 'joining' && joined.some((other) => other.state !== 'shared' || isOutOfTouch(other)))
    return 'joining';
  if (isSlow) return 'slow';
  const isDivided = joined.some((other) => other.state === 'slow' || isOutOfTouch(other));
  return isDivided ? 'divided' : 'shared';
}

function isOutOfTouch({ ageMs }: Replica): boolean {
  return ageMs > OUT_OF_TOUCH_MS;
}

function membersOf(ownId: string, others: readonly Replica[]): string[] {
  return [ownId, ...others.filter(({ state }) => state !== 'joining').map(({ id }) => id)].toSorted();
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

/** How the answers of the store have been, newest last: below 0 slow ones in a row, above 0 good ones. */
export interface StoreHealth {
  readonly isSlow: boolean;
  readonly inARow: number;
}
export const HEALTHY: StoreHealth = { isSlow: false, inARow: 0 };

/** @param tookMs time until the answer, or until now if there is none yet */
export function afterAnswer({ isSlow, inARow }: StoreHealth, tookMs: number): StoreHealth {
  if (tookMs > SILENT_MS) return { isSlow: true, inARow: 0 };
  const row = tookMs > SLOW_MS ? Math.min(inARow, 0) - 1 : Math.max(inARow, 0) + 1;
  if (row <= -SLOW_IN_A_ROW) return { isSlow: true, inARow: row };
  return { isSlow: isSlow && row < GOOD_IN_A_ROW, inARow: row };
}
