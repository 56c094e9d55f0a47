/** A CSV file as a registry file: every fault told by its line and column. */
import { type CsvFault, readRegistryCsv } from '@gatehouse/contracts/registry/registry-csv';
import { Failure } from './failure.js';
import type { ReadRegistry } from './registry-yaml.js';

/** @throws Failure that lists every fault with its place */
export function readCsv(text: string, name: string): ReadRegistry {
  const { document, faults, explain } = readRegistryCsv(text);
  const failure = (found: readonly CsvFault[]): Failure => {
    const count = found.length === 1 ? 'a fault' : `${found.length} faults`;
    const lines = found.map(
      ({ line, column, detail }) => `${name}:${line}:${column === null ? '' : ` ${column}:`} ${detail}`,
    );
    return new Failure(`${name} has ${count}; nothing was changed:\n${lines.join('\n')}`);
  };
  if (document === null) throw failure(faults);
  return { document, explain: (found) => failure(explain(found)) };
}
