/** A CSV file as a registry document, with every fault at its line. The console and the CLI read files with this. */
import { csvRows } from '../csv-rows.js';
import { checkShape } from '../fault-words.js';
import { decodeTextFile } from '@gatehouse/domain/input/text-file';
import { type CsvDocument, type CsvFault, documentOfCsv } from '@gatehouse/domain/registry/registry-csv';
import { CSV_COLUMNS } from '@gatehouse/domain/registry/registry-csv-columns';
import { type CsvEffect, effectsOfCsv, faultInCsv } from '@gatehouse/domain/registry/registry-csv-places';
import { type FaultAt, faultsOf } from '../problem.js';
import { API_VERSION, type RegistryDocument, registryDocument } from './registry-file.js';
import type { RegistryChangeView } from './registry-resources.js';
import { sizeFaults } from './registry-size.js';

export { CSV_COLUMNS, type CsvEffect, type CsvFault, decodeTextFile };

export interface ReadCsv {
  /** Null if there are faults. */
  readonly document: RegistryDocument | null;
  /**
   * What the gateway can check already: the document, or where some lines have faults, that of the other applications, so
   * that its faults are reported with those of the file. Null: nothing can be checked before the file is corrected.
   */
  readonly checkable: RegistryDocument | null;
  readonly faults: readonly CsvFault[];
  /** Faults of the admin API, whose pointers are into the body in which `checkable` was sent. */
  readonly explain: (faults: readonly FaultAt[]) => CsvFault[];
  /** What each line would do, from the diff of `document`. */
  readonly effects: (changes: readonly RegistryChangeView[]) => CsvEffect[];
}

/**
 * RFC 4180, with tabs in place of commas where the headings have them, with or without a byte-order mark, lines ended
 * by CRLF or LF. A cell has one fault at most.
 */
export function readRegistryCsv(text: string): ReadCsv {
  const rows = csvRows(text, delimiterOf(text));
  const read: CsvDocument = documentOfCsv('fault' in rows ? [] : rows.rows);
  const place = (faults: readonly FaultAt[]) => faults.map((fault) => faultInCsv(read, fault));
  const tooLarge = sizeFaults(read.document).map(({ detail }) => ({ line: 1, column: null, detail }));
  const checked = checkShape(registryDocument, { apiVersion: API_VERSION, ...read.document });
  const faults =
    'fault' in rows
      ? [rows.fault]
      : tooLarge.length > 0
        ? tooLarge
        : oncePerCell([...read.faults, ...(checked.success ? [] : place(faultsOf(checked.error)))]);
  const document = faults.length === 0 && checked.success ? checked.data : null;
  const rest = withoutLines(read, new Set(faults.map(({ line }) => line)));
  const checkedRest = checkShape(registryDocument, { apiVersion: API_VERSION, ...rest.document });
  const canBeChecked = checkedRest.success && rest.document.applications.length > 0;
  return {
    document,
    checkable: document ?? (canBeChecked ? checkedRest.data : null),
    faults: faults.toSorted((one, other) => one.line - other.line),
    explain: (apiFaults) =>
      apiFaults.map(({ pointer, detail }) =>
        faultInCsv(rest, { pointer: pointer.replace(/^\/document/, ''), detail }),
      ),
    effects: (changes) => effectsOfCsv(read, changes),
  };
}

/** Without the applications of these lines. What the lines say of organisations and products stays, for the others. */
function withoutLines(read: CsvDocument, dropped: ReadonlySet<number>): CsvDocument {
  const kept = read.lines.applications.map((lines) => !lines.some((line) => dropped.has(line)));
  const ofKept = <T>(entries: readonly T[]): T[] => entries.filter((_, at) => kept[at]);
  return {
    ...read,
    document: { ...read.document, applications: ofKept(read.document.applications) },
    lines: { ...read.lines, applications: ofKept(read.lines.applications) },
  };
}

/** The first fault of a cell: a second one follows from it, or says the same of another record made from the cell. */
function oncePerCell(faults: readonly CsvFault[]): CsvFault[] {
  const seen = new Set<string>();
  return faults.filter(({ line, column }) => {
    if (column === null) return true;
    const cell = `${line} ${column}`;
    return !seen.has(cell) && seen.add(cell);
  });
}

/** A spreadsheet's "Unicode Text" has tabs; the headings have neither tabs nor commas in them. */
function delimiterOf(text: string): string {
  const [heading = ''] = text.split(/\r?\n/, 1);
  return heading.includes('\t') && !heading.includes(',') ? '\t' : ',';
}
