/** How results are printed: tables and text for people, one JSON value for scripts. */
import { stringify } from 'yaml';

export interface Output {
  readonly json: boolean;
  out(text: string): void;
  /** Progress, remarks and errors, which must not mix with what a script reads. */
  err(text: string): void;
  /** Whether stderr is a terminal on which a line can be overwritten. */
  readonly interactive: boolean;
}

/** Prints the result as JSON with --json, otherwise as `render` writes it for people. */
export function print<T>(output: Output, result: T, render: (result: T) => string): void {
  output.out(output.json ? JSON.stringify(result, null, 2) : render(result));
}

export type Column<R> = readonly [title: string, value: (row: R) => unknown];

/** Each column as wide as its longest cell. */
export function table<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  ifEmpty = 'Nothing found.',
): string {
  if (rows.length === 0) return ifEmpty;
  const lines = [
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, value]) => cell(value(row)))),
  ];
  const widths = columns.map((_column, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One name and value on each line. */
export function fieldList(fields: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`)
    .join('\n');
}

export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

/** One value as it is printed; a dash if there is none. */
export function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  if (Array.isArray(value)) return value.length === 0 ? '—' : value.join(', ');
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}

/** `1 row`, `2 rows`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
