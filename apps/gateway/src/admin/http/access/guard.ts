import { type Permission, PERMISSIONS, reachOf } from '@gatehouse/domain/governance/permissions';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { PERMISSION_KEY } from '../../../listener/needs.js';
import { AdminProblem } from '../problem.js';
import { rememberActor } from '../route/actor.js';
import { REACH_KEY } from '../route/route.js';
import { type Principal, requireNoLimit } from './principal.js';
import { Principals } from './principals.js';

/** Lets a request in if its sender holds the permission of the route. Denies by default. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    @Inject(Principals) private readonly principals: Principals,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const permission = this.reflector.get<Permission | 'public' | undefined>(PERMISSION_KEY, handler);
    if (permission === 'public') return true;
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const principal = await this.principals.find(request);
    const reach = permission === undefined ? null : reachOf(principal, permission);
    if (reach === null) throw refusalOf(principal, permission);
    const keepsToReach = this.reflector.get<boolean | undefined>(REACH_KEY, handler);
    if (keepsToReach !== true) requireNoLimit(reach, 'This');
    rememberActor(request, { ...principal, reach });
    return true;
  }
}

function refusalOf({ roles, scopes }: Principal, permission: Permission | undefined): AdminProblem {
  if (permission === undefined) return new AdminProblem('forbidden');
  const needs = PERMISSIONS[permission];
  const scopesNeeded = needs.scopes as readonly string[];
  if (scopes !== null && !scopesNeeded.some((scope) => scopes.includes(scope))) {
    const detail =
      scopesNeeded.length === 0
        ? 'Only a person can do this, in the console; no token can.'
        : `This needs a token with the scope ${scopesNeeded.join(' or ')}.`;
    return new AdminProblem('missing-scope', detail);
  }
  const yours = (roles ?? []).map(({ role }) => role).join(', ');
  return new AdminProblem(
    'missing-role',
    `This needs the role ${needs.roles.join(' or ')}; ${yours === '' ? 'you have none' : `yours: ${yours}`}. Administrators assign roles.`,
  );
}
