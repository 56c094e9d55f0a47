/** What a document for people consists of; a renderer only has to draw it. */
export interface Column {
  readonly title: string;
  /** Its share of the width of the page. */
  readonly share: number;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | {
      readonly kind: 'table';
      /** Describes the table to a reader who can't see it. */
      readonly summary: string;
      readonly columns: readonly Column[];
      readonly rows: readonly (readonly string[])[];
    };

export const heading = (level: 1 | 2 | 3, text: string): Block => ({ kind: 'heading', level, text });
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });

/** Two columns: a name and what it is. */
export function facts(summary: string, rows: readonly (readonly [string, string])[]): Block {
  const columns = [
    { title: 'What', share: 1 },
    { title: 'Value', share: 3 },
  ];
  return { kind: 'table', summary, columns, rows };
}

/** @param columns titles with their shares @param ifEmpty said in place of a table without rows */
export function table(
  summary: string,
  columns: readonly (readonly [string, number])[],
  rows: readonly (readonly string[])[],
  ifEmpty: string,
): Block {
  if (rows.length === 0) return paragraph(ifEmpty);
  return { kind: 'table', summary, columns: columns.map(([title, share]) => ({ title, share })), rows };
}
