/** Signatures of KMS that no process of Gatehouse has recorded, and what a person found out about them (ADR 58). */
import { z } from 'zod';
import { opaqueCursor } from '../cursors.js';
import { instant } from '../registry/identifiers.js';
import { page, paging, reasonNeeded } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import { keyOwner } from './operation-resources.js';

export const unrecordedSignatures = z.object({
  /** Of these signatures: those that are found later, by the same key, have another. */
  id: z.string(),
  /** ARN. */
  key: z.string(),
  /** Null: a key that Gatehouse uses itself, such as that of checkpoints. */
  signingKey: z.object({ kid: z.string(), owner: z.object({ kind: keyOwner, id: z.string() }) }).nullable(),
  /** UTC. */
  day: z.string(),
  count: z.number().int(),
  firstAt: instant,
  lastAt: instant,
  /** When the last of them raised the alarm. */
  foundAt: instant,
  /** Some of those who had them made, as CloudTrail names them. */
  callers: z.array(z.string()),
  reviewedAt: instant.nullable(),
  reviewedBy: z.string().nullable(),
  reviewNote: z.string().nullable(),
});
export type UnrecordedSignaturesView = z.infer<typeof unrecordedSignatures>;

export const signatureRoutes = {
  unrecordedSignatureList: {
    method: 'GET',
    path: '/unrecorded-signatures',
    summary:
      'Signatures of KMS without a record in the audit trail, by key and day, for nine days; the newest first',
    permission: 'signing-key.read',
    keepsToReach: true,
    query: z.strictObject({ ...paging(opaqueCursor), only: z.enum(['unreviewed']).optional() }),
    response: page(unrecordedSignatures),
  },
  unrecordedSignatureReview: {
    method: 'POST',
    path: '/unrecorded-signatures/:id/review',
    summary:
      'Record what a person found out about them, which ends their alarm; signatures that are found later raise it again',
    permission: 'emergency.review',
    keepsToReach: true,
    params: z.strictObject({ id: opaqueCursor }),
    body: reasonNeeded,
    response: unrecordedSignatures,
  },
} as const satisfies Record<string, RouteContract>;
