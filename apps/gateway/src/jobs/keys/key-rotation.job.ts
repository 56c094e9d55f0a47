/**
 * Requests a job for each rotation that has a step to take. What is due is read from rows, so a standstill is caught up
 * once; and no more are requested at a time than KMS and API Management take in their stride. A key that is proven is
 * activated before another is proven: thousands that are due would otherwise take turns to prove themselves again.
 */
import { dueStep, STUCK_AFTER_FAILURES } from '@gatehouse/domain/rotation/rotation';
import type { LeftOver, OwnerRotation } from '../../adapters/keys/rotations.js';

export interface KeyRotationDeps {
  readonly read: () => Promise<readonly OwnerRotation[]>;
  /** Also of owners whose policy has been removed since. */
  readonly left: () => Promise<readonly LeftOver[]>;
  /** Owners a step of whom has failed permanently: nothing more is requested for them until a person retries it. */
  readonly dead: () => Promise<ReadonlySet<string>>;
  /** Has the next step of these owners taken, unless that is requested already or waits for a person. */
  readonly request: (ownerIds: readonly string[]) => Promise<void>;
  readonly now: () => number;
  /** How many rotations need a person. */
  readonly onStuck: (count: number) => void;
}

/** With a run every 10 s, six steps a second: a tenth of what KMS takes, and less of the token endpoint. */
export const MOST_AT_ONCE = 60;

export async function run({ read, left, dead, request, now, onStuck }: KeyRotationDeps): Promise<void> {
  const rotations = await read();
  const leftOver = new Map((await left()).map((each) => [each.ownerId, each]));
  const deadOwners = await dead();
  const isStuck = ({ failures, ownerId }: OwnerRotation) =>
    failures >= STUCK_AFTER_FAILURES || deadOwners.has(ownerId);
  onStuck(rotations.filter(isStuck).length);
  const nowMs = now();
  const due = rotations.flatMap((rotation) => {
    const { ownerId, claimedUntilMs, notBeforeMs } = rotation;
    // Otherwise they would take the places of others for as long as nobody retries them.
    if (deadOwners.has(ownerId) || claimedUntilMs > nowMs || notBeforeMs > nowMs) return [];
    const step = dueStep(rotation, nowMs);
    const atMs = step?.atMs ?? (leftOver.has(ownerId) ? nowMs : null);
    return atMs === null ? [] : [{ ownerId, atMs, place: step?.step === 'activate' ? 0 : 1 }];
  });
  const rotating = new Set(rotations.map(({ ownerId }) => ownerId));
  for (const { ownerId, claimedUntilMs } of leftOver.values())
    if (!rotating.has(ownerId) && !deadOwners.has(ownerId) && claimedUntilMs <= nowMs)
      due.push({ ownerId, atMs: nowMs, place: 1 });
  const inOrder = due.toSorted((one, other) => one.place - other.place || one.atMs - other.atMs);
  await request(inOrder.slice(0, MOST_AT_ONCE).map(({ ownerId }) => ownerId));
}
