import { MOST_COUNTED } from '@gatehouse/contracts/registry/registry-resources';
import { type AdminProblem, invalid } from './problem.js';

export interface Paging {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

/** @param rows one more than the limit, if there are as many: then there is a next page */
export function pageOf<R, V>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => string,
  view: (row: R) => V,
): { items: V[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(view), next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}

/** @param rows of one more than are counted, if there are as many */
export function totalOf(rows: number): { total: number; isMore: boolean } {
  return { total: Math.min(rows, MOST_COUNTED), isMore: rows > MOST_COUNTED };
}

/** @param count counts rows, and at most as many as it is given */
export async function countedTotal(count: (take: number) => Promise<number>) {
  return totalOf(await count(MOST_COUNTED + 1));
}

/** The `next` of a list that is newest first: the instant by which it is sorted, and the id of the row. */
export function instantCursor(at: Date, id: string): string {
  return `${at.toISOString()}|${id}`;
}

/** What comes after a cursor of `instantCursor`. @param field the instant by which the list is sorted */
export function olderThan<F extends string>(field: F, after: string) {
  const [at = '', id = ''] = after.split('|', 2);
  const instant = new Date(at);
  return { OR: [{ [field]: { lt: instant } }, { [field]: instant, id: { lt: id } }] } as {
    OR: [Record<F, { lt: Date }>, Record<F, Date> & { id: { lt: string } }];
  };
}

/** ISO 8601, or null. */
export function instantOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}

/** For an `after` that this list did not give out. */
export function foreignCursor(): AdminProblem {
  return invalid([{ pointer: '/after', detail: 'send the next of the page before, of the same list' }]);
}
