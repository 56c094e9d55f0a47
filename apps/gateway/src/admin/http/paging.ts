/** One more row than asked for is read: it tells whether there is a next page. */
export function pageOf<R, V>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => string,
  view: (row: R) => V,
): { items: V[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(view), next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}

export interface Paging {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** ISO 8601, or null. */
export function instantOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
