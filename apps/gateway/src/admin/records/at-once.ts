import { MOST_AT_ONCE } from '@gatehouse/contracts/registry/at-once-routes';
import { AdminProblem, conflict, invalid } from '../http/problem.js';

export interface Found {
  readonly keys: readonly string[];
  /** There are more, and so too many. */
  readonly isMore: boolean;
}

/**
 * Compares what a filter finds in the transaction of the change with what was confirmed.
 * @param what “applications”
 * @throws AdminProblem if it is another number, or too many
 */
export function refuseOthers({ keys, isMore }: Found, count: number, what: string): void {
  if (isMore)
    throw invalid([
      {
        pointer: '/filter',
        detail: `it finds more than ${MOST_AT_ONCE.toLocaleString('en-GB')} ${what}, which is the most at once. Narrow it and change the others after that`,
      },
    ]);
  if (keys.length !== count)
    throw conflict(
      `The filter finds another number of ${what} by now: ${keys.length} instead of ${count}. Preview them again.`,
    );
}

/**
 * Applies a registry document that people have not written, but a filter.
 * @param names of its entries, in their order
 * @throws AdminProblem whose faults name the entry and point to the filter
 */
export async function pointingToFilter(apply: Promise<unknown>, names: readonly string[]): Promise<void> {
  try {
    await apply;
  } catch (error) {
    if (!(error instanceof AdminProblem) || error.kind !== 'registry-faults') throw error;
    throw invalid(
      error.errors.map(({ pointer, detail }) => {
        const name = names[Number(/^\/document\/[a-zA-Z]+\/(\d+)/.exec(pointer)?.[1])];
        return { pointer: '/filter', detail: name === undefined ? detail : `${name}: ${detail}` };
      }),
    );
  }
}
