/** In which environments a requested change counts, for the person who decides on it. */
import type { DiffRow } from './change-diff.js';
import type { Names } from './change-summary.js';

/**
 * @param rows as they are shown, with those of each step of a plan
 * @returns in order; none if a row counts in every environment
 */
export function environmentsOfChange(
  rows: readonly DiffRow[],
  names: Pick<Names, 'application' | 'client' | 'cis2Client'>,
): readonly string[] {
  const each = rows
    .filter(({ table }) => table !== 'impact_plan')
    .map((row) => environmentsOfRow(row, names));
  if (each.includes(null)) return [];
  return [...new Set(each.flatMap((environments) => environments ?? []))].sort();
}

/** Null: in every environment. */
function environmentsOfRow(
  { table, before, after }: DiffRow,
  names: Pick<Names, 'application' | 'client' | 'cis2Client'>,
): readonly string[] | null {
  const row = { ...before, ...after };
  if (/^environment\b/.test(table)) return [String(row['name'])];
  if (typeof row['environment'] === 'string') return [row['environment']];
  if (Array.isArray(row['environments'])) return row['environments'].map(String);
  const owners = [
    [row['application_id'], names.application],
    [row['client_id'], names.client],
    [row['cis2_client_id'], names.cis2Client],
  ] as const;
  const [owner] = owners.filter(([id]) => typeof id === 'string');
  if (owner === undefined) return null;
  // An owner that is not recorded yet is written by another row of the change.
  const environment = owner[1](String(owner[0]))?.environment;
  return environment === undefined ? [] : [environment];
}
