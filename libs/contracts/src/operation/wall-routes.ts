/** The wall: figures and counts for a screen that everybody sees, and the links that open it. */
import { z } from 'zod';
import { figures, trafficHours } from '../audit/dashboard-routes.js';
import { instant, label, reason } from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';
import { adminToken } from './operation-resources.js';

const count = z.number().int();

/** Numbers and instants alone: no organisation, client or person has a name here. */
export const wall = z.strictObject({
  /** When this was read. */
  asOf: instant,
  /** Of the hours of `traffic`. */
  figures,
  /** Of the same hours a week earlier; null: there were no requests, or the trail is younger. */
  lastWeek: figures.nullable(),
  /** Records that are not counted yet; 0: the figures are complete. */
  uncounted: count,
  traffic: trafficHours,
  approvalsPending: count,
  stopsInForce: count,
  stopsUnreviewed: count,
  keyEmergenciesUnreviewed: count,
  replicas: z.strictObject({ well: count, unwell: count, silent: count }),
  jobsOverdue: count,
});
export type WallView = z.infer<typeof wall>;

export const wallRoutes = {
  wallShow: {
    method: 'GET',
    path: '/wall',
    summary: 'The figures of the last 24 hours and what waits, as numbers without names, for a wall link',
    permission: 'wall.read',
    response: wall,
  },
  wallLinkCreate: {
    method: 'POST',
    path: '/wall-links',
    summary:
      'Create a link to the wall, which works for 30 days; it is shown once, and listed with the tokens',
    permission: 'wall.write',
    body: z.strictObject({ label, reason: reason.optional() }),
    /** The secret is behind the `#`, which no browser sends. */
    response: adminToken.extend({ url: z.string() }),
  },
} as const satisfies Record<string, RouteContract>;
