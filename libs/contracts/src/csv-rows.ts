/** The rows of a CSV file (RFC 4180), with or without a byte-order mark, lines ended by CRLF or LF. */
import type { CsvRow } from '@gatehouse/domain/registry/registry-csv';
import { CsvError, parse } from 'csv-parse/browser/esm/sync';

export type { CsvRow };

export interface CsvSyntaxFault {
  /** Of the row, from 1. */
  readonly line: number;
  readonly column: null;
  readonly detail: string;
}

const LONGEST_ROW = 100_000;

/** @returns the rows, each with the line on which it begins, or the first fault of the syntax */
export function csvRows(
  text: string,
  delimiter: string,
): { readonly rows: CsvRow[] } | { readonly fault: CsvSyntaxFault } {
  const rows: CsvRow[] = [];
  let line = 1;
  try {
    parse(text, {
      bom: true,
      delimiter,
      max_record_size: LONGEST_ROW,
      relax_column_count: true,
      on_record: (cells: string[], { lines }) => {
        rows.push({ line, cells });
        line = lines + 1;
      },
    });
    return { rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { fault: { line, column: null, detail: SYNTAX[error.code] ?? error.message } };
  }
}

const SYNTAX: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: `this row has more than ${LONGEST_ROW.toLocaleString('en-GB')} characters: see whether a quote that opens in it is closed`,
  CSV_QUOTE_NOT_CLOSED: 'a quote that opens here is never closed',
  INVALID_OPENING_QUOTE:
    'a quote stands in the middle of a cell: put the whole cell in quotes and write " as ""',
  CSV_INVALID_CLOSING_QUOTE: 'something follows a closing quote: write " inside a cell as ""',
};
