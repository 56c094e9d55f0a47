/** From a registry document back to the lines of the CSV file that it was made from. */
import type { ChangeAction, RegistryChange } from './plan/registry-change.js';
import type { CsvDocument, CsvFault, CsvKind } from './registry-csv.js';
import { CSV_FIELDS } from './registry-csv-columns.js';

/** A fault of the document, by its place in the file. */
export function faultInCsv(
  { lines }: Pick<CsvDocument, 'lines'>,
  fault: { readonly pointer: string; readonly detail: string },
): CsvFault {
  const [, kind = '', at = '', field = '', index = '0'] = fault.pointer.split('/');
  const from = Object.hasOwn(lines, kind) ? (lines[kind as CsvKind][Number(at)] ?? []) : [];
  const line = (field === 'organisations' ? from[Number(index)] : undefined) ?? from[0] ?? 1;
  const detail = fault.detail.replace(
    /\/applications\/([0-9]+)/g,
    (_all, other: string) => `line ${lines.applications[Number(other)]?.[0] ?? '?'}`,
  );
  return { line, column: columnOf(kind, field), detail };
}

/** The column that a field of the document comes from. */
function columnOf(kind: string, field: string): string | null {
  if (field === 'name') return kind === 'products' ? 'product' : 'organisation_name';
  if (field === 'odsCode' || field === 'organisation') return 'organisation_ods_code';
  return CSV_FIELDS.find(({ name }) => name === field)?.column ?? null;
}

export interface CsvEffect {
  readonly line: number;
  readonly action: ChangeAction;
  /** Of the application, and what else the line changes. */
  readonly changes: readonly RegistryChange[];
}

/**
 * What each line does, from the changes of a diff, which are in the order of the document. What several lines say is
 * given at the first of them.
 */
export function effectsOfCsv(
  { lines }: Pick<CsvDocument, 'lines'>,
  changes: readonly RegistryChange[],
): CsvEffect[] {
  const byLine = new Map<number, RegistryChange[]>();
  const add = (line: number, change: RegistryChange) =>
    byLine.set(line, [...(byLine.get(line) ?? []), change]);
  const changesOf = (kind: RegistryChange['kind']) => changes.filter((change) => change.kind === kind);
  changesOf('application').forEach((change, at) => {
    for (const line of lines.applications[at] ?? []) add(line, change);
  });
  for (const [kind, linesOfEntries] of [
    ['organisation', lines.organisations],
    ['product', lines.products],
  ] as const) {
    changesOf(kind).forEach((change, at) => {
      const [first] = linesOfEntries[at] ?? [];
      if (first !== undefined && change.action !== 'unchanged') add(first, change);
    });
  }
  return [...byLine]
    .toSorted(([one], [other]) => one - other)
    .map(([line, changesOfLine]) => ({
      line,
      action: changesOfLine.find(({ action }) => action !== 'unchanged')?.action ?? 'unchanged',
      changes: changesOfLine,
    }));
}
