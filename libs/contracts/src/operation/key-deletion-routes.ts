/** The monthly lists of signing keys whose KMS keys are to be deleted. */
import { z } from 'zod';
import { kidCursor } from '../cursors.js';
import { instant, month } from '../registry/identifiers.js';
import { page, paging, reasonNeeded, reasonOnly } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import { keyOwner, kidPath } from './operation-resources.js';

/**
 * `listed`: nobody has decided. `struck`: somebody keeps it. `approved`: two people approved, and KMS is about to be called.
 * `scheduled`: KMS deletes it at `deletesAt`. `dropped`: it was in use again. `cancelled`: somebody took the approval back.
 */
export const KEY_DELETION_STATES = [
  'listed',
  'struck',
  'approved',
  'scheduled',
  'dropped',
  'cancelled',
] as const;

export const keyDeletion = z.object({
  month: z.string(),
  kid: z.string(),
  owner: z.object({ kind: keyOwner, id: z.string(), name: z.string() }),
  /** ODS codes; empty: of a CIS2 client. */
  organisations: z.array(z.string()),
  environment: z.string(),
  disabledAt: instant.nullable(),
  /** Until when Gatehouse signed with it; null: it never signed. */
  signedUntil: instant.nullable(),
  /** The newest signature of AWS KMS that the audit trail has, to the minute; null: it has none. */
  lastSignedAt: instant.nullable(),
  state: z.enum(KEY_DELETION_STATES),
  /** Why it is not deleted, and who said so. */
  reason: z.string().nullable(),
  decidedBy: z.string().nullable(),
  /** When KMS deletes it, or has deleted it. */
  deletesAt: instant.nullable(),
});
export type KeyDeletionView = z.infer<typeof keyDeletion>;

const ofKey = z.strictObject({ month, ...kidPath.shape });

export const keyDeletionRoutes = {
  keyDeletionList: {
    method: 'GET',
    path: '/key-deletions',
    summary: 'The signing keys to delete in KMS, by month; by default the newest list',
    permission: 'signing-key.read',
    keepsToReach: true,
    query: z.strictObject({ ...paging(kidCursor), month: month.optional() }),
    response: page(keyDeletion),
  },
  keyDeletionStrike: {
    method: 'POST',
    path: '/key-deletions/:month/:kid/strike',
    summary: 'Keep a key: strike it off the newest list of deletions',
    permission: 'signing-key.write',
    keepsToReach: true,
    params: ofKey,
    body: reasonNeeded,
    response: keyDeletion,
  },
  keyDeletionApprove: {
    method: 'POST',
    path: '/key-deletions/:month/approve',
    summary: 'Have KMS delete the keys left on the newest list, after 30 days',
    permission: 'signing-key.write',
    keepsToReach: true,
    params: z.strictObject({ month }),
    body: reasonOnly,
    response: z.object({ month: z.string(), keys: z.number() }),
    fourEyes: true,
  },
  keyDeletionCancel: {
    method: 'POST',
    path: '/key-deletions/:month/:kid/cancel',
    summary: 'Keep a key whose deletion is approved',
    permission: 'signing-key.write',
    keepsToReach: true,
    params: ofKey,
    body: reasonNeeded,
    response: keyDeletion,
  },
} as const satisfies Record<string, RouteContract>;
