/**
 * Where a test build may step in: a clock that can be moved and named points at which to die.
 * `#hooks` resolves to this file, or under the condition `gatehouse-test` to test-hooks.ts, which the container
 * image does not contain.
 */
export type KillPoint =
  | 'before-intent'
  | 'after-intent-commit'
  | 'before-outcome'
  | 'after-outcome-before-first-byte'
  | 'mid-stream'
  | 'in-mint'
  | 'in-rotation';

/** Epoch milliseconds. */
export function now(): number {
  return Date.now();
}

export function killPoint(_name: KillPoint): void {
  // Nothing dies on purpose outside test builds.
}
