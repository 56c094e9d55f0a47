/** A registry file as the admin API takes it, whatever it was written in. */
import type { FaultAt } from '@gatehouse/contracts/problem';
import type { RegistryDocument } from '@gatehouse/contracts/registry/registry-file';
import { Failure } from '../failure.js';

export interface RegistryInput {
  readonly document: RegistryDocument;
  /** The failure for faults that the admin API found, each at its place in the file. */
  readonly explain: (faults: readonly FaultAt[]) => Failure;
}

/** @param places one line for each fault, beginning with its place in the file */
export function faultSummary(fileName: string, places: readonly string[]): Failure {
  const count = places.length === 1 ? 'one fault' : `${places.length} faults`;
  const lines = places.map((place) => `${fileName}:${place}`);
  return new Failure(`${fileName} has ${count}; nothing was changed:\n${lines.join('\n')}`);
}
