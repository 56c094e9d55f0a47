import { csvLine } from '../csv-line.js';
import { CSV_COLUMNS, type CsvColumn } from '@gatehouse/domain/registry/registry-csv-columns';
import type { AsidPlanRowView } from './planner-resources.js';

const COLUMNS: readonly (readonly [title: string, value: (row: AsidPlanRowView) => string | null])[] = [
  ['state', ({ state }) => state],
  ['name', ({ name }) => name],
  ['environment', ({ environment }) => environment],
  ['organisations', ({ organisations }) => organisations.join(' ')],
  ['product', ({ product }) => product],
  ['access_mode', ({ accessMode }) => accessMode],
  ['capability', ({ capability }) => capability],
  ['asid', ({ applications }) => applications.flatMap(({ asid }) => asid ?? []).join(' ')],
  ['application_ids', ({ applications }) => applications.map(({ id }) => id).join(' ')],
  ['application_states', ({ applications }) => applications.map(({ state }) => state).join(' ')],
  ['note', ({ note }) => note],
];

/** An ASID plan as a spreadsheet reads it. */
export function asidPlanCsv(rows: readonly AsidPlanRowView[]): string {
  const lines = [
    COLUMNS.map(([title]) => title),
    ...rows.map((row) => COLUMNS.map(([, value]) => value(row))),
  ];
  return lines.map((cells) => csvLine(cells)).join('');
}

/**
 * What is missing as a file to import: each application as a draft. A shared one is left out, since only its ASID
 * would tell that its rows are one application.
 */
export function missingAsImport(rows: readonly AsidPlanRowView[]): string {
  const drafts = rows.flatMap(({ state, organisations: [odsCode, ...others], ...row }) => {
    if (state !== 'missing' || odsCode === undefined || others.length > 0) return [];
    const cells: Partial<Record<CsvColumn, string | null>> = {
      organisation_ods_code: odsCode,
      product: row.product,
      environment: row.environment,
      access_mode: row.accessMode,
      capability: row.capability,
      state: 'draft',
    };
    return [CSV_COLUMNS.map((column) => cells[column] ?? null)];
  });
  return [CSV_COLUMNS, ...drafts].map((cells) => csvLine(cells)).join('');
}
