/** A report of the NHS's Organisation Data Service as what the admin API loads, with every fault at its line. */
import { publishedIn, REPORT_COLUMN_NAMES } from '@gatehouse/domain/ods/published-organisation';
import type { z } from 'zod';
import { type CsvRow, csvRows } from '../csv-rows.js';
import { checkShape } from '../fault-words.js';
import { MOST_ORGANISATIONS, publishedOrganisation } from './ods-routes.js';

type PublishedOrganisation = z.output<typeof publishedOrganisation>;

export interface OdsFileFault {
  /** From 1. */
  readonly line: number;
  readonly detail: string;
}

/** @returns the organisations, none if there are faults */
export function readOdsFile(text: string): {
  readonly organisations: readonly PublishedOrganisation[];
  readonly faults: readonly OdsFileFault[];
} {
  const rows = csvRows(text, ',');
  if ('fault' in rows) return { organisations: [], faults: [rows.fault] };
  const filled = rows.rows.filter(({ cells }) => cells.length > 1 || cells[0] !== '');
  if (filled.length === 0) return { organisations: [], faults: [{ line: 1, detail: 'the file is empty' }] };
  if (filled.length > MOST_ORGANISATIONS)
    return { organisations: [], faults: [{ line: 1, detail: TOO_MANY }] };
  const organisations: PublishedOrganisation[] = [];
  const faults: OdsFileFault[] = [];
  const lines = new Map<string, number>();
  for (const row of filled) {
    const read = organisationIn(row);
    if (Array.isArray(read)) {
      faults.push(...read);
      continue;
    }
    const earlier = lines.get(read.odsCode);
    if (earlier !== undefined)
      faults.push({ line: row.line, detail: `${read.odsCode} is on line ${earlier}, too` });
    lines.set(read.odsCode, row.line);
    organisations.push(read);
  }
  return { organisations: faults.length === 0 ? organisations : [], faults };
}

function organisationIn({ line, cells }: CsvRow): PublishedOrganisation | OdsFileFault[] {
  const read = publishedIn(cells);
  if ('fault' in read) return [{ line, detail: read.fault }];
  const checked = checkShape(publishedOrganisation, read);
  if (checked.success) return checked.data;
  return checked.error.issues.map(({ path: [field], message }) => {
    const column = REPORT_COLUMN_NAMES[field as keyof typeof read];
    return { line, detail: `${column}: ${field === 'openedOn' || field === 'closedOn' ? NO_DATE : message}` };
  });
}

const TOO_MANY = `the file has more than ${MOST_ORGANISATIONS.toLocaleString('en-GB')} rows: split it, and load the parts one after another`;
const NO_DATE = 'this is not a date of the form YYYYMMDD';
