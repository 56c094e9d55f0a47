/** Sessions of healthcare workers, as staff see and end them. A handle, a token or a name is never here. */
import { z } from 'zod';
import { instantCursor } from '../cursors.js';
import { idPath } from '../governance/governance-resources.js';
import { clientName, environmentName, instant, odsCode, reason, userId } from '../registry/identifiers.js';
import { page, paging, reasonNeeded } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';

export const userSessionState = z.enum(['live', 'ended']);
export const userSessionFilter = z.strictObject({
  ...paging(instantCursor),
  state: userSessionState.optional(),
  userId: userId.optional(),
  client: clientName.optional(),
  environment: environmentName.optional(),
  /** Sessions that act for it. */
  organisation: odsCode.optional(),
});

export const userSession = z.object({
  id: z.string(),
  userId,
  environment: z.string(),
  /** Name of the client that opened the session. */
  client: z.string(),
  product: z.string(),
  authenticationLevel: z.number().int(),
  /** The role in which the user acts; null: none is chosen yet. */
  organisation: z.string().nullable(),
  businessFunction: z.string().nullable(),
  onBehalfOfUserId: z.string().nullable(),
  state: userSessionState,
  authenticatedAt: instant,
  lastActiveAt: instant,
  /** Null while the session lives, and where it ran out of time. */
  endedAt: instant.nullable(),
  endedBy: z.string().nullable(),
  endReason: z.string().nullable(),
});
export type UserSessionView = z.infer<typeof userSession>;

export const userSessionRoutes = {
  userSessionList: {
    method: 'GET',
    path: '/user-sessions',
    summary: 'Sessions of healthcare workers, live and ended, newest first',
    permission: 'user-session.read',
    keepsToReach: true,
    query: userSessionFilter,
    response: page(userSession),
  },
  userSessionEnd: {
    method: 'POST',
    path: '/user-sessions/:id/end',
    summary: 'End a session: its next request is refused, and its tokens are erased',
    permission: 'user-session.end',
    keepsToReach: true,
    params: idPath,
    body: reasonNeeded,
    response: userSession,
  },
  userSessionsEnd: {
    method: 'POST',
    path: '/user-sessions/end',
    summary: 'End every live session of a user',
    permission: 'user-session.end',
    keepsToReach: true,
    body: z.strictObject({ userId, environment: environmentName.optional(), reason }),
    response: z.object({ ended: z.number().int() }),
  },
} as const satisfies Record<string, RouteContract>;
