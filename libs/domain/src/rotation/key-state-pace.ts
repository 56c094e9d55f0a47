/**
 * How fast the state of signing keys is read from KMS, whose quotas are shared by everything in the account and region
 * (docs/reference/protocol-facts.md U13). A worker reads one part of the keys in each run, so that the pace does not depend
 * on how many keys there are: what grows is the time until each was read once.
 */
export const KEY_STATE_RUN_MS = 10_000;
/** Twenty a second. Ten thousand keys are read once in 500 s. */
export const MOST_KEYS_PER_RUN = 200;

/** @returns the keys whose turn it is at this moment: over successive runs each of them, once. @param keys in a lasting order */
export function keysOfRun<K>(keys: readonly K[], nowMs: number): readonly K[] {
  const parts = Math.ceil(keys.length / MOST_KEYS_PER_RUN);
  if (parts <= 1) return keys;
  const part = Math.floor(nowMs / KEY_STATE_RUN_MS) % parts;
  const size = Math.ceil(keys.length / parts);
  return keys.slice(part * size, (part + 1) * size);
}
