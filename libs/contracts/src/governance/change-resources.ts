/** Changes that wait for a second person. */
import { z } from 'zod';
import { instant, reason, sha256Hex } from '../registry/identifiers.js';
import { instantCursor } from '../registry/cursors.js';
import { paging } from '../registry/registry-resources.js';

export const changeState = z.enum(['pending', 'approved', 'rejected', 'withdrawn', 'expired', 'stale']);

const row = z.record(z.string(), z.unknown()).nullable();
export const diffRow = z.object({ table: z.string(), key: z.string(), before: row, after: row });

/** The answer, with status 202, of a route whose change waits. */
export const pendingChange = z.object({
  id: z.string(),
  /** The route that was called. */
  action: z.string(),
  /** Why a second person is needed. */
  rules: z.array(z.string()),
  /** Whoever decides needs one role of each list. */
  deciders: z.array(z.array(z.string())),
  organisations: z.array(z.string()),
  state: changeState,
  reason: z.string().nullable(),
  requestedBy: z.string(),
  requestedAt: instant,
  expiresAt: instant,
  decidedBy: z.string().nullable(),
  decidedAt: instant.nullable(),
  decisionReason: z.string().nullable(),
  /** The rows it would write. An approval names their hash. */
  diff: z.array(diffRow),
  diffHash: z.string(),
});
export type PendingChangeView = z.infer<typeof pendingChange>;

export const changeFilter = z.strictObject({ ...paging(instantCursor), state: changeState.optional() });
export const approveRequest = z.strictObject({ diffHash: sha256Hex, reason });
