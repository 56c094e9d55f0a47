import { csvLine } from '@gatehouse/domain/csv';
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
