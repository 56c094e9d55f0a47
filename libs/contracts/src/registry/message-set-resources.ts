/** Message sets, and the catalogue of interactions they are made from. */
import { INTERACTION_ACCESS } from '@gatehouse/domain/ers/interaction-access';
import { z } from 'zod';
import { messageSetName } from './identifiers.js';
import { messageSetCursor } from '../cursors.js';
import { paging } from './registry-resources.js';

export const messageSetFilter = z.strictObject(paging(messageSetCursor));
export const messageSetPath = z.strictObject({ name: messageSetName });
export const messageSet = z.object({
  name: z.string(),
  interactions: z.array(z.string()),
  /** Counts applications that are not retired and that the caller may see. */
  applicationCount: z.number().int(),
  /** The first of them. */
  applications: z.array(z.object({ id: z.string(), name: z.string(), state: z.string() })),
});

/** The step of a decision that refuses an interaction though its message set lists it. */
export const interactionAccess = z.enum(INTERACTION_ACCESS);
export const interaction = z.object({
  id: z.string(),
  title: z.string(),
  readOnly: z.boolean(),
  deprecated: z.boolean(),
  /** Business functions of a user who may ask for it; empty: any. */
  businessFunctions: z.array(z.string()),
  requests: z.array(z.object({ method: z.string(), path: z.string() })),
  access: z.object({
    userRestricted: interactionAccess,
    referrer: interactionAccess,
    provider: interactionAccess,
  }),
});
export type InteractionView = z.infer<typeof interaction>;
export const catalogue = z.object({ items: z.array(interaction) });
