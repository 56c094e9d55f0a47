/** The rows of a source file that holds a list of objects, one field a line or more, as our formatter writes them. */
import type { Piece } from './unified-diff.js';

export interface SourceRow {
  readonly lines: readonly string[];
}

export interface SourceRows {
  readonly head: readonly string[];
  readonly rows: readonly SourceRow[];
  readonly tail: readonly string[];
}

/**
 * @param begins the line that opens the list
 * @param indent of the braces of a row
 * @returns null if the text is not of this form
 */
export function rowsOf(text: string, begins: string, indent: string): SourceRows | null {
  const lines = text.replace(/\n$/, '').split('\n');
  const first = lines.findIndex((line) => line.startsWith(begins)) + 1;
  if (first === 0) return null;
  const rows: SourceRow[] = [];
  let at = first;
  while (lines[at] === `${indent}{`) {
    const end = lines.findIndex(
      (line, index) => index > at && (line === `${indent}},` || line === `${indent}}`),
    );
    if (end === -1) return null;
    rows.push({ lines: lines.slice(at, end + 1) });
    at = end + 1;
  }
  return { head: lines.slice(0, first), rows, tail: lines.slice(at) };
}

/** The row with some fields replaced; `fields` has the whole text of each, without its indentation and comma. */
export function withFields(
  { lines }: SourceRow,
  indent: string,
  fields: Readonly<Record<string, string>>,
): Piece[] {
  const starts = lines.flatMap((line, at) => {
    const [, name] = new RegExp(`^${indent}"?([A-Za-z]+)"?:`).exec(line) ?? [];
    return name === undefined ? [] : [{ name, at }];
  });
  const last = lines.length - 1;
  const pieces = starts.map(({ name, at }, index): Piece => {
    const before = lines.slice(at, starts[index + 1]?.at ?? last);
    const field = fields[name];
    if (field === undefined) return same(before);
    const ends = before.at(-1)?.endsWith(',') === true ? ',' : '';
    return { before, after: `${field}${ends}`.split('\n').map((line) => `${indent}${line}`) };
  });
  return [same(lines.slice(0, starts[0]?.at ?? last)), ...pieces, same(lines.slice(last))];
}

export const same = (lines: readonly string[]): Piece => ({ before: lines, after: lines });
