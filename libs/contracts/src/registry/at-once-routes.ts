/** Applications that a filter finds, suspended or put in service as one change. */
import { z } from 'zod';
import { stakes } from '../governance/stop-resources.js';
import type { RouteContract } from '../route-contract.js';
import { reason } from './identifiers.js';
import { applicationTotalFilter } from './registry-resources.js';

/** More rows in one change would hold up every other change of the registry, and nobody could check them. */
export const MOST_AT_ONCE = 2_000;

const NO_FILTER = 'set at least one filter: this is not for every application';
const isFilter = (filter: object): boolean => Object.values(filter).some((value) => value !== undefined);

const stateAtOnce = z.enum(['suspended', 'live']);
export type StateAtOnce = z.infer<typeof stateAtOnce>;

export const atOnceRoutes = {
  applicationsAtOncePreview: {
    method: 'GET',
    path: '/applications-at-once',
    summary: `How many applications of a filter can be suspended or put in service, and where; at most ${MOST_AT_ONCE.toLocaleString('en-GB')} at once`,
    permission: 'registry.write',
    query: z
      .strictObject({ to: stateAtOnce, ...applicationTotalFilter.shape })
      .refine(({ to: _, ...filter }) => isFilter(filter), { error: NO_FILTER }),
    response: z.object({
      total: z.number().int().max(MOST_AT_ONCE),
      /** There are more than `total`, and so too many. */
      isMore: z.boolean(),
      environments: z.array(z.string()),
      /** What suspending them would have meant in the last 7 days; null: they are too many, or would be put in service. */
      atStake: stakes.nullable(),
    }),
  },
  applicationsAtOnceChange: {
    method: 'POST',
    path: '/applications-at-once',
    summary: 'Suspend or put in service every application that a filter finds, as one change',
    permission: 'registry.write',
    body: z.strictObject({
      to: stateAtOnce,
      filter: applicationTotalFilter.refine(isFilter, { error: NO_FILTER }),
      /** As it was previewed. If the filter finds another number by now, nothing is changed. */
      count: z.number().int().min(1).max(MOST_AT_ONCE),
      reason,
    }),
    response: z.object({ changed: z.number().int() }),
    fourEyes: true,
  },
} as const satisfies Record<string, RouteContract>;
