/** A CSV file read as a registry file, with every fault at its line and column. */
import { type CsvFault, readRegistryCsv } from '@gatehouse/contracts/registry/registry-csv';
import { type Failure } from '../failure.js';
import { faultSummary, type RegistryInput } from './registry-input.js';

/** @throws Failure that lists every fault with its place */
export function readCsv(text: string, fileName: string): RegistryInput {
  const { document, faults, explain } = readRegistryCsv(text);
  const failure = (csvFaults: readonly CsvFault[]): Failure =>
    faultSummary(
      fileName,
      csvFaults.map(
        ({ line, column, detail }) => `${line}:${column === null ? '' : ` ${column}:`} ${detail}`,
      ),
    );
  if (document === null) throw failure(faults);
  return { document, explain: (apiFaults) => failure(explain(apiFaults)) };
}
