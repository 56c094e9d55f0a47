/**
 * A spreadsheet of applications as a registry document: one row an organisation's application. Pure, so that a browser
 * can do it and API keys go nowhere before they are applied.
 *
 * An empty cell leaves what it is about as it stands. Rows of a user-restricted application that name the same ASID are
 * one application with a list of organisations.
 */
import { cellFault } from '../input/spreadsheet-cell.js';
import type { DocumentApplication } from './records/application-fields.js';
import { cellKindOf, CSV_COLUMNS, CSV_FIELDS, type CsvColumn } from './registry-csv-columns.js';

/** A row as it was read, with the line it begins on. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvFault {
  readonly line: number;
  /** The heading of the cell; null: the whole line. */
  readonly column: string | null;
  readonly detail: string;
}

export type CsvKind = 'organisations' | 'products' | 'applications';

export interface CsvDocument {
  /** Texts as they were written: whether they are modes, states and so on is for the registry document to say. */
  readonly document: Readonly<Record<CsvKind, readonly unknown[]>>;
  /** For each entry of the document, the lines that it comes from. */
  readonly lines: Readonly<Record<CsvKind, readonly (readonly number[])[]>>;
  readonly faults: readonly CsvFault[];
}

type Cells = Readonly<Record<CsvColumn, string>>;
interface Entry<E> {
  readonly entry: E;
  readonly lines: number[];
}

/** @param rows the heading first */
export function documentOfCsv(lines: readonly CsvRow[]): CsvDocument {
  const [heading, ...rows] = withoutEmptyEdge(lines);
  const faults: CsvFault[] = [];
  const columns = heading === undefined ? null : columnsOf(heading, faults);
  const read = columns === null ? [] : rows.flatMap((row) => cellsOf(row, columns, faults));
  const organisations = organisationsOf(read, faults);
  const products = productsOf(read);
  const applications = applicationsOf(read, faults);
  if (columns !== null && read.length === 0 && faults.length === 0) {
    faults.push({ line: 1, column: null, detail: 'there is no row below the headings' });
  }
  if (heading === undefined) faults.push({ line: 1, column: null, detail: 'the file is empty' });
  const entries = { organisations, products, applications };
  return {
    document: mapKinds(entries, ({ entry }) => entry),
    lines: mapKinds(entries, ({ lines }) => lines),
    faults,
  };
}

function mapKinds<T>(
  entries: Readonly<Record<CsvKind, readonly Entry<unknown>[]>>,
  select: (entry: Entry<unknown>) => T,
): Record<CsvKind, T[]> {
  return {
    organisations: entries.organisations.map(select),
    products: entries.products.map(select),
    applications: entries.applications.map(select),
  };
}

/** The headings in their order, or null if the rows can't be read by them. */
function columnsOf({ line, cells }: CsvRow, faults: CsvFault[]): readonly CsvColumn[] | null {
  const before = faults.length;
  const fault = (column: string | null, detail: string) => faults.push({ line, column, detail });
  if (cells.length === 1 && (cells[0] ?? '').includes(';')) {
    fault(null, 'separate the columns with commas');
    return null;
  }
  const names = cells.map((cell) => cell.trim());
  if (!names.some(isColumn)) {
    fault(
      null,
      `the first line must hold the headings, but it looks like data: put ${CSV_COLUMNS.join(',')} above it`,
    );
    return null;
  }
  names.forEach((name, at) => {
    if (name === '') fault(null, `heading ${at + 1} is empty, but there is something below it`);
    else if (names.indexOf(name) !== at) fault(quotable(name), `heading ${at + 1} is there twice`);
    else if (!isColumn(name)) {
      fault(
        quotable(name),
        `heading ${at + 1} is not known here; the headings are ${CSV_COLUMNS.join(', ')}`,
      );
    }
  });
  for (const { column, needed } of CSV_FIELDS) {
    if (needed && !names.includes(column)) fault(column, 'this heading is missing');
  }
  return faults.length === before ? names.filter(isColumn) : null;
}

function isColumn(name: string): name is CsvColumn {
  return CSV_COLUMNS.some((column) => column === name);
}

/** An unknown heading is repeated only if it can be nothing but a word: the cells of a row may have slipped into it. */
function quotable(name: string): string | null {
  return isColumn(name) || /^[a-z]{1,16}(?:[ _-][a-z]{1,16}){0,3}$/i.test(name) ? name : null;
}

