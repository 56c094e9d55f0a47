/** What a person may call, by the table of permissions that the gateway decides with. */
import { reachOf } from '@gatehouse/domain/governance/permissions';
import type { RouteContract } from '../route-contract.js';
import { type RouteName, routes } from '../routes.js';
import type { SessionView } from './staff-resources.js';

const ROUTES = Object.entries(routes) as readonly [RouteName, RouteContract][];

/** A role for some organisations opens only routes that keep to them (ADR 17). */
export function allowedRoutes({ roles }: Pick<SessionView, 'roles'>): readonly RouteName[] {
  return ROUTES.filter(([, { permission, keepsToReach }]) => {
    const reach = reachOf({ roles, scopes: null }, permission);
    return reach === 'all' || (reach !== null && keepsToReach === true);
  }).map(([name]) => name);
}
