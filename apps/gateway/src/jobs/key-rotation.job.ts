/**
 * Requests a job for each rotation that has a step to take. What is due is read from rows, so a standstill is caught up
 * once; and no more are requested at a time than KMS and API Management take in their stride.
 */
import { dueStep, STUCK_AFTER_FAILURES } from '@gatehouse/domain/rotation/rotation';
import type { OwnerRotation } from '../adapters/keys/rotations.js';

export interface KeyRotationDeps {
  readonly read: () => Promise<readonly OwnerRotation[]>;
  /** Has the next step of these owners taken, unless that is requested already or waits for a person. */
  readonly request: (ownerIds: readonly string[]) => Promise<void>;
  readonly now: () => number;
  /** How many rotations need a person. */
  readonly onStuck: (count: number) => void;
}

/** With a run every 10 s, six steps a second: a tenth of what KMS takes, and less of the token endpoint. */
const MOST_AT_ONCE = 60;

export async function run({ read, request, now, onStuck }: KeyRotationDeps): Promise<void> {
  const rotations = await read();
  onStuck(rotations.filter(({ failures }) => failures >= STUCK_AFTER_FAILURES).length);
  const nowMs = now();
  const due = rotations.flatMap((rotation) => {
    if (rotation.claimedUntilMs > nowMs || rotation.notBeforeMs > nowMs) return [];
    const step = dueStep(rotation, nowMs);
    return step === null ? [] : [{ ownerId: rotation.ownerId, atMs: step.atMs }];
  });
  const oldestFirst = due.toSorted((one, other) => one.atMs - other.atMs);
  await request(oldestFirst.slice(0, MOST_AT_ONCE).map(({ ownerId }) => ownerId));
}
