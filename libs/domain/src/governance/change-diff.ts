/** What two people compare before a change is approved: the rows it writes, and the records as they would be. */
import {
  columnName,
  comparedFields,
  type RecordFields,
  type RecordOf,
  secondPersonOf,
} from '../registry/records/record-fields.js';

type Row = Readonly<Record<string, unknown>>;

export interface DiffRow {
  readonly table: string;
  readonly key: string;
  readonly before: Row | null;
  readonly after: Row | null;
}

/** What differs each time the same change is carried out: when, by whom, and random values. */
const VOLATILE = /^(?!expires_at$).*_(at|by)$|^jwks_id$/;

/** The rows of a change, the same each time the same change is carried out: new ids are numbered. */
export function stableDiff(rows: readonly DiffRow[]): readonly DiffRow[] {
  const newIds = new Map<string, string>();
  for (const { before, after } of rows) {
    const id = after?.['id'];
    if (before === null && typeof id === 'string') newIds.set(id, `new ${newIds.size + 1}`);
  }
  const longestFirst = [...newIds].toSorted(([a], [b]) => b.length - a.length);
  const numbered = (text: string): string =>
    longestFirst.reduce((left, [id, name]) => left.replaceAll(id, name), text);
  const stable = (row: Row | null): Row | null => {
    if (row === null) return null;
    const kept = Object.entries(row).filter(([name]) => !VOLATILE.test(name));
    return Object.fromEntries(
      kept.map(([name, value]) => [name, typeof value === 'string' ? numbered(value) : value]),
    );
  };
  return rows.map(({ table, key, before, after }) => ({
    table,
    key: numbered(key),
    before: stable(before),
    after: stable(after),
  }));
}

/** A record as it would be once the change is carried out, for two people to decide on. */
export interface RecordToDecide {
  /** By the names of columns; secrets are masked. */
  readonly visible: Row;
  /** Stands for the secrets when two of these are compared. */
  readonly secrets: readonly unknown[];
}

/**
 * Every field that a second person has a say in, and not only what the change writes: else what was prepared before
 * the request, or changed after it, would pass unseen.
 */
export function recordToDecide<F extends RecordFields>(fields: F, record: RecordOf<F>): RecordToDecide {
  const decided = comparedFields(fields, record).filter(({ name }) => {
    const field = fields[name];
    return field !== undefined && secondPersonOf(field) !== 'not needed';
  });
  return {
    visible: Object.fromEntries(decided.map(({ name, visible }) => [columnName(name), visible])),
    secrets: decided.filter(({ name }) => fields[name]?.holds.secret).map(({ compared }) => compared),
  };
}
