import type { ChangeAction, Planned } from '@gatehouse/domain/registry/plan/registry-change';

/** Rows written in one statement: large enough to be quick, small enough to show progress. */
const BATCH = 500;

export type Progress = (step: string, done: number, total: number) => Promise<void>;

/** Writes one batch after the other, and reports the progress after each. */
export async function inBatches<T>(
  items: readonly T[],
  step: string,
  progress: Progress,
  write: (batch: T[]) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) {
    const batch = items.slice(at, at + BATCH);
    await write(batch);
    await progress(step, at + batch.length, items.length);
  }
}

/** The records that a plan creates. */
export function recordsToCreate<R>(planned: readonly Planned<R>[]): R[] {
  return planned.filter(({ change }) => change.action === 'create').map(({ record }) => record);
}

/** The records that a plan changes or retires. */
export function recordsToUpdate<R>(planned: readonly Planned<R>[]): R[] {
  const updates: readonly string[] = ['update', 'retire'] satisfies ChangeAction[];
  return planned.filter(({ change }) => updates.includes(change.action)).map(({ record }) => record);
}
