/** Keys that one person disabled at once, and the review of it by another. */
import { z } from 'zod';
import { instantCursor } from '../cursors.js';
import { idPath } from '../governance/governance-resources.js';
import { instant } from '../registry/identifiers.js';
import { page, paging, reasonNeeded } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import { keyOwner, kidPath } from './operation-resources.js';

export const keyEmergency = z.object({
  id: z.string(),
  kid: z.string(),
  owner: z.object({ kind: keyOwner, id: z.string(), name: z.string() }),
  reason: z.string(),
  disabledBy: z.string(),
  /** The id of that person; null: a service's token. */
  disabledByPerson: z.string().nullable(),
  disabledAt: instant,
  /** When Gatehouse itself stopped signing with it; null: not yet. */
  takenOutAt: instant.nullable(),
  /** Null: AWS KMS did not confirm it. */
  disabledInKmsAt: instant.nullable(),
  /** Whether it signed for callers until then. */
  wasActive: z.boolean(),
  /** The key that signs in its place; null: none could, or it did not sign. */
  standbyKid: z.string().nullable(),
  /** What is still possible with the key or its tokens, and until when. */
  exposed: z.array(z.object({ text: z.string(), until: instant.nullable() })),
  /** What only NHS England can do, with the values to quote. */
  stepsAtNhs: z.array(
    z.object({ whatToAsk: z.string(), values: z.array(z.object({ name: z.string(), value: z.string() })) }),
  ),
  reviewedBy: z.string().nullable(),
  reviewedAt: instant.nullable(),
  reviewNote: z.string().nullable(),
});
export type KeyEmergencyView = z.infer<typeof keyEmergency>;

export const keyEmergencyRoutes = {
  keyEmergencyMake: {
    method: 'POST',
    path: '/signing-keys/:kid/disable-now',
    summary:
      'Disable a signing key at once, by one person: in KMS and in its JWKS; if it was signing, its standby takes over',
    permission: 'emergency.stop',
    keepsToReach: true,
    params: kidPath,
    body: reasonNeeded,
    response: keyEmergency,
  },
  keyEmergencyList: {
    method: 'GET',
    path: '/key-emergencies',
    summary: 'Signing keys that were disabled at once, newest first',
    permission: 'signing-key.read',
    keepsToReach: true,
    query: z.strictObject({ ...paging(instantCursor), only: z.enum(['unreviewed']).optional() }),
    response: page(keyEmergency),
  },
  keyEmergencyShow: {
    method: 'GET',
    path: '/key-emergencies/:id',
    summary: 'One of them: what stays exposed, and what only NHS England can do',
    permission: 'signing-key.read',
    keepsToReach: true,
    params: idPath,
    response: keyEmergency,
  },
  keyEmergencyReview: {
    method: 'POST',
    path: '/key-emergencies/:id/review',
    summary: 'Record that another person has reviewed it; the reason holds their finding',
    permission: 'emergency.review',
    keepsToReach: true,
    params: idPath,
    body: reasonNeeded,
    response: keyEmergency,
  },
} as const satisfies Record<string, RouteContract>;
