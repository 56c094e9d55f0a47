import { MOST_COUNTED } from '@gatehouse/contracts/registry/registry-resources';
import { unstorableCharacter } from '@gatehouse/domain/input/unstorable-text';
import { z } from 'zod';
import { foreignCursor, type Paging } from '../http/paging.js';
import type { Queries } from '../http/transactions.js';

interface Column {
  readonly name: string;
  readonly type: 'text' | 'uuid' | 'timestamptz';
}

export const ID = { name: 'id', type: 'uuid' } as const;
export const NAME = { name: 'name', type: 'text' } as const;

/** Names of the database's own, never a caller's. There is an index for `by` and `key` together, or by one after the other. */
export interface SortedList {
  readonly table: string;
  /** The table is a join, and `by` and `key` are columns of different tables. */
  readonly isJoined?: true;
  readonly key: Column;
  readonly by: Column;
  readonly descending: boolean;
}

/** Makes a value a parameter of the statement. */
export type At = (value: unknown) => string;

/**
 * The keys of one page of a list, in its order. A page begins where the one before ended, so that a late one costs no
 * more than the first.
 */
export async function sortedKeys(
  db: Queries,
  { table, isJoined, key, by, descending }: SortedList,
  { limit, after }: Paging,
  where: (at: At) => readonly string[],
): Promise<{ readonly keys: readonly string[]; readonly next: string | null }> {
  const values: unknown[] = [];
  const at: At = (value) => `$${values.push(value)}`;
  const conditions = [...where(at)];
  if (after !== undefined) {
    const [value, id] = positionOf(after, by, key);
    const beyond = descending ? '<' : '>';
    conditions.push(`(${by.name}, ${key.name}) ${beyond} (${at(value)}::${by.type}, ${at(id)}::${key.type})`);
    // No index has both columns: this lets the one of `by` begin here.
    if (isJoined === true) conditions.push(`${by.name} ${beyond}= ${at(value)}::${by.type}`);
  }
  const order = descending ? 'DESC' : 'ASC';
  const rows = await db.$queryRawUnsafe<{ key: string; value: string }[]>(
    `SELECT ${key.name}::text AS key, ${by.name}::text AS value FROM ${table}
     ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY ${by.name} ${order}, ${key.name} ${order} LIMIT ${at(limit + 1)}`,
    ...values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    keys: page.map((row) => row.key),
    next: rows.length > limit && last !== undefined ? cursorOf(last.value, last.key) : null,
  };
}

/** How many rows there are, and at most one more than are counted: a later one is not looked at. */
export async function countedRows(
  db: Queries,
  table: string,
  where: (at: At) => readonly string[],
): Promise<number> {
  const values: unknown[] = [];
  const at: At = (value) => `$${values.push(value)}`;
  const conditions = where(at);
  const [row] = await db.$queryRawUnsafe<{ rows: number }[]>(
    `SELECT count(*)::int AS rows FROM
       (SELECT FROM ${table} ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
         LIMIT ${at(MOST_COUNTED + 1)}) AS counted`,
    ...values,
  );
  return row?.rows ?? 0;
}

/** Rows in the order of their keys; one that has gone meanwhile is left out. */
export function inOrder<R>(keys: readonly string[], rows: readonly R[], keyOf: (row: R) => string): R[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

const cursorOf = (value: string, key: string): string =>
  Buffer.from(JSON.stringify([value, key])).toString('base64url');

const uuid = z.uuid();
const instant = z.iso.datetime({ offset: true });

const FITS: Readonly<Record<Column['type'], (value: string) => boolean>> = {
  text: (value) => unstorableCharacter(value) === null,
  uuid: (value) => uuid.safeParse(value).success,
  timestamptz: isTimestamp,
};

/** As PostgreSQL writes it, `2026-03-02 09:00:00.123456+00`. It knows no year 0. */
function isTimestamp(value: string): boolean {
  const iso = value.replace(' ', 'T').replace(/[+-]\d{2}$/, '$&:00');
  return /^[12]\d{3}-\d{2}-\d{2} /.test(value) && instant.safeParse(iso).success;
}

const position = z.tuple([z.string(), z.string()]);

/** @throws AdminProblem invalid-request */
function positionOf(after: string, by: Column, key: Column): readonly [value: string, key: string] {
  const pair = position.safeParse(jsonOf(Buffer.from(after, 'base64url').toString()));
  if (pair.success && FITS[by.type](pair.data[0]) && FITS[key.type](pair.data[1])) return pair.data;
  throw foreignCursor();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
