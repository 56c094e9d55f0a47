/** Message sets are written by applying a registry document; these routes read. */
import * as messageSets from './message-set-resources.js';
import { page } from './registry-resources.js';
import type { RouteContract } from '../route-contract.js';

export const messageSetRoutes = {
  messageSetList: {
    method: 'GET',
    path: '/message-sets',
    summary: 'Message sets, their interactions and the applications that use them',
    permission: 'registry.read',
    keepsToReach: true,
    query: messageSets.messageSetFilter,
    response: page(messageSets.messageSet),
  },
  messageSetShow: {
    method: 'GET',
    path: '/message-sets/:name',
    summary: 'One message set',
    permission: 'registry.read',
    keepsToReach: true,
    params: messageSets.messageSetPath,
    response: messageSets.messageSet,
  },
  catalogue: {
    method: 'GET',
    path: '/catalogue',
    summary: 'The interactions of e-RS, and who may use which',
    permission: 'registry.read',
    keepsToReach: true,
    response: messageSets.catalogue,
  },
} as const satisfies Record<string, RouteContract>;
