/** The e-RS catalogue by interaction, which is what a message set lists and an ASID is allowed. */
import { type BusinessFunction, CATALOGUE, type Operation } from './catalogue.js';
import type { AccessMode, Capability } from '../registry/records/vocabulary.js';

export interface Interaction {
  /** `A005`. */
  readonly id: string;
  readonly title: string;
  readonly readOnly: boolean;
  readonly deprecated: boolean;
  /** Of the user, in user-restricted mode; empty: none is asked for. */
  readonly businessFunctions: readonly BusinessFunction[];
  readonly applicationRestricted: Operation['applicationRestricted'];
  /** The calls it stands for. */
  readonly requests: readonly { readonly method: Operation['method']; readonly path: string }[];
}

/** In the order of their ids. Rows of one interaction differ in method and path only. */
export const INTERACTIONS: readonly Interaction[] = [
  ...Map.groupBy(CATALOGUE, ({ interaction }) => interaction),
].map(([id, [first, ...others]]) => {
  const { title, readOnly, deprecated, businessFunctions, applicationRestricted } = first as Operation;
  const requests = [first as Operation, ...others].map(({ method, path }) => ({ method, path }));
  return { id, title, readOnly, deprecated, businessFunctions, applicationRestricted, requests };
});

/** What stands between an interaction of a message set and its use; named as the steps of a decision that refuse it. */
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
