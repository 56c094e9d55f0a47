/** From a registry document back to the lines of the CSV file that it was made from. */
import type { ChangeAction, RegistryChange } from './registry-change.js';
import type { CsvColumn, CsvDocument, CsvFault, CsvKind } from './registry-csv.js';

const FIELD_COLUMNS: Readonly<Record<string, CsvColumn>> = {
  odsCode: 'organisation_ods_code',
  organisation: 'organisation_ods_code',
  organisations: 'organisation_ods_code',
  product: 'product',
  environment: 'environment',
  accessMode: 'access_mode',
  capability: 'capability',
  asid: 'asid',
  apiKey: 'api_key',
  messageSets: 'message_sets',
  state: 'state',
};

/** A fault of the document, by its place in the file. */
export function faultInCsv(
  { lines }: Pick<CsvDocument, 'lines'>,
  fault: { readonly pointer: string; readonly detail: string },
): CsvFault {
  const [, kind = '', at = '', field = '', index = '0'] = fault.pointer.split('/');
  const from = Object.hasOwn(lines, kind) ? (lines[kind as CsvKind][Number(at)] ?? []) : [];
  const column =
    field === 'name' ? (kind === 'products' ? 'product' : 'organisation_name') : FIELD_COLUMNS[field];
  const line = (field === 'organisations' ? from[Number(index)] : undefined) ?? from[0] ?? 1;
  const detail = fault.detail.replace(
    /\/applications\/([0-9]+)/g,
    (_all, other: string) => `line ${lines.applications[Number(other)]?.[0] ?? '?'}`,
  );
  return { line, column: column ?? null, detail };
}

export interface CsvEffect {
  readonly line: number;
  readonly action: ChangeAction;
  /** Of the application, and what else the line changes. */
  readonly changes: readonly RegistryChange[];
}

/**
 * What each line does, from the changes of a diff, which are in the order of the document. What several lines say is
 * told at the first of them.
 */
export function effectsOfCsv(
  { lines }: Pick<CsvDocument, 'lines'>,
  changes: readonly RegistryChange[],
): CsvEffect[] {
  const told = new Map<number, RegistryChange[]>();
  const tell = (line: number, change: RegistryChange) => told.set(line, [...(told.get(line) ?? []), change]);
  const of = (kind: RegistryChange['kind']) => changes.filter((change) => change.kind === kind);
  of('application').forEach((change, at) => {
    for (const line of lines.applications[at] ?? []) tell(line, change);
  });
  for (const [kind, from] of [
    ['organisation', lines.organisations],
    ['product', lines.products],
  ] as const) {
    of(kind).forEach((change, at) => {
      const [first] = from[at] ?? [];
      if (first !== undefined && change.action !== 'unchanged') tell(first, change);
    });
  }
  return [...told]
    .toSorted(([one], [other]) => one - other)
    .map(([line, held]) => ({
      line,
      action: held.find(({ action }) => action !== 'unchanged')?.action ?? 'unchanged',
      changes: held,
    }));
}
