import { randomUUID } from 'node:crypto';
import { secondPersons, type SecondPerson } from '@gatehouse/domain/governance/four-eyes';
import type { AdminDeps } from '../deps.js';
import { type Acting, changeBy } from '../http/principal.js';
import { type Change, changing } from '../http/transaction.store.js';
import { GUARDED_ACTIONS, type GuardedAction } from './guarded-actions.js';
import { keepChange } from './keep.store.js';
import { watching, type Written } from './written-rows.store.js';

type Result<N extends GuardedAction> = Awaited<ReturnType<(typeof GUARDED_ACTIONS)[N]>>;
type Given<N extends GuardedAction> = Parameters<(typeof GUARDED_ACTIONS)[N]>[2];

const APPLY_TIMEOUT_MS = 300_000;

/** Undoes what was carried out to see what it would write. */
class NeedsSecondPerson extends Error {
  readonly written: Written;
  readonly needed: readonly SecondPerson[];
  constructor(written: Written, needed: readonly SecondPerson[]) {
    super('needs a second person');
    this.written = written;
    this.needed = needed;
  }
}

export function fourEyesEnvironments(environments: AdminDeps['environments']): ReadonlySet<string> {
  return new Set([...environments].filter(([, { fourEyes }]) => fourEyes === true).map(([name]) => name));
}

/**
 * Carries an action out, unless what it writes needs a second person: then nothing is changed and the request is kept.
 * @param run in place of the action's own, where its progress is to be seen
 * @throws AwaitingApproval with the request
 */
export async function perform<N extends GuardedAction, R = Result<N>>(
  deps: AdminDeps,
  acting: Acting,
  name: N,
  input: Given<N>,
  run = GUARDED_ACTIONS[name] as unknown as (
    deps: AdminDeps,
    change: Change,
    input: Given<N>,
    reach: Acting['reach'],
  ) => Promise<R>,
): Promise<R> {
  const change = changeBy(acting, input.body.reason);
  const fourEyes = fourEyesEnvironments(deps.environments);
  if (fourEyes.size === 0) return run(deps, change, input, acting.reach);
  try {
    return await changing(
      deps.db,
      change,
      async (transaction) => {
        const { value, rows, written } = await watching(transaction, () =>
          run(deps, { ...change, transaction }, input, acting.reach),
        );
        const needed = secondPersons(rows, fourEyes);
        if (needed.length > 0) throw new NeedsSecondPerson(await written(), needed);
        return value;
      },
      APPLY_TIMEOUT_MS,
    );
  } catch (error) {
    if (!(error instanceof NeedsSecondPerson)) throw error;
    const { written, needed } = error;
    throw await keepChange(deps, acting, { id: randomUUID(), action: name, input, needed, ...written });
  }
}
