/** The e-RS catalogue by interaction. Message sets list interactions, and an ASID is approved for interactions. */
import { type BusinessFunction, CATALOGUE, type Operation } from './catalogue.js';

export interface Interaction {
  /** `A005`. */
  readonly id: string;
  readonly title: string;
  readonly readOnly: boolean;
  readonly deprecated: boolean;
  /** The business functions that a user may have in user-restricted mode; empty if none is required. */
  readonly businessFunctions: readonly BusinessFunction[];
  readonly applicationRestricted: Operation['applicationRestricted'];
  /** The operations of this interaction. */
  readonly requests: readonly { readonly method: Operation['method']; readonly path: string }[];
}

/** All interactions, by id. The rows of one interaction differ only in method and path. */
export const INTERACTIONS: readonly Interaction[] = [
  ...Map.groupBy(CATALOGUE, ({ interaction }) => interaction),
].map(([id, [first, ...others]]) => {
  const { title, readOnly, deprecated, businessFunctions, applicationRestricted } = first as Operation;
  const requests = [first as Operation, ...others].map(({ method, path }) => ({ method, path }));
  return { id, title, readOnly, deprecated, businessFunctions, applicationRestricted, requests };
});
