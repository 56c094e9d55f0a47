/** What waits for one person, what they have requested, and what they answer for that ends. */
import { z } from 'zod';
import { listedChange } from '../governance/change-resources.js';
import { instant } from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';

/** Of each kind; the lists have the rest. */
export const MOST_OWN = 20;
/** What ends later is not shown yet. */
export const OWN_ENDS_WITHIN_DAYS = 60;

const ending = z.object({
  kind: z.enum(['appointment', 'write exception', 'client key', 'API token']),
  id: z.string(),
  name: z.string(),
  /** Of an appointment, the last moment of the day on which its review is due. It may have passed. */
  endsAt: instant,
  /** The page of the console where it is renewed. */
  page: z.string(),
});
export type EndingView = z.infer<typeof ending>;

export const ownWorkRoutes = {
  ownWorkShow: {
    method: 'GET',
    path: '/own-work',
    summary: `The changes that you may decide, those that you have requested, and what you answer for that ends within ${OWN_ENDS_WITHIN_DAYS} days`,
    permission: 'session.own',
    keepsToReach: true,
    response: z.object({
      /** The newest first. */
      decisions: z.array(listedChange),
      requests: z.array(listedChange),
      /** What ends first is first. */
      ending: z.array(ending),
    }),
  },
} as const satisfies Record<string, RouteContract>;
