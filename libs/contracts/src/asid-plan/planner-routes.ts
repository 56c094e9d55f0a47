/** The ASID planner. */
import * as planner from './planner-resources.js';
import type { RouteContract } from '../route-contract.js';

export const plannerRoutes = {
  planShow: {
    method: 'POST',
    path: '/asid-plan',
    summary:
      'Which applications and ASIDs are needed, compared with those that are registered; changes nothing',
    permission: 'planner.read',
    keepsToReach: true,
    body: planner.asidPlanRequest,
    response: planner.asidPlan,
  },
} as const satisfies Record<string, RouteContract>;
