/** What a filter of a list finds, suspended or put in service as one change. */
import { z } from 'zod';
import { stakes } from '../governance/stop-resources.js';
import type { RouteContract } from '../route-contract.js';
import { reason } from './identifiers.js';
import { applicationTotalFilter, organisationTotalFilter } from './registry-resources.js';

/** More rows in one change would hold up every other change of the registry, and nobody could check them. */
export const MOST_AT_ONCE = 2_000;
const MOST = MOST_AT_ONCE.toLocaleString('en-GB');

const isFilter = (filter: object): boolean => Object.values(filter).some((value) => value !== undefined);
const NO_APPLICATION_FILTER = { error: 'set at least one filter: this is not for every application' };
const NO_ORGANISATION_FILTER = { error: 'set at least one filter: this is not for every organisation' };

export const applicationStateAtOnce = z.enum(['suspended', 'live']);
export const organisationStateAtOnce = z.enum(['suspended', 'active']);
export type ApplicationStateAtOnce = z.infer<typeof applicationStateAtOnce>;
export type OrganisationStateAtOnce = z.infer<typeof organisationStateAtOnce>;

const preview = {
  total: z.number().int().max(MOST_AT_ONCE),
  /** There are more than `total`, and so too many. */
  isMore: z.boolean(),
  /** What suspending them would have meant in the last 7 days; null: they are too many, or would be put in service. */
  atStake: stakes.nullable(),
};
const change = {
  /** As it was previewed. If the filter finds another number by now, nothing is changed. */
  count: z.number().int().min(1).max(MOST_AT_ONCE),
  reason,
};
const changed = z.object({ changed: z.number().int() });

export const atOnceRoutes = {
  applicationsAtOncePreview: {
    method: 'GET',
    path: '/applications-at-once',
    summary: `How many applications of a filter can be suspended or put in service, and where; at most ${MOST} at once`,
    permission: 'registry.write',
    query: z
      .strictObject({ to: applicationStateAtOnce, ...applicationTotalFilter.shape })
      .refine(({ to: _, ...filter }) => isFilter(filter), NO_APPLICATION_FILTER),
    response: z.object({ ...preview, environments: z.array(z.string()) }),
  },
  applicationsAtOnceChange: {
    method: 'POST',
    path: '/applications-at-once',
    summary: 'Suspend or put in service every application that a filter finds, as one change',
    permission: 'registry.write',
    body: z.strictObject({
      to: applicationStateAtOnce,
      filter: applicationTotalFilter.refine(isFilter, NO_APPLICATION_FILTER),
      ...change,
    }),
    response: changed,
    fourEyes: true,
  },
  organisationsAtOncePreview: {
    method: 'GET',
    path: '/organisations-at-once',
    summary: `How many organisations of a filter can be suspended or put in service; at most ${MOST} at once`,
    permission: 'registry.write',
    query: z
      .strictObject({ to: organisationStateAtOnce, ...organisationTotalFilter.shape })
      .refine(({ to: _, ...filter }) => isFilter(filter), NO_ORGANISATION_FILTER),
    response: z.object(preview),
  },
  organisationsAtOnceChange: {
    method: 'POST',
    path: '/organisations-at-once',
    summary: 'Suspend or put in service every organisation that a filter finds, as one change',
    permission: 'registry.write',
    body: z.strictObject({
      to: organisationStateAtOnce,
      filter: organisationTotalFilter.refine(isFilter, NO_ORGANISATION_FILTER),
      ...change,
    }),
    response: changed,
    fourEyes: true,
  },
} as const satisfies Record<string, RouteContract>;
