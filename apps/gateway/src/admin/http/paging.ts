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

/** ISO 8601, or null. */
export function instantOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}

/** For an `after` that this list did not give out. */
export function foreignCursor(): AdminProblem {
  return invalid([{ pointer: '/after', detail: 'send the next of the page before, of the same list' }]);
}
