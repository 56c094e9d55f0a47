/** Rows of the registry's history, and what they say about a record in a period. */
export type RowState = Readonly<Record<string, unknown>>;

/** A row of `registry_change`. Its secrets were left out when it was written. */
export interface RegistryRow {
  /** In the order in which the changes became visible. */
  readonly n: number;
  readonly version: number;
  readonly atMs: number;
  readonly actor: string;
  /** Every person that `actor` names. */
  readonly people: readonly { readonly issuer: string; readonly subject: string }[];
  readonly reason: string | null;
  readonly table: string;
  readonly key: string;
  readonly before: RowState | null;
  readonly after: RowState | null;
}

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** All changes of one record up to the end of the period, in their order. */
export type Life = readonly RegistryRow[];

/** The lives of the records of a table. */
export function livesOf(rows: readonly RegistryRow[], table: string): Life[] {
  const ofTable = rows.filter((row) => row.table === table);
  return [...Map.groupBy(ofTable, ({ key }) => key).values()];
}

/** The record just before a moment; null: there was none. */
export function stateBefore(life: Life, ms: number): RowState | null {
  return life.findLast(({ atMs }) => atMs < ms)?.after ?? null;
}

/** Whether the record existed at some time in the period. */
export function existedIn(life: Life, { fromMs, untilMs }: Span): boolean {
  return (
    stateBefore(life, fromMs) !== null ||
    life.some(({ atMs, after }) => atMs >= fromMs && atMs < untilMs && after !== null)
  );
}

/** The record at the end of the period, or as it last was before it was removed. */
export function lastState(life: Life): RowState {
  return life.findLast(({ after }) => after !== null)?.after ?? {};
}

/** Who brought a value about, when and why. */
export interface Decided {
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
}

export interface Holding<T> {
  readonly value: T;
  readonly since: Decided;
  /** Null: it held at the end of the period. */
  readonly until: Decided | null;
}

/** The values that a record had one after the other, without those that had ended before the period. */
export function holdingsOf<T>(
  life: Life,
  valueOf: (state: RowState) => T | null,
  { fromMs }: Pick<Span, 'fromMs'>,
): Holding<T>[] {
  const holdings: { value: T; since: RegistryRow; until: RegistryRow | null }[] = [];
  for (const row of life) {
    const value = row.after === null ? null : valueOf(row.after);
    const last = holdings.at(-1);
    const open = last?.until === null ? last : undefined;
    if (open !== undefined && isSame(open.value, value)) continue;
    if (open !== undefined) open.until = row;
    if (value !== null) holdings.push({ value, since: row, until: null });
  }
  return holdings
    .filter(({ until }) => until === null || until.atMs >= fromMs)
    .map(({ value, since, until }) => ({
      value,
      since: decidedBy(since),
      until: until === null ? null : decidedBy(until),
    }));
}

export function decidedBy({ atMs, actor, reason }: RegistryRow): Decided {
  return { at: instantOf(atMs), by: actor, reason };
}

export function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** The instant of a timestamp that PostgreSQL wrote into JSON, which depends on the time zone of its session. */
export function instantIn(state: RowState, name: string): string | null {
  const value = state[name];
  return typeof value === 'string' && value !== '' ? instantOf(Date.parse(value)) : null;
}

export function textIn(state: RowState, name: string): string {
  const value = state[name];
  return typeof value === 'string' ? value : '';
}

export function textOrNullIn(state: RowState, name: string): string | null {
  const value = state[name];
  return typeof value === 'string' ? value : null;
}

export function textsIn(state: RowState, name: string): string[] {
  const value = state[name];
  return Array.isArray(value) ? value.map(String).toSorted() : [];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
