/** The e-RS catalogue by interaction. Message sets list interactions, and an ASID is approved for interactions. */
import { type BusinessFunction, CATALOGUE, type Operation } from './catalogue.js';
import type { AccessMode, Capability } from '../registry/records/vocabulary.js';

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

/** Why an application can't use an interaction of its message sets: the step of the decision that refuses it. */
export const INTERACTION_ACCESS = ['allowed', 'mode', 'capability', 'write exception'] as const;
export type InteractionAccess = (typeof INTERACTION_ACCESS)[number];

/** What an application may do with an interaction that its message sets list. */
export function accessOf(
  { applicationRestricted: terms, readOnly }: Interaction,
  accessMode: AccessMode,
  capability: Capability | null,
): InteractionAccess {
  if (accessMode === 'user-restricted') return 'allowed';
  if (terms === null) return 'mode';
  if (capability === null || !terms.capabilities.includes(capability)) return 'capability';
  return readOnly ? 'allowed' : 'write exception';
}
