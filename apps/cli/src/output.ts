/** How answers are shown: tables and words for people, one JSON value for scripts. */
import { stringify } from 'yaml';

export interface Output {
  readonly json: boolean;
  out(text: string): void;
  /** Progress and remarks: never mixed with what a script reads. */
  err(text: string): void;
  /** Whether stderr is a terminal on which a line may be written over. */
  readonly interactive: boolean;
}

/** The answer as JSON if that was asked for, else as `human` makes it. */
export function show<T>(output: Output, answer: T, human: (answer: T) => string): void {
  output.out(output.json ? JSON.stringify(answer, null, 2) : human(answer));
}

export type Column<R> = readonly [title: string, value: (row: R) => unknown];

/** Columns as wide as their content; an empty table says so. */
export function table<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  empty = 'Nothing found.',
): string {
  if (rows.length === 0) return empty;
  const cells = [
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, value]) => cell(value(row)))),
  ];
  const widths = columns.map((_column, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values below each other. */
export function record(fields: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`)
    .join('\n');
}

export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

/** One value in a table. */
export function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  if (Array.isArray(value)) return value.length === 0 ? '—' : value.join(', ');
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}
