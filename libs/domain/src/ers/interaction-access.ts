/** What an application may do with an interaction. Kept apart so that the console need not load the catalogue. */
import type { AccessMode, Capability } from '../registry/records/vocabulary.js';
import type { Interaction } from './interaction.js';

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
