// The sync and the browser build are one: the console writes CSV as well.
import { stringify } from 'csv-stringify/browser/esm/sync';

/**
 * One line of CSV (RFC 4180) with its CRLF. A text that a spreadsheet would run as a formula gets an apostrophe in
 * front (OWASP, "CSV injection"); numbers are written as they are, objects as JSON; null and undefined are empty.
 */
export function csvLine(cells: readonly unknown[]): string {
  return stringify([[...cells]], {
    record_delimiter: 'windows',
    quote_record_delimiter: true,
    escape_formulas: true,
    cast: { boolean: String, object: (value) => JSON.stringify(value) },
  });
}
