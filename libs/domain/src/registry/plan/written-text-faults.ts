/**
 * What a spreadsheet writes in place of a value, in the free texts of a registry document, wherever it came from: a file
 * of any form, or the admin API. A text that the registry holds already is left alone, so that a record with a bad one
 * can still be retired.
 */
import { cellFault, type CellKind } from '../../input/spreadsheet-cell.js';
import type { RegistryDocument, RegistryList } from '../records/registry-records.js';
import type { Planned } from './registry-change.js';
import type { RegistryFault } from './registry-fault.js';

interface FreeText {
  /** Of the record, as a change names it. */
  readonly field: string;
  readonly kind: CellKind;
  /** JSON pointer within the entry, unless it is the field. */
  readonly pointer?: string;
}

/** Texts without a closed set of values. API keys and secrets are checked by their shape. */
const FREE_TEXTS: Readonly<Record<RegistryList, readonly FreeText[]>> = {
  organisations: [
    { field: 'odsCode', kind: 'code' },
    { field: 'name', kind: 'name' },
  ],
  products: [{ field: 'name', kind: 'name' }],
  messageSets: [{ field: 'name', kind: 'name' }],
  applications: [{ field: 'apimApplicationId', kind: 'issued' }],
  cis2Clients: [{ field: 'clientId', kind: 'issued' }],
  clients: [
    { field: 'name', kind: 'name' },
    { field: 'workload', kind: 'issued', pointer: '/audience' },
    { field: 'workload', kind: 'issued', pointer: '/subject' },
  ],
};

/** @param planned what the entries of the list would change, in their order */
export function writtenTextFaults<L extends RegistryList>(
  list: L,
  entries: RegistryDocument[L],
  planned: readonly Planned<object>[],
): RegistryFault[] {
  return planned.flatMap(({ change }, at) =>
    FREE_TEXTS[list].flatMap(({ field, kind, pointer = '' }): RegistryFault[] => {
      const isWritten = change.action === 'create' || change.fields.some(({ name }) => name === field);
      const text = isWritten ? textAt(entries[at], `/${field}${pointer}`) : null;
      const detail = text === null ? null : cellFault(kind, text);
      return detail === null
        ? []
        : [{ pointer: `/${list}/${at}/${field}${pointer}`, detail: `this ${detail}` }];
    }),
  );
}

function textAt(entry: unknown, pointer: string): string | null {
  const value = pointer
    .slice(1)
    .split('/')
    .reduce<unknown>(
      (parent, key) =>
        typeof parent === 'object' && parent !== null ? (parent as Record<string, unknown>)[key] : undefined,
      entry,
    );
  return typeof value === 'string' ? value : null;
}
