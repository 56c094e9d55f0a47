/**
 * Organisations as the NHS's Organisation Data Service (ODS) publishes them in its CSV reports: etr (NHS trusts), epraccur
 * (GP practices), and the others of “Data Search and Export”.
 *
 * A report has no headings, 27 columns in every row and every cell in quotes: 1 organisation code, 2 name in block capitals,
 * 11 open date, 12 close date (both YYYYMMDD), 13 status code. In the reports of Data Search and Export the status is ACTIVE
 * or INACTIVE; in the files before them it was A, C (closed), D (dormant) or P (proposed), and empty for trusts. Organisations
 * that closed before the last financial years are left out. Sources: “File descriptions”, HSCIC, systems.hscic.gov.uk/data/ods;
 * https://www.odsdatasearchandexport.nhs.uk/referenceDataCatalogue/ (NHS trusts 565791609, GP practices 565791179).
 */
import { nameKey } from '../input/visible-text.js';

export const REPORT_COLUMNS = 27;

export interface PublishedOrganisation {
  readonly odsCode: string;
  readonly name: string;
  /** Calendar days. The organisation is open on the day on which it closes. */
  readonly openedOn: string | null;
  readonly closedOn: string | null;
  /** By its status, with or without a date. */
  readonly isClosed: boolean;
}

/** The columns that are read, by the field, as the file descriptions call them. */
export const REPORT_COLUMN_NAMES: Readonly<Record<keyof PublishedOrganisation, string>> = {
  odsCode: 'Organisation Code',
  name: 'Name',
  openedOn: 'Open Date',
  closedOn: 'Close Date',
  isClosed: 'Status Code',
};

const HEADING = /^(organisation ?)?code$/i;
/** General practitioners are published in the same layout (egpcur), under G and seven digits. They are people. */
const PRACTITIONER = /^G[0-9]{7}$/;
const CLOSED = new Set(['C', 'INACTIVE']);

/** @returns the organisation of a row, its shape still unchecked, or why there is none */
export function publishedIn(cells: readonly string[]): PublishedOrganisation | { readonly fault: string } {
  const cell = (column: number) => (cells[column - 1] ?? '').trim();
  const odsCode = cell(1);
  if (HEADING.test(odsCode))
    return {
      fault:
        'this row has headings: load a report as it is downloaded (etr.csv, epraccur.csv), which has none',
    };
  if (cells.length !== REPORT_COLUMNS) {
    const columns = `${cells.length} ${cells.length === 1 ? 'column' : 'columns'}`;
    return {
      fault: `this row has ${columns}, and each row of an ODS report of organisations has ${REPORT_COLUMNS}`,
    };
  }
  if (PRACTITIONER.test(odsCode))
    return { fault: 'this is the code of a general practitioner: only organisations are loaded' };
  return {
    odsCode,
    name: cell(2),
    openedOn: dayOf(cell(11)),
    closedOn: dayOf(cell(12)),
    isClosed: CLOSED.has(cell(13).toUpperCase()),
  };
}

/** What is no date stays as it is, for the contract to reject. */
function dayOf(text: string): string | null {
  if (text === '') return null;
  return text.replace(/^([0-9]{4})([0-9]{2})([0-9]{2})$/, '$1-$2-$3');
}

const IN_WORDS = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** What somebody should know before they register it: “It closed on 31 March 2024.” Null: it is open. @param today in London */
export function remarkOn(
  { openedOn, closedOn, isClosed }: Omit<PublishedOrganisation, 'odsCode' | 'name'>,
  today: string,
): string | null {
  const on = (day: string) => IN_WORDS.format(Date.parse(day));
  if (closedOn !== null)
    return closedOn < today ? `It closed on ${on(closedOn)}.` : `It closes on ${on(closedOn)}.`;
  if (isClosed) return 'It is closed.';
  return openedOn !== null && openedOn > today ? `It opens on ${on(openedOn)}.` : null;
}

/** What somebody should know who registers it under this name; null: nothing. Case and spacing make no other name. */
export function remarkOnRegistration(
  name: string,
  published: PublishedOrganisation,
  today: string,
): string | null {
  const { odsCode } = published;
  const differs = nameKey(name) !== nameKey(published.name);
  const standing = remarkOn(published, today);
  if (!differs) return standing === null ? null : `${odsCode} is ${published.name}. ${standing}`;
  const names = `The NHS publishes ${odsCode} as ${published.name}, and not as ${name}.`;
  return standing === null ? names : `${names} ${standing}`;
}
