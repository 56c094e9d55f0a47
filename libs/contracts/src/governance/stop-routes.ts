/** Emergency stops: one person acts immediately, and another reviews it afterwards. */
import { idPath } from './governance-resources.js';
import * as registry from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import * as stop from './stop-resources.js';

export const stopRoutes = {
  stopList: {
    method: 'GET',
    path: '/emergency-stops',
    summary: 'Emergency stops, newest first',
    permission: 'registry.read',
    keepsToReach: true,
    query: stop.stopFilter,
    response: registry.page(stop.emergencyStop),
  },
  requestsAtStake: {
    method: 'GET',
    path: '/requests-at-stake',
    summary:
      'How many requests of the last 7 days would have been rejected without an organisation, application, client or client key; those that were rejected anyway don’t count',
    permission: 'registry.read',
    keepsToReach: true,
    query: stop.stakesQuery,
    response: stop.stakes,
  },
  stopMake: {
    method: 'POST',
    path: '/emergency-stops',
    summary: 'Suspend an organisation, application or client immediately; a colleague reviews it afterwards',
    permission: 'emergency.stop',
    keepsToReach: true,
    body: stop.stopRequest,
    response: stop.emergencyStop,
  },
  stopLift: {
    method: 'POST',
    path: '/emergency-stops/:id/lift',
    summary: 'Lift a stop: what was suspended runs again',
    permission: 'emergency.stop',
    keepsToReach: true,
    params: idPath,
    body: registry.reasonNeeded,
    response: stop.emergencyStop,
    fourEyes: true,
  },
  stopReview: {
    method: 'POST',
    path: '/emergency-stops/:id/review',
    summary: 'Record that another person has reviewed a stop; the reason holds their finding',
    permission: 'emergency.review',
    keepsToReach: true,
    params: idPath,
    body: registry.reasonNeeded,
    response: stop.emergencyStop,
  },
} as const satisfies Record<string, RouteContract>;
