import { type Permission, PERMISSIONS, reachOf } from '@gatehouse/domain/governance/permissions';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { rememberActor } from './actor.js';
import { type Principal, withoutLimit } from './principal.js';
import { findPrincipal } from './principal.store.js';
import { AdminProblem } from './problem.js';
import { PERMISSION_KEY } from '../../listener/needs.js';
import { REACH_KEY } from './route.js';

/** Who sent it, and may they? Denies by default. */
@Injectable()
export class AdminGuard implements CanActivate {
  private readonly deps: AdminDeps;
  private readonly reflector: Reflector;

  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps, @Inject(Reflector) reflector: Reflector) {
    this.deps = deps;
    this.reflector = reflector;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const permission = this.reflector.get<Permission | 'public' | undefined>(
      PERMISSION_KEY,
      context.getHandler(),
    );
    if (permission === 'public') return true;
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const principal = await findPrincipal(this.deps, request);
    const reach = permission === undefined ? null : reachOf(principal, permission);
    if (reach === null) throw refusalOf(principal, permission);
    const keepsToReach = this.reflector.get<boolean | undefined>(REACH_KEY, context.getHandler());
    if (keepsToReach !== true) withoutLimit(reach, 'This');
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
        ? 'This is done in the console, by a person, never with a token.'
        : `This needs a token with the scope ${scopesNeeded.join(' or ')}.`;
    return new AdminProblem('missing-scope', detail);
  }
  const held = (roles ?? []).map(({ role }) => role).join(', ');
  return new AdminProblem(
    'missing-role',
    `This needs the role ${needs.roles.join(' or ')}; ${held === '' ? 'you hold none' : `yours: ${held}`}. An administrator gives roles.`,
  );
}