/** Without what a spreadsheet adds at the edges: empty lines above the headings, and columns with nothing in them. */
function withoutEmptyEdge(rows: readonly CsvRow[]): readonly CsvRow[] {
  const isFilled = (cell: string | undefined) => cell !== undefined && cell.trim() !== '';
  const table = rows.slice(
    Math.max(
      rows.findIndex(({ cells }) => cells.some(isFilled)),
      0,
    ),
  );
  const filled = new Set<number>();
  for (const { cells } of table) for (const [at, cell] of cells.entries()) if (isFilled(cell)) filled.add(at);
  const width = table[0]?.cells.findLastIndex(isFilled) ?? -1;
  // A heading that is empty and has something below it stays, so that it is a fault at its place.
  return table.map(({ line, cells }) => ({
    line,
    cells: cells.filter((cell, at) => filled.has(at) && (at <= width || isFilled(cell))),
  }));
}

/** Nothing for a line without content, or that can't be read. */
function cellsOf(
  { line, cells }: CsvRow,
  columns: readonly CsvColumn[],
  faults: CsvFault[],
): { line: number; cells: Cells }[] {
  const texts = cells.map((cell) => cell.normalize('NFC').replaceAll(/^ +| +$/g, ''));
  if (texts.every((text) => text.trim() === '')) return [];
  const beyond = texts.slice(columns.length).findIndex((text) => text !== '');
  if (beyond !== -1) {
    const detail = `cell ${columns.length + beyond + 1} has no heading: put a text that has a comma in it in quotes`;
    faults.push({ line, column: null, detail });
    return [];
  }
  if (texts.length < columns.length) {
    const detail = `this line has ${texts.length} cells and there are ${columns.length} headings: leave empty cells, not fewer cells`;
    faults.push({ line, column: null, detail });
    return [];
  }
  columns.forEach((column, at) => {
    const detail = cellFault(cellKindOf(column), texts[at] ?? '');
    if (detail !== null) faults.push({ line, column, detail: `this cell ${detail}` });
  });
  const textOf = (column: CsvColumn): string => texts[columns.indexOf(column)] ?? '';
  return [{ line, cells: Object.fromEntries(CSV_COLUMNS.map((name) => [name, textOf(name)])) as Cells }];
}

type ReadRow = ReturnType<typeof cellsOf>[number];

/** Organisations that are given a name; one without must be there already. */
function organisationsOf(rows: readonly ReadRow[], faults: CsvFault[]): Entry<unknown>[] {
  const entries = new Map<string, Entry<{ odsCode: string; name: string }>>();
  for (const { line, cells } of rows) {
    const [odsCode, name] = [cells.organisation_ods_code, cells.organisation_name];
    if (name === '') continue;
    const known = entries.get(odsCode);
    if (known === undefined) entries.set(odsCode, { entry: { odsCode, name }, lines: [line] });
    else if (known.entry.name === name) known.lines.push(line);
    else {
      const detail = `this organisation has another name on line ${known.lines[0]}`;
      faults.push({ line, column: 'organisation_name', detail });
    }
  }
  return [...entries.values()];
}

function productsOf(rows: readonly ReadRow[]): Entry<unknown>[] {
  const byName = Map.groupBy(rows, ({ cells }) => cells.product);
  return [...byName].map(([name, ofProduct]) => ({
    entry: { name },
    lines: ofProduct.map(({ line }) => line),
  }));
}

function applicationsOf(rows: readonly ReadRow[], faults: CsvFault[]): Entry<unknown>[] {
  const groups = Map.groupBy(rows, ({ line, cells }) =>
    cells.access_mode === 'user-restricted' && cells.asid !== ''
      ? JSON.stringify([cells.environment, cells.product, cells.asid])
      : String(line),
  );
  return [...groups.values()].map((group) => {
    const [first, ...others] = group as [ReadRow, ...ReadRow[]];
    for (const { line, cells } of others) {
      for (const { column } of CSV_FIELDS) {
        if (column === 'organisation_ods_code' || cells[column] === first.cells[column]) continue;
        const detail = `line ${first.line} is of the same ASID, so this must be the same there`;
        faults.push({ line, column, detail });
      }
    }
    const odsCodes = group.map(({ cells }) => cells.organisation_ods_code);
    return { entry: applicationOf(first.cells, odsCodes), lines: group.map(({ line }) => line) };
  });
}

function applicationOf(cells: Cells, odsCodes: readonly string[]): object {
  const entry: Partial<Record<keyof DocumentApplication, unknown>> =
    odsCodes.length > 1 ? { organisations: odsCodes } : { organisation: odsCodes[0] };
  for (const { name, column, needed, isList } of CSV_FIELDS) {
    const text = cells[column];
    if (name === 'organisations' || (text === '' && !needed)) continue;
    const names = text.split(/[\s,;]+/).filter((word) => word !== '');
    if (!isList) entry[name] = text;
    else if (names.length > 0) entry[name] = names;
  }
  return entry;
}
