/** Who holds which role, since when, and who has confirmed that they still need it. */
import { z } from 'zod';
import { idPath } from '../governance/governance-resources.js';
import { idCursor } from '../cursors.js';
import { instant } from '../registry/identifiers.js';
import { page, paging, reasonNeeded } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import { staffMember, staffRole } from './staff-resources.js';

const reviewedRole = z.object({
  id: z.string(),
  staffId: z.string(),
  person: z.string(),
  personState: staffMember.shape.state,
  role: staffRole,
  /** Null: for every organisation. */
  odsCodes: z.array(z.string()).nullable(),
  source: z.enum(['provider', 'administrator']),
  /** Since when the person has the role as it is; null: since before this was recorded. */
  grantedAt: instant.nullable(),
  /** When the person was last active in the console; null: never. A role by itself leaves no trace of its use. */
  lastActiveAt: instant.nullable(),
  confirmedAt: instant.nullable(),
  confirmedBy: z.string().nullable(),
  /** Null: at once, since nobody knows since when it was needed. */
  dueAt: instant.nullable(),
  /** Never of somebody who is suspended. */
  isOverdue: z.boolean(),
  /** Not their own role. */
  mayConfirm: z.boolean(),
});
export type ReviewedRoleView = z.infer<typeof reviewedRole>;

export const accessReviewRoutes = {
  accessReviewList: {
    method: 'GET',
    path: '/access-review',
    summary:
      'Every role of every member of staff: since when, last active, last confirmed, and when that is due again',
    permission: 'access.read',
    query: z.strictObject({ ...paging(idCursor), only: z.enum(['overdue']).optional() }),
    response: page(reviewedRole),
  },
  accessConfirm: {
    method: 'POST',
    path: '/access-review/:id/confirm',
    summary: 'Confirm for a year that a colleague still needs a role; nobody confirms their own',
    permission: 'access.review',
    params: idPath,
    body: reasonNeeded,
    response: reviewedRole,
  },
} as const satisfies Record<string, RouteContract>;
