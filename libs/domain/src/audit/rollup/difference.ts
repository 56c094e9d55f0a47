/** Whether the roll-up of an hour says what the trail says. */

/** A row of the roll-up, or what the trail gives for it. */
export interface RollupRow {
  /** What tells it apart, in a fixed order. */
  readonly key: readonly (string | null)[];
  readonly count: number;
  /** Histograms; null holds nothing. */
  readonly own: readonly number[] | null;
  readonly upstream: readonly number[] | null;
}

export interface RollupDifference {
  readonly key: readonly (string | null)[];
  /** How many requests each has; equal if only their times differ. */
  readonly rolledUp: number;
  readonly inTrail: number;
}

/** @param inTrail may have several rows of one key, which are added up */
export function differencesOf(
  rolledUp: readonly RollupRow[],
  inTrail: readonly RollupRow[],
): RollupDifference[] {
  const sides = [byKey(rolledUp), byKey(inTrail)] as const;
  const names = new Set(sides.flatMap((side) => [...side.keys()]));
  return [...names].flatMap((name) => {
    const [left, right] = [sides[0].get(name), sides[1].get(name)];
    const key = left?.key ?? right?.key ?? [];
    return left !== undefined && right !== undefined && isSame(left, right)
      ? []
      : [{ key, rolledUp: left?.count ?? 0, inTrail: right?.count ?? 0 }];
  });
}

function byKey(rows: readonly RollupRow[]): Map<string, RollupRow> {
  const sums = new Map<string, RollupRow>();
  for (const row of rows) {
    const name = JSON.stringify(row.key);
    const before = sums.get(name);
    sums.set(name, before === undefined ? row : added(before, row));
  }
  return sums;
}

function added(a: RollupRow, b: RollupRow): RollupRow {
  const plus = (x: readonly number[] | null, y: readonly number[] | null) =>
    x === null || y === null ? (x ?? y) : x.map((count, place) => count + (y[place] ?? 0));
  return { ...a, count: a.count + b.count, own: plus(a.own, b.own), upstream: plus(a.upstream, b.upstream) };
}

const isSame = (a: RollupRow, b: RollupRow): boolean =>
  a.count === b.count && String(a.own) === String(b.own) && String(a.upstream) === String(b.upstream);
